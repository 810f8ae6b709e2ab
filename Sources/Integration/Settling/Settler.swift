public import LinearAlgebra

/// What became of a batch: the states, row by row as they came in, and a certificate each.
public struct Settlement<Element: Scalar>: Sendable {
  /// [samples × dimension]. A row is an equilibrium only if its certificate says so; otherwise it is
  /// where the last attempt ended.
  public var states: ContiguousArray<Element>
  public var certificates: [Certificate]

  public var isComplete: Bool { certificates.allSatisfy(\.isEquilibrium) }
}

/// Brings every sample of a batch to equilibrium, or says why not.
///
/// A sample settles when its own residual says so, and then leaves the batch; the others go on. What
/// comes back has been judged on the field itself, at the very state that is returned. Solvers start
/// afresh for every batch, so a result depends on nothing settled before it.
public final class Settler<Element: Scalar> {
  public let field: any EquilibriumField<Element>
  public let options: SettlingOptions
  let dimension: Int
  let judge: Judge<Element>
  /// F at the states last judged, [samples × dimension].
  let derivative: UnsafeMutableBufferPointer<Element>
  private var integrator: Integrator<Element>?
  private var straggling: Integrator<Element>?

  /// - Parameter field: with as many samples as a batch will have at most.
  /// - Throws: ``IntegrationError`` where an option makes no sense.
  public init(_ field: any EquilibriumField<Element>, options: SettlingOptions) throws {
    self.field = field
    self.options = options
    dimension = field.dimension
    judge = Judge(field, options: options)
    derivative = .allocate(capacity: field.samples * field.dimension)
    derivative.initialize(repeating: 0)
    if options.method != .newton && options.method != .anderson && options.method != .fixedPoint {
      integrator = try Integrator(
        field, options: options.integratorOptions(field.variables, dimension: dimension))
    }
  }

  deinit { derivative.deallocate() }

  /// Settles the field's samples from `initial`, [samples × dimension].
  ///
  /// - Throws: only what the field itself throws. That a sample does not settle is no error but an
  ///   outcome.
  public func settle(
    _ initial: ContiguousArray<Element>, at time: Double = 0
  ) throws -> Settlement<Element> {
    let count = field.samples
    precondition(
      initial.count == count * dimension, "\(initial.count) numbers for \(count) samples")
    var batch = Batch<Element>(initial, count: count, dimension: dimension)
    // Whatever happens, the field gets its samples back in the order in which they came.
    defer { batch.restoreOrder(of: field) }

    let everyone = Array(0..<count)
    switch options.method {
    case .newton, .anderson:
      try findRoots(of: everyone, in: &batch)
      // Samples share KINSOL's line search and acceleration; alone they may still arrive.
      if count > 1 {
        for sample in batch.unsettled(among: everyone) {
          batch.restart(sample, from: initial)
          try findRoots(of: [sample], in: &batch)
        }
      }
    case .fixedPoint:
      try iterate(everyone, in: &batch)
    case .automatic, .bdf, .adams, .descent:
      try integrate(everyone, in: &batch, from: time, limits: options.limits)
      // One that fails takes the others with it, so each gets a start of its own.
      if count > 1 {
        for sample in everyone where batch.outcomes[sample] == .solverFailure {
          batch.restart(sample, from: initial)
          try integrate([sample], in: &batch, from: time, limits: options.limits)
        }
      }
      if options.limits.straggler > 1 {
        for sample in everyone where deservesMore(sample, batch) {
          try integrate(
            [sample], in: &batch, from: batch.times[sample],
            limits: options.limits.scaled(by: options.limits.straggler), tightly: true)
        }
      }
    }
    return try certify(&batch)
  }

  // MARK: Integration

