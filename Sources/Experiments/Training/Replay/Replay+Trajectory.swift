internal import Dynamics
internal import Integration
public import Learning
internal import LinearAlgebra

extension Replay {
  /// Integrates the sample alone, by BDF at tight tolerances, from where it started in the training,
  /// and records its way.
  ///
  /// In the training itself it may have gone another way to the same end: `auto` iterates where it can.
  ///
  /// - Parameters:
  ///   - phase: whose way is recorded.
  ///   - record: what to record; the residual, the loss, u and the component that was worst unless
  ///     given.
  ///   - every: time between rows; the solver's own steps unless given.
  ///   - writer: where the rows go.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Returns: how it ended; nil where nothing moves through time in that phase.
  public func trajectory(
    of phase: SettledPhase, record: [RecordedVariable] = [], every: Double? = nil,
    to writer: CSVWriter, isCancelled: @escaping @Sendable () -> Bool
  ) throws -> PhaseReport? {
    switch run.experiment.precision {
    case .single:
      try trajectory(Float.self, phase, record, every, writer, isCancelled, finest: 1e-6)
    case .double:
      try trajectory(Double.self, phase, record, every, writer, isCancelled, finest: 0)
    }
  }

  private func trajectory<E: Scalar>(
    _: E.Type, _ phase: SettledPhase, _ record: [RecordedVariable], _ every: Double?,
    _ writer: CSVWriter, _ isCancelled: @escaping @Sendable () -> Bool, finest: Double
  ) throws -> PhaseReport? {
    guard let controller = trainer.controller(in: phase), let state = settled.phases[phase] else {
      return nil
    }
    let samples = state.samples.selecting([settled.place])
    let system = controller.makeSystem(run.experiment.network, capacity: 1, E.self)
    system.load(trainer.parameters)
    samples.inputs.withUnsafeBufferPointer { inputs in
      samples.targets.withUnsafeBufferPointer { targets in
        system.load(
          inputs: inputs.span, targets: samples.targets.isEmpty ? nil : targets.span, count: 1)
      }
    }
    var options = run.experiment.settlingOptions
    options.method = .bdf
    options.maximumOrder = 5
    // As `simulate` has them: the integrator's errors must not keep the sample from its residual.
    options.relativeTolerance = .init(max(finest, min(1e-6, options.residual / 10)))
    options.absoluteTolerance = .init(min(1e-9, options.residual / 1e4))
    // Small steps need more of them, and here is time to see how it ends.
    options.limits = .init(
      time: options.limits.time * options.limits.straggler,
      steps: max(options.limits.steps, 100_000),
      evaluations: max(options.limits.evaluations, 200_000))
    let recorder = try TrajectoryRecorder(
      record.isEmpty ? suggested(phase) : record, of: run.experiment, to: writer)
    try recorder.writeHeader()
    let way = PhaseRun(
      system, parameters: trainer.parameters, options: options, recorder: recorder, every: every,
      samples: samples,
      label: phase.name, isCancelled: isCancelled)
    var description = PhaseDescription(phase == .free ? .free : .controlled)
    description.name = phase.name
    return try way.go(
      from: 0, state: system.compose(start(of: phase)), phase: description)
  }

  /// Where the sample started in that phase.
  private func start(of phase: SettledPhase) -> Observation {
    var observation = Observation(run.experiment.network)
    observation.resize(1)
    if phase.startsFromFree, let free = settled.phases[.free] {
      let units = free.observation.unitCount
      let phi = free.observation.phi[settled.place * units..<(settled.place + 1) * units]
      if phi.allSatisfy(\.isFinite) { observation.phi = ContiguousArray(phi) }
      return observation
    }
    guard phase == .controlled, let initial = settled.initial else { return observation }
    func row(_ values: ContiguousArray<Double>) -> ContiguousArray<Double> {
      let width = values.count / settled.rows.count
      return ContiguousArray(values[settled.place * width..<(settled.place + 1) * width])
    }
    if !initial.phi.isEmpty { observation.phi = row(initial.phi) }
    if !initial.psi.isEmpty { observation.psi = row(initial.psi) }
    if !initial.u.isEmpty { observation.u = row(initial.u) }
    return observation
  }

  private func suggested(_ phase: SettledPhase) -> [RecordedVariable] {
    let worst = settled.phases[phase]?.certificates[settled.place].worstComponent
    return ["residual", "loss", "u", worst].compactMap { $0.flatMap { RecordedVariable($0) } }
  }
}
