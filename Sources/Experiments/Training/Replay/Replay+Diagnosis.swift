internal import Dynamics
internal import Integration
public import Learning

extension Replay {
  /// Why the sample did not settle in a phase at the weights of the update, and a training that goes
  /// differently; nil where it settled, and in phases that are neither free nor controlled.
  ///
  /// - Throws: `CancellationError`.
  public func diagnose(
    _ phase: SettledPhase, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Diagnosis? {
    guard let state = settled.phases[phase] else { return nil }
    let certificate = state.certificates[settled.place]
    guard !certificate.isEquilibrium, phase == .free || phase == .controlled else { return nil }
    let invocation = Invocation(run.manifest.command)
    return try UnsettledCase(
      run.experiment, trainer.parameters, sample: state.samples.selecting([settled.place]),
      kind: phase == .free ? .free : .controlled, outcome: certificate.outcome,
      command: run.manifest.command,
      closer: invocation.changed(to: "analyze") + ["--sample", String(sample)]
    ).diagnose(isCancelled: isCancelled)
  }
}
