internal import Dynamics
internal import Integration
internal import Learning
internal import LinearAlgebra

/// What a phase measures and writes down.
extension PhaseRun {
  func store(_ state: Span<E>) {
    current.withUnsafeMutableBufferPointer { target in
      state.withUnsafeBufferPointer { source in
        target.baseAddress!.update(from: source.baseAddress!, count: target.count)
      }
    }
  }

  /// The residual of every sample at ``current``.
  func measure(at time: Double) throws {
    driven?.apply(at: time)
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

  func observe() throws {
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
      time: time, phase: label, samples: samples.indices, observation, inputs: inputs,
      residuals: judge.last, parameters: parameters, targets: samples.targets)
    progress?.reach(time, rows: recorder.rowCount)
  }

  /// Writes the rows of the grid within the last step, by dense output.
  func recordGrid(
    _ integrator: Integrator<E>, after last: Double, upTo time: Double, end: Double
  ) throws {
    guard let grid, var index = grid.firstIndex(after: last) else { return }
    while grid[index] <= time && grid[index] < end {
      // One step of a state at rest may pass over any number of rows.
      if isCancelled() { throw CancellationError() }
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
      targets: samples.targets)
  }
}
