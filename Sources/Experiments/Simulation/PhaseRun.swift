internal import Dynamics
internal import Integration
internal import Learning
internal import LinearAlgebra

/// One phase on its way: steps, rows, and the watch for equilibrium.
final class PhaseRun<E: Scalar> {
  let system: any ControlledSystem<E>
  /// The field with weights that learn, where they do; its first columns are those of ``system``.
  let continuous: ContinuousField<E>?
  let options: SettlingOptions
  /// Of a phase of given duration; one until equilibrium has none.
  private let noise: PhaseNoise?
  /// The field with inputs that change with time, where they do.
  let driven: DrivenField<E>?
  let progress: SimulationProgress?
  let recorder: TrajectoryRecorder?
  let grid: DecimalTimes?
  let samples: Samples
  let label: String
  let isCancelled: @Sendable () -> Bool
  let judge: Judge<E>
  let derivative: UnsafeMutableBufferPointer<E>
  var observation: Observation
  /// The state at the last time judged.
  var current: ContiguousArray<E> = []
  /// The parameters there.
  var parameters: ParameterSet
  var evaluations = 0
  /// The last steps, for a diagnosis.
  var history: StateHistory<E>
  /// ‖z‖² beyond which a sample has left for good, where an equilibrium is awaited.
  private var bounds: [Double] = []

  init(
    _ system: any ControlledSystem<E>, learning continuous: ContinuousField<E>? = nil,
    noise: PhaseNoise? = nil, drive: InputDrive? = nil, parameters: ParameterSet,
    options: SettlingOptions, recorder: TrajectoryRecorder?, every: Double?, samples: Samples,
    label: String, progress: SimulationProgress? = nil,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.system = system
    self.continuous = continuous
    self.parameters = parameters
    self.options = options
    self.noise = noise
    self.progress = progress
    driven = drive.map { drive in
      guard let continuous else {
        return DrivenField(system, drive: drive) { inputs in
          Self.load(inputs, targets: samples.targets, count: samples.count, into: system)
        }
      }
      return DrivenField(continuous, drive: drive) { continuous.inputs = $0 }
    }
    self.recorder = recorder
    self.samples = samples
    self.label = label
    self.isCancelled = isCancelled
    grid = every.flatMap { DecimalTimes(every: $0) }
    judge = Judge(system, options: options)
    derivative = .allocate(
      capacity: continuous?.dimension ?? (samples.count * system.dimension))
    derivative.initialize(repeating: 0)
    observation = Observation(system.network)
    history = StateHistory(rows: samples.count, width: system.dimension)
  }

  deinit { derivative.deallocate() }

  private static func load(
    _ inputs: ContiguousArray<Double>, targets: ContiguousArray<Double>, count: Int,
    into system: any ControlledSystem<E>
  ) {
    inputs.withUnsafeBufferPointer { inputs in
      targets.withUnsafeBufferPointer { targets in
        system.load(
          inputs: inputs.span, targets: targets.isEmpty ? nil : targets.span, count: count)
      }
    }
  }

  /// The inputs of the samples at the last time judged.
  var inputs: ContiguousArray<Double> { driven?.drive.inputs ?? samples.inputs }

  /// Runs the phase and gives its report.
  func go(
    from start: Double, state: ContiguousArray<E>, phase: PhaseDescription
  ) throws -> PhaseReport {
    if let noise, case .duration(let duration) = phase.end {
      return try shake(noise, from: start, for: duration, state: state, phase: phase)
    }
    switch options.method {
    case .automatic, .bdf, .adams: return try integrate(from: start, state: state, phase: phase)
    case .newton, .anderson, .fixedPoint, .descent:
      return try jump(from: start, state: state, phase: phase)
    }
  }

  // MARK: Through time

