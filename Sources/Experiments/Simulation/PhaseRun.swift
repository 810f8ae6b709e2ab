internal import Dynamics
internal import Integration
internal import Learning
internal import LinearAlgebra

/// One phase on its way: steps, rows, and the watch for equilibrium.
final class PhaseRun<E: Scalar> {
  let system: any ControlledSystem<E>
  /// The field with weights that learn, where they do; its first columns are those of ``system``.
  private let continuous: ContinuousField<E>?
  private let options: SettlingOptions
  /// Of a phase of given duration; one until equilibrium has none.
  private let noise: PhaseNoise?
  let recorder: TrajectoryRecorder?
  let grid: DecimalTimes?
  let samples: Samples
  private let label: String
  let isCancelled: @Sendable () -> Bool
  let judge: Judge<E>
  private let derivative: UnsafeMutableBufferPointer<E>
  private var observation: Observation
  /// The state at the last time judged.
  var current: ContiguousArray<E> = []
  /// The parameters there.
  private(set) var parameters: ParameterSet
  private var evaluations = 0
  /// ‖z‖² beyond which a sample has left for good, where an equilibrium is awaited.
  private var bounds: [Double] = []

  init(
    _ system: any ControlledSystem<E>, learning continuous: ContinuousField<E>? = nil,
    noise: PhaseNoise? = nil, parameters: ParameterSet, options: SettlingOptions,
    recorder: TrajectoryRecorder?,
    every: Double?, samples: Samples, label: String, isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.system = system
    self.continuous = continuous
    self.parameters = parameters
    self.options = options
    self.noise = noise
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
  }

  deinit { derivative.deallocate() }

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
    let integrator =
      if let continuous {
        try Integrator(
          continuous,
          options: options.integratorOptions(
            continuous.variables, dimension: continuous.dimension))
      } else {
        try Integrator(
          system,
          options: options.integratorOptions(system.variables, dimension: system.dimension))
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
      try record(at: start)
    } catch let error as IntegrationError {
      failure = error
      isOver = true
    }
    if awaitsEquilibrium && failure == nil && isAtRest { isOver = true }
    while !isOver {
      if isCancelled() { throw CancellationError() }
      do {
        let last = time
        time = try integrator.step(limit: end.isFinite ? end : nil).time
        try recordGrid(integrator, after: last, upTo: time, end: end)
        integrator.withState { store($0) }
        try measure(at: time)
      } catch let error as IntegrationError {
        failure = error
        break
      }
      let statistics = integrator.statistics
      let isExhausted =
        statistics.steps >= options.limits.steps
        || (awaitsEquilibrium
          && statistics.fieldEvaluations + statistics.differenceEvaluations + evaluations
            >= options.limits.evaluations)
      isOver =
        time >= end || isExhausted
        || (awaitsEquilibrium && (isAtRest || watch(&motions, at: time - start)))
      if grid == nil || isOver { try record(at: time) }
    }
    var outcomes: [Outcome] = []
    for row in 0..<samples.count {
      if judge.last[row] <= options.residual {
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
    return try report(
      phase, start, time, outcomes, integrator.statistics,
      message: failure.map { failure in
        continuous == nil
          ? failure.description
          : "\(failure.description). Weights that learn too fast make the loop unstable: raise "
            + "learning.continuous.tau or controller.output.tau"
      })
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
    return report
  }

  // MARK: Rows

  private func store(_ state: Span<E>) {
    current.withUnsafeMutableBufferPointer { target in
      state.withUnsafeBufferPointer { source in
        target.baseAddress!.update(from: source.baseAddress!, count: target.count)
      }
    }
  }

  /// The residual of every sample at ``current``.
  func measure(at time: Double) throws {
    var span = derivative.mutableSpan
    try current.withUnsafeBufferPointer {
      if let continuous {
        try continuous.derivative(at: time, $0.span, into: &span)
        parameters = continuous.parameters
      } else {
        try system.derivative(at: time, $0.span, into: &span)
      }
    }
    evaluations += 1
    for row in 0..<samples.count { _ = judge.measure(row: row, current, derivative) }
  }

  private func observe() throws {
    try current.withUnsafeBufferPointer {
      let states = UnsafeBufferPointer(rebasing: $0.prefix(samples.count * system.dimension))
      try system.observe(states.span, into: &observation)
    }
  }

  /// The states of the samples at the last time judged, without weights.
  var states: ContiguousArray<E> {
    ContiguousArray(current.prefix(samples.count * system.dimension))
  }

  /// Writes the rows of ``current``, whose residuals have been measured.
  func record(at time: Double) throws {
    guard let recorder else { return }
    try observe()
    try recorder.record(
      time: time, phase: label, samples: samples.indices, observation, inputs: samples.inputs,
      residuals: judge.last, parameters: parameters, hasTarget: !samples.targets.isEmpty)
  }

  /// Writes the rows of the grid within the last step, by dense output.
  private func recordGrid(
    _ integrator: Integrator<E>, after last: Double, upTo time: Double, end: Double
  ) throws {
    guard let grid, var index = grid.firstIndex(after: last) else { return }
    while grid[index] <= time && grid[index] < end {
      let at = grid[index]
      try current.withUnsafeMutableBufferPointer {
        var span = $0.mutableSpan
        try integrator.interpolate(at: at, into: &span)
      }
      try measure(at: at)
      try record(at: at)
      index += 1
    }
  }

  func report(
    _ phase: PhaseDescription, _ start: Double, _ end: Double, _ outcomes: [Outcome],
    _ statistics: Statistics, message: String?
  ) throws -> PhaseReport {
    var all = statistics
    all.fieldEvaluations += evaluations
    if judge.last.allSatisfy(\.isFinite) {
      try observe()
    } else {
      observation.resize(samples.count)
    }
    let evaluations = all.fieldEvaluations + all.differenceEvaluations
    var certificates = (0..<samples.count).map { row in
      Certificate(
        outcome: outcomes[row], residual: judge.last[row],
        residuals: judge.parts(row: row, current, derivative),
        variables: system.variables.map(\.name),
        worstComponent: system.componentName(judge.worst(row: row, current, derivative)),
        settlingTime: end - start, evaluations: evaluations,
        jacobianProducts: all.jacobianProducts, steps: all.steps,
        attempts: [
          Attempt(
            method: options.method == .adams ? "adams" : "bdf", outcome: outcomes[row],
            residual: judge.last[row], evaluations: evaluations, steps: all.steps,
            message: message)
        ])
    }
    if options.certifiesStability && outcomes.allSatisfy(\.isEquilibrium) {
      let judged = try Settler(system, options: options).judge(current).certificates
      for row in certificates.indices {
        certificates[row].leadingEigenvalue = judged[row].leadingEigenvalue
        certificates[row].distance = judged[row].distance
      }
    }
    return PhaseReport(
      label: label, kind: phase.kind, awaitsEquilibrium: phase.end == .equilibrium, start: start,
      end: end, certificates: certificates, observation: observation, statistics: all,
      hasTarget: !samples.targets.isEmpty)
  }
}
