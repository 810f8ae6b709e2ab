internal import LinearAlgebra

/// How carefully a settling integrates.
enum Pace: Hashable {
  /// At the tolerances of the options.
  case own
  /// For stragglers: tolerances whose noise does not reach the residual.
  case tight
  /// Into the basin of the equilibrium, to be polished: what counts is to stay on its side of the
  /// ridge.
  case basin
  /// For what the polish gave back, and explicit steps did not bring nearer.
  case near
}

/// What an integration goes on to.
enum Goal: Equatable {
  /// Every sample leaves at rest.
  case rest
  /// Every sample leaves when what is left of its way (``Judge/overall(row:_:_:)``) is below this.
  case near(Double)

  func isReached(_ overall: Double) -> Bool {
    switch self {
    case .rest: false
    case .near(let residual): overall < residual
    }
  }
}

extension SettlingOptions {
  func integratorOptions(
    _ pace: Pace, rounding: Double, fastest: Double, _ variables: [StateVariable], dimension: Int
  ) -> IntegratorOptions {
    var paced = self
    switch pace {
    case .own: break
    case .tight:
      paced.relativeTolerance.scale(
        by: 3e-4, least: min(relativeTolerance.standard, 100 * rounding))
      paced.absoluteTolerance.scale(by: 3e-5, least: min(absoluteTolerance.standard, rounding))
      // At such tolerances the second order takes many times the steps of the fifth.
      if method != .adams { paced.maximumOrder = maximumOrder ?? 5 }
    case .near:
      paced.relativeTolerance.scale(by: 0.7)
      paced.absoluteTolerance.scale(by: 0.3)
    case .basin:
      paced.relativeTolerance.scale(by: 10)
      paced.absoluteTolerance.scale(by: 10)
      // CVODE's own first step is minute, and several evaluations are spent on finding and leaving it.
      paced.initialStep = paced.initialStep ?? 0.1 * fastest
    }
    var options = paced.integratorOptions(variables, dimension: dimension)
    // Only the end counts, so systems need not be solved as carefully as where the path does.
    if method != .adams {
      options.linearToleranceFactor = pace == .basin || pace == .near ? 0.5 : 0.2
    }
    return options
  }
}

extension SettlingOptions.VariableTolerance {
  fileprivate mutating func scale(by factor: Double, least: Double = 0) {
    standard = max(standard * factor, least)
    byName = byName.mapValues { max($0 * factor, least) }
  }
}

extension Settler {
  /// Integrates samples all the way, and gives a second try to those that need one.
  func integrateAll(
    _ samples: [Int], in batch: inout Batch<Element>, from initial: ContiguousArray<Element>,
    at time: Double
  ) throws {
    try integrate(samples, in: &batch, from: time, limits: options.limits)
    try retry(samples, in: &batch, from: initial, at: time)
  }

  func retry(
    _ samples: [Int], in batch: inout Batch<Element>, from initial: ContiguousArray<Element>,
    at time: Double
  ) throws {
    // One that fails takes the others with it, so each gets a start of its own.
    if samples.count > 1 {
      for sample in samples where batch.outcomes[sample] == .solverFailure {
        batch.restart(sample, from: initial)
        try integrate([sample], in: &batch, from: time, limits: options.limits)
      }
    }
    guard options.limits.straggler > 1 else { return }
    for sample in samples where deservesMore(sample, batch) {
      try integrate(
        [sample], in: &batch, from: batch.times[sample],
        limits: options.limits.scaled(by: options.limits.straggler), pace: .tight)
    }
  }

  /// Whether a sample may settle if it is given more time, or a more careful integration.
  ///
  /// Steps grow without end near an equilibrium, and the integrator's own errors, which its tolerances
  /// allow, then keep the residual from falling further. That noise can look like any motion.
  func deservesMore(_ sample: Int, _ batch: borrowing Batch<Element>) -> Bool {
    switch batch.outcomes[sample] {
    // What looks like a drift may be the beginning of a slow approach.
    case .outOfTime, .outOfSteps, .drifting: true
    case .oscillating:
      batch.attempts[sample].last.map {
        $0.residual < max(1e3 * options.residual, 3 * options.relativeTolerance.standard)
      } ?? false
    default: false
    }
  }

  /// The integrator of that pace, made when it is first needed.
  func integrator(_ pace: Pace) throws -> Integrator<Element> {
    if let integrator = integrators[pace] { return integrator }
    let made = try Integrator(
      field, capacity: capacity,
      options: options.integratorOptions(
        pace, rounding: Double(Element.ulpOfOne),
        fastest: field.bracketWeights.reduce(.infinity) { min($0, Double($1)) }, field.variables,
        dimension: dimension))
    integrators[pace] = made
    return made
  }