  /// Whether a sample may settle if it is given more time, or a more careful integration.
  ///
  /// Steps grow without end near an equilibrium, and the integrator's own errors, which its tolerances
  /// allow, then keep the residual from falling further. That noise can look like any motion.
  private func deservesMore(_ sample: Int, _ batch: borrowing Batch<Element>) -> Bool {
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

  /// The integrator for stragglers: tolerances that its noise does not reach the residual.
  private func tightIntegrator() throws -> Integrator<Element> {
    if let straggling { return straggling }
    var tight = options
    let factor = 1e-3
    func tighten(_ tolerance: inout SettlingOptions.VariableTolerance, least: Double) {
      tolerance.standard = max(tolerance.standard * factor, least)
      tolerance.byName = tolerance.byName.mapValues { max($0 * factor, least) }
    }
    let rounding = Double(Element.ulpOfOne)
    tighten(
      &tight.relativeTolerance, least: min(options.relativeTolerance.standard, 100 * rounding))
    tighten(&tight.absoluteTolerance, least: min(options.absoluteTolerance.standard, rounding))
    let made = try Integrator(
      field, options: tight.integratorOptions(field.variables, dimension: dimension))
    straggling = made
    return made
  }

  private func integrate(
    _ samples: [Int], in batch: inout Batch<Element>, from start: Double,
    limits: SettlingOptions.Limits, tightly: Bool = false
  ) throws {
    guard let integrator = try tightly ? tightIntegrator() : integrator else { return }
    batch.activate(samples, on: field)
    var active = samples.count
    var motions = Array(repeating: Motion(), count: samples.count)
    var ownEvaluations = 0
    let end = start + limits.time
    // The samples may already be at rest, and CVODE cannot start from rest with a sensible step.
    batch.gather(rows: active)
    try batch.current.withUnsafeBufferPointer {
      try integrator.start(at: start, state: $0.span.extracting(first: active * dimension))
    }
    var time = start
    var isFirst = true

    func leave(_ row: Int, _ outcome: Outcome, message: String? = nil) {
      let statistics = integrator.statistics
      batch.record(
        row: row, outcome: outcome, time: time, method: options.method,
        evaluations: statistics.fieldEvaluations + statistics.differenceEvaluations
          + ownEvaluations,
        products: statistics.jacobianProducts, steps: statistics.steps,
        residual: judge.last[row], message: message)
      active -= 1
      if row != active {
        integrator.exchangeSamples(row, active)
        batch.exchange(row, active)
        motions.swapAt(row, active)
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
        mayHaveSettled = (0..<active).contains {
          judge.residual(row: $0, batch.current, derivative) < 10 * options.residual
        }
      }
      if mayHaveSettled {
        try evaluate(at: time, batch, rows: active)
        ownEvaluations += 1
      }
      isFirst = false

      let statistics = integrator.statistics
      let evaluations = statistics.fieldEvaluations + statistics.differenceEvaluations
      let isOutOfTime = time >= end
      let isOutOfSteps =
        statistics.steps >= limits.steps || evaluations + ownEvaluations >= limits.evaluations
      for row in (0..<active).reversed() {
        let residual = judge.measure(row: row, batch.current, derivative)
        if mayHaveSettled && residual <= judge.acceptance {
          leave(row, .settled)
          continue
        }
        guard residual.isFinite, batch.isBounded(row: row) else {
          leave(row, .diverged)
          continue
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

  /// F at the first `rows` states of the batch.
  func evaluate(at time: Double, _ batch: borrowing Batch<Element>, rows: Int) throws {
    let active = UnsafeMutableBufferPointer(rebasing: derivative[0..<rows * dimension])
    var span = active.mutableSpan
    try batch.current.withUnsafeBufferPointer {
      try field.derivative(at: time, $0.span.extracting(first: rows * dimension), into: &span)
    }
  }

  // MARK: Certificates

  /// Judges states of the field's samples as they are, [samples × dimension], without moving them.
  ///
  /// Those at rest are certified as settled; the others as out of time, after none.
  public func judge(_ states: ContiguousArray<Element>) throws -> Settlement<Element> {
    let count = field.samples
    var batch = Batch<Element>(states, count: count, dimension: dimension)
    try evaluate(at: 0, batch, rows: count)
    for sample in 0..<count {
      if judge.residual(row: sample, batch.current, derivative) <= options.residual {
        batch.believe(sample)
      }
    }
    return try certify(&batch)
  }

  /// Judges every sample once more, all together and in their own order.
  private func certify(_ batch: inout Batch<Element>) throws -> Settlement<Element> {
    batch.restoreOrder(of: field)
    let count = batch.count
    batch.gather(rows: count)
    try evaluate(at: 0, batch, rows: count)
    var certificates: [Certificate] = []
    certificates.reserveCapacity(count)
    for sample in 0..<count {
      let residual = judge.measure(row: sample, batch.current, derivative)
      var outcome = batch.outcomes[sample]
      var attempts = batch.attempts[sample]
      // Never to be believed if it does not hold here.
      if outcome.isEquilibrium && !(residual <= options.residual) {
        outcome = .solverFailure
        attempts.append(
          Attempt(
            method: "verification", outcome: outcome, residual: residual, evaluations: 1, steps: 0,
            message: "the residual was met beside other samples, and not by rounding here; the "
              + "precision is too low for settling.residual"))
      }
      let worst = judge.worst(row: sample, batch.current, derivative)
      certificates.append(
        Certificate(
          outcome: outcome, residual: residual,
          residuals: judge.parts(row: sample, batch.current, derivative),
          variables: field.variables.map(\.name), worstComponent: field.componentName(worst),
          settlingTime: batch.times[sample], evaluations: batch.evaluations[sample],
          jacobianProducts: batch.products[sample], steps: batch.steps[sample],
          attempts: attempts))
    }
    if options.certifiesStability {
      try certifyStability(of: batch, &certificates)
    }
    return Settlement(states: batch.states, certificates: certificates)
  }
}
