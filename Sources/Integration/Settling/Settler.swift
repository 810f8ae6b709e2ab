public import LinearAlgebra

/// What became of a batch: the states, row by row as they came in, and a certificate each.
public struct Settlement<Element: Scalar>: Sendable {
  /// [samples × dimension]. A row is an equilibrium only if its certificate says so; otherwise it is
  /// where the last attempt ended.
  public var states: ContiguousArray<Element>
  /// What became of each sample, in their order.
  public var certificates: [Certificate]

  /// Whether every sample is at an equilibrium.
  public var isComplete: Bool { certificates.allSatisfy(\.isEquilibrium) }
}

/// Brings every sample of a batch to equilibrium, or says why not.
///
/// A sample settles when its own residual says so, and then leaves the batch; the others go on. What
/// comes back has been judged on the field itself, at the very state that is returned. Solvers start
/// afresh for every batch, so a result depends on nothing settled before it.
public final class Settler<Element: Scalar> {
  /// The field that is brought to rest.
  public let field: any EquilibriumField<Element>
  /// Method, residual, tolerances and limits.
  public let options: SettlingOptions
  let dimension: Int
  /// The most samples of a batch.
  let capacity: Int
  let judge: Judge<Element>
  /// The shortest and the longest of the variables.
  let timeConstants: (fastest: Double, slowest: Double)
  /// F at the states last judged, [samples × dimension].
  let derivative: UnsafeMutableBufferPointer<Element>
  /// F one step before, of the same shape.
  let previousDerivative: UnsafeMutableBufferPointer<Element>
  /// What the explicit method corrects of its last step, of the same shape.
  let correctionOfStep: UnsafeMutableBufferPointer<Element>
  var integrators: [Pace: Integrator<Element>] = [:]
  private(set) lazy var polisher = field.equilibriumMap.map {
    Polisher($0, field, options, strictness: judge.strictness, capacity: capacity)
  }

  /// - Parameters:
  ///   - field: with as many samples as a batch will have at most.
  ///   - options: method, residual, tolerances and limits.
  /// - Throws: ``IntegrationError`` where an option makes no sense.
  public init(_ field: any EquilibriumField<Element>, options: SettlingOptions) throws {
    self.field = field
    self.options = options
    dimension = field.dimension
    capacity = field.samples
    judge = Judge(field, options: options)
    timeConstants = field.bracketWeights.reduce((.infinity, 0)) {
      (min($0.0, Double($1)), max($0.1, Double($1)))
    }
    derivative = .allocate(capacity: field.samples * field.dimension)
    derivative.initialize(repeating: 0)
    previousDerivative = .allocate(capacity: derivative.count)
    previousDerivative.initialize(repeating: 0)
    correctionOfStep = .allocate(capacity: derivative.count)
    correctionOfStep.initialize(repeating: 0)
    if options.method != .newton && options.method != .anderson && options.method != .fixedPoint {
      _ = try integrator(.own)
    }
  }

  deinit {
    derivative.deallocate()
    previousDerivative.deallocate()
    correctionOfStep.deallocate()
  }

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
      try findRoots(of: everyone, in: &batch, by: options.method)
      // Samples share KINSOL's line search and acceleration; alone they may still arrive.
      if count > 1 {
        for sample in batch.unsettled(among: everyone) {
          batch.restart(sample, from: initial)
          try findRoots(of: [sample], in: &batch, by: options.method)
        }
      }
    case .fixedPoint:
      try iterate(everyone, in: &batch)
    case .automatic:
      return try settleAutomatically(&batch, from: initial, at: time)
    case .bdf, .adams, .descent:
      try integrateAll(everyone, in: &batch, from: initial, at: time)
    }
    return try certify(&batch)
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
  func certify(
    _ batch: inout Batch<Element>, withStability: Bool = true
  ) throws -> Settlement<Element> {
    batch.restoreOrder(of: field)
    let count = batch.count
    batch.gather(rows: count)
    try evaluate(at: 0, batch, rows: count)
    var certificates: [Certificate] = []
    certificates.reserveCapacity(count)
    for sample in 0..<count {
      let residual = judge.measure(row: sample, batch.current, derivative)
      // Never to be believed if it does not hold here.
      if batch.outcomes[sample].isEquilibrium && !(residual <= options.residual) {
        batch.doubt(sample, residual: residual)
      }
      let worst = judge.worst(row: sample, batch.current, derivative)
      certificates.append(
        Certificate(
          outcome: batch.outcomes[sample], residual: residual,
          residuals: judge.parts(row: sample, batch.current, derivative),
          variables: field.variables.map(\.name), worstComponent: field.componentName(worst),
          settlingTime: batch.times[sample], evaluations: batch.evaluations[sample],
          jacobianProducts: batch.products[sample], steps: batch.steps[sample],
          attempts: batch.attempts[sample]))
    }
    let settlement = Settlement(states: batch.states, certificates: certificates)
    return withStability ? try addStability(to: settlement, of: batch) : settlement
  }

  /// What the options ask for beyond the residual, directly after ``certify(_:withStability:)``.
  func addStability(
    to settlement: Settlement<Element>, of batch: borrowing Batch<Element>
  ) throws -> Settlement<Element> {
    guard options.certifiesStability else { return settlement }
    var settlement = settlement
    try certifyStability(of: batch, &settlement.certificates)
    return settlement
  }
}