  /// Moves the given samples through time from where they are.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func integrate(
    _ samples: [Int], in batch: inout Batch<Element>, from start: Double,
    limits: SettlingOptions.Limits, pace: Pace = .own, goal: Goal = .rest
  ) throws {
    let integrator = try integrator(pace)
    let name = options.method == .adams ? "adams" : options.method == .descent ? "descent" : "bdf"
    batch.activate(samples, on: field)
    var active = samples.count
    var motions = Array(repeating: Motion(), count: samples.count)
    var approaches = Array(repeating: Approach(), count: samples.count)
    var left = Array(repeating: Double.infinity, count: samples.count)
    var ownEvaluations = 0
    let end = start + limits.time
    // The samples may already be at rest, and CVODE cannot start from rest with a sensible step.
    batch.gather(rows: active)
    try batch.current.withUnsafeBufferPointer {
      try integrator.start(at: start, state: $0.span.extracting(first: active * dimension))
    }
    var time = start
    var isFirst = true

    func leave(_ row: Int, _ outcome: Outcome?, message: String? = nil) {
      let statistics = integrator.statistics
      batch.record(
        row: row, outcome: outcome, time: batch.ownTime(row: row, since: start) + (time - start),
        method: name,
        evaluations: statistics.fieldEvaluations + statistics.differenceEvaluations
          + ownEvaluations,
        products: statistics.jacobianProducts, steps: statistics.steps,
        residual: judge.last[row], message: message)
      active -= 1
      if row != active {
        integrator.exchangeSamples(row, active)
        batch.exchange(row, active)
        motions.swapAt(row, active)
        approaches.swapAt(row, active)
        judge.last.swapAt(row, active)
      }
      if active > 0 { integrator.keepSamples(active) }
    }

    while active > 0 {
      var failure: IntegrationError?
      if !isFirst {
        do {
          time = try integrator.step(limit: end.isFinite ? end : nil).time
        } catch let error as IntegrationError {
          failure = error
        }
      }
      integrator.withState { batch.store($0, rows: active) }
      if let failure {
        for row in (0..<active).reversed() {
          leave(
            row, batch.isBounded(row: row) ? .solverFailure : .diverged,
            message: failure.description)
        }
        return
      }

      // The solver's own derivative is free and close; the field is asked only when it matters.
      var mayHaveSettled = isFirst
      if !isFirst {
        let rows = UnsafeMutableBufferPointer(rebasing: derivative[0..<active * dimension])
        var estimate = rows.mutableSpan
        try integrator.interpolate(at: time, derivative: 1, into: &estimate)
        if goal == .rest {
          mayHaveSettled = (0..<active).contains {
            judge.residual(row: $0, batch.current, derivative) < 10 * options.residual
          }
        }
      }
      if mayHaveSettled {
        try evaluate(at: time, batch, rows: active)
        ownEvaluations += 1
        if Element.self == Float.self, goal == .rest,
          try makeConsistent(&batch, rows: active, at: time)
        {
          ownEvaluations += 1
        }
      }
      isFirst = false

      let statistics = integrator.statistics
      let evaluations = statistics.fieldEvaluations + statistics.differenceEvaluations
      let isOutOfTime = time >= end
      let isOutOfSteps =
        statistics.steps >= limits.steps || evaluations + ownEvaluations >= limits.evaluations
      if goal != .rest {
        for row in 0..<active {
          left[row] = judge.overall(row: row, batch.current, derivative)
        }
      }
      for row in (0..<active).reversed() {
        // On the way nothing else matters.
        let residual =
          goal == .rest || mayHaveSettled
          ? judge.measure(row: row, batch.current, derivative) : left[row]
        if mayHaveSettled && residual <= judge.acceptance {
          leave(row, .settled)
          continue
        }
        guard residual.isFinite, batch.isBounded(row: row) else {
          leave(row, .diverged)
          continue
        }
        if goal != .rest {
          if time > start { approaches[row].record(time: time - start, residual: left[row]) }
          if goal.isReached(left[row]) || isOutOfTime || isOutOfSteps {
            if !approaches[row].isFalling { batch.stall(row: row) }
            _ = judge.measure(row: row, batch.current, derivative)
            leave(row, nil)
            continue
          }
        }
        motions[row].record(
          time: time - start, residual: residual,
          value: judge.bracket(row: row, column: motions[row].component, derivative),
          tolerance: options.residual, timeLimit: limits.time
        ) { judge.worst(row: row, batch.current, derivative) }
        if motions[row].isOscillating {
          leave(row, .oscillating)
        } else if isOutOfTime || isOutOfSteps {
          leave(row, motions[row].outcome(afterTime: isOutOfTime))
        }
      }
    }
  }

  /// Frees rows that are all but at rest from the rounding of what their explicit variables depend on,
  /// where that settles them; the others stay as they were.
  ///
  /// - Returns: whether the field was evaluated once more.
  private func makeConsistent(
    _ batch: inout Batch<Element>, rows: Int, at time: Double
  ) throws -> Bool {
    let near = (0..<rows).filter {
      let residual = judge.residual(row: $0, batch.current, derivative)
      return residual > judge.acceptance && residual < 10 * options.residual
    }
    guard !near.isEmpty else { return false }
    var before: [ContiguousArray<Element>] = []
    var hasChanged = false
    for row in near {
      before.append(ContiguousArray(batch.current[row * dimension..<(row + 1) * dimension]))
      batch.withCurrentRows {
        if field.makeConsistent(sample: row, state: $0 + row * dimension) { hasChanged = true }
      }
    }
    guard hasChanged else { return false }
    try evaluate(at: time, batch, rows: rows)
    for (k, row) in near.enumerated()
    where !(judge.residual(row: row, batch.current, derivative) <= judge.acceptance) {
      batch.withCurrentRows { states in
        before[k].withUnsafeBufferPointer {
          (states + row * dimension).update(from: $0.baseAddress!, count: dimension)
        }
      }
    }
    return true
  }
}
