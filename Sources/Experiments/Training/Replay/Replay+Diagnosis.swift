internal import Dynamics
internal import Integration
public import Learning

extension Replay {
  /// Why the sample did not settle in a phase at the weights of the update, and a training that goes
  /// differently; nil where it settled, and in phases that are neither free nor controlled.
  ///
  /// - Parameters:
  ///   - phase: of the training's.
  ///   - parametersFile: where the parameters of the update are, for the command that looks closer.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: `CancellationError`.
  public func diagnose(
    _ phase: SettledPhase, parametersFile: String,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Diagnosis? {
    guard let state = settled.phases[phase] else { return nil }
    let certificate = state.certificates[settled.place]
    guard !certificate.isEquilibrium, phase == .free || phase == .controlled else { return nil }
    let invocation = Invocation(run.manifest.commandFromHere)
    return try UnsettledCase(
      run.experiment, trainer.parameters, sample: state.samples.selecting([settled.place]),
      kind: phase == .free ? .free : .controlled, outcome: certificate.outcome,
      residual: certificate.residual, command: run.manifest.commandFromHere,
      closer: invocation.changed(to: "analyze") + [
        "--parameters", parametersFile, "--split", "train", "--sample", String(sample),
      ]
    ).diagnose(isCancelled: isCancelled)
  }
}