  private func integrate(
    from start: Double, state: ContiguousArray<E>, phase: PhaseDescription
  ) throws -> PhaseReport {
    let integrator = try makeIntegrator()
    driven?.begin(at: start)
    // With inputs that change nothing rests before their last change.
    let lastChange = driven?.drive.end ?? start
    // Of the stretches before a jump of the inputs, after each of which the integrator begins anew.
    var earlier = Statistics()
    var statistics: Statistics {
      var all = integrator.statistics
      all.add(earlier: earlier)
      return all
    }
    let awaitsEquilibrium = phase.end == .equilibrium
    let end =
      switch phase.end {
      case .duration(let duration): start + duration
      case .equilibrium: start + options.limits.time
      }
    var motions = Array(repeating: Motion(), count: samples.count)
    var time = start
    var failure: IntegrationError?
    var isOver = false
    current = state
    // What grows by eight orders of magnitude will not come back.
    bounds = (0..<samples.count).map { 1e16 * max(1, squareSum(row: $0)) }
    do {
      try state.withUnsafeBufferPointer { try integrator.start(at: start, state: $0.span) }
      try measure(at: start)
      history.record(time: start, residuals: judge.last, states: current)
      try record(at: start)
    } catch let error as IntegrationError {
      failure = error
      isOver = true
    }
    if awaitsEquilibrium && failure == nil && time >= lastChange && isAtRest { isOver = true }
    while !isOver {
      if isCancelled() { throw CancellationError() }
      do {
        let last = time
        let limit = min(end, driven?.stretch?.time ?? .infinity)
        time = try integrator.step(limit: limit.isFinite ? limit : nil).time
        try recordGrid(integrator, after: last, upTo: time, end: end)
        integrator.withState { store($0) }
        if let stretch = driven?.stretch, time >= stretch.time {
          driven?.begin(at: time)
          if stretch.isJump && time < end {
            // What CVODE remembers is of another right-hand side.
            earlier = statistics
            try current.withUnsafeBufferPointer {
              try integrator.start(at: time, state: $0.span)
            }
          }
        }
        try measure(at: time)
        history.record(time: time, residuals: judge.last, states: current)
        progress?.reach(time, rows: recorder?.rowCount ?? 0)
      } catch let error as IntegrationError {
        failure = error
        break
      }
      let statistics = statistics
      let isExhausted =
        statistics.steps >= options.limits.steps
        || (awaitsEquilibrium
          && statistics.fieldEvaluations + statistics.differenceEvaluations + evaluations
            >= options.limits.evaluations)
      isOver =
        time >= end || isExhausted
        || (awaitsEquilibrium && time >= lastChange
          && (isAtRest || watch(&motions, at: time - start)))
      if grid == nil || isOver { try record(at: time) }
    }
    var outcomes: [Outcome] = []
    for row in 0..<samples.count {
      // A phase of given duration that broke off has not done what it was to do, at rest or not.
      let hasBrokenOff = failure != nil && !awaitsEquilibrium
      if judge.last[row] <= options.residual && !hasBrokenOff {
        outcomes.append(.settled)
      } else if failure != nil {
        outcomes.append(judge.last[row].isFinite ? .solverFailure : .diverged)
      } else if !judge.last[row].isFinite {
        outcomes.append(.diverged)
      } else if !awaitsEquilibrium && time < end {
        outcomes.append(.outOfSteps)
      } else {
        // A growing oscillation is told from a runaway, because the remedies differ.
        let motion = motions[row].outcome(afterTime: time >= end)
        let hasLeft = awaitsEquilibrium && !isBounded(row: row)
        outcomes.append(hasLeft && motion != .oscillating ? .diverged : motion)
      }
    }
    var report = try report(
      phase, start, time, outcomes, statistics,
      message: failure.map { failure in
        continuous == nil
          ? failure.description
          : "\(failure.description). Weights that learn too fast make the loop unstable: raise "
            + "learning.continuous.tau or controller.output.tau"
      })
    var situation = failure?.situation ?? integrator.situation()
    situation.steps = max(situation.steps, statistics.steps)
    report.evidence = evidence(report, situation, integrator.localErrors(), failure)
    return report
  }

  private func makeIntegrator() throws -> Integrator<E> {
    let variables = continuous?.variables ?? system.variables
    let dimension = continuous?.dimension ?? system.dimension
    var options = options.integratorOptions(variables, dimension: dimension)
    guard let driven else {
      if let continuous { return try Integrator(continuous, options: options) }
      return try Integrator(system, options: options)
    }
    if let longest = driven.drive.longestStep {
      options.maximumStep = min(options.maximumStep ?? .infinity, longest)
    }
    return try Integrator(driven, options: options)
  }

  private var isAtRest: Bool {
    judge.last.allSatisfy { $0 <= judge.acceptance }
      && continuous?.isAtRest(current, derivative, options) ?? true
  }

  /// Whether no sample is left that may still settle. Those that will not do not end the phase for
  /// the others.
  private func watch(_ motions: inout [Motion], at elapsed: Double) -> Bool {
    var isHopeless = true
    for row in 0..<samples.count where !(judge.last[row] <= judge.acceptance) {
      motions[row].record(
        time: elapsed, residual: judge.last[row],
        value: judge.bracket(row: row, column: motions[row].component, derivative),
        tolerance: options.residual, timeLimit: options.limits.time
      ) { judge.worst(row: row, current, derivative) }
      // What is beyond all bounds makes steps too small for the others to go anywhere.
      if !judge.last[row].isFinite || !isBounded(row: row) { return true }
      if !motions[row].isOscillating { isHopeless = false }
    }
    return isHopeless
  }

  private func isBounded(row: Int) -> Bool { squareSum(row: row) <= bounds[row] }

  private func squareSum(row: Int) -> Double {
    current.withUnsafeBufferPointer {
      E.squareSum($0.baseAddress! + row * system.dimension, count: system.dimension)
    }
  }

  // MARK: Without time

  /// Goes to the equilibrium at once, by a method that has no time: one row, the end.
  private func jump(
    from start: Double, state: ContiguousArray<E>, phase: PhaseDescription
  ) throws -> PhaseReport {
    let settlement = try Settler(system, options: options).settle(state)
    current = settlement.states
    try measure(at: start)
    try record(at: start)
    var report = try report(
      phase, start, start, settlement.certificates.map(\.outcome), Statistics(), message: nil)
    report.certificates = settlement.certificates
    history.record(time: start, residuals: judge.last, states: current)
    report.evidence = evidence(
      report,
      IntegrationError.Situation(
        time: start, stepSize: 0, order: 0, steps: report.certificates.map(\.steps).max() ?? 0,
        worst: nil))
    return report
  }
}
