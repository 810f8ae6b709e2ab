internal import LinearAlgebra

/// Iterates samples on a field's equilibrium map until each is at rest or given up.
final class Polisher<Element: Scalar> {
  private let map: any EquilibriumMap<Element>
  private let field: any EquilibriumField<Element>
  private let options: SettlingOptions
  /// By how much the residual must be smaller than the options say: see ``Judge``.
  private let strictness: Double
  private let iterates: AndersonIterates<Element>
  /// Where each row began.
  private let start: UnsafeMutablePointer<Element>
  private let norms: UnsafeMutablePointer<Double>
  private let variables: [StateVariable]
  private let measures: [ResidualMeasure]

  /// How far φ of a population may move, in proportion to its norm. Beyond that it is on its way
  /// to another equilibrium than the one that the integration was approaching, unless there is no other.
  static var reach: Double { 0.05 }
  /// A polish that takes more iterations than this may have been drawn to a saddle, and is checked.
  private static var unsuspicious: Int { 30 }
  /// ...unless φ has moved by no more than this, in proportion to its norm. (By measurement alone: of some 8000 that were
  /// checked in four trainings on 6000 images of MNIST, 34 were at saddles, and had moved by 8·10⁻⁴ or more.)
  private static var beside: Double { 2e-4 }
  /// Within this factor of the residual that is asked for, a sample has all but arrived, and what is left
  /// is rounding: it may take as many iterations again.
  private static var close: Double { 30 }
  /// Iterations after which a sample is taken nearer to the residual that is asked for.
  private static var unhurried: Int { 20 }
  /// By how much the residual may grow before the iteration is called divergent.
  private static var growth: Double { 1e3 }

  init(
    _ map: any EquilibriumMap<Element>, _ field: any EquilibriumField<Element>,
    _ options: SettlingOptions, strictness: Double, capacity: Int
  ) {
    self.map = map
    self.field = field
    self.options = options
    self.strictness = strictness
    variables = map.variables
    measures = map.measures
    iterates = AndersonIterates(
      capacity: capacity, dimension: map.dimension, variables: map.variables,
      depth: max(1, options.andersonDepth))
    start = .allocate(capacity: capacity * map.dimension)
    start.initialize(repeating: 0, count: capacity * map.dimension)
    norms = .allocate(capacity: map.variables.count)
    norms.initialize(repeating: 0, count: map.variables.count)
  }

  deinit {
    start.deallocate()
    norms.deallocate()
  }

  /// For a new batch, which owes nothing to the last one.
  func forget() { saddles = [] }

  /// Whether the map needs no approach: it has only one equilibrium.
  var isExplicit: Bool { map.isExplicit }

  /// Whether the way to the equilibrium is not critical: see ``EquilibriumMap/isDamped``.
  var isDamped: Bool { map.isDamped }

  /// Whether the iteration finds the equilibrium from afar: see ``EquilibriumMap/isContractive``.
  var isContractive: Bool { map.isContractive }

  /// Samples that the last polish found on a saddle: the flow will leave its neighbourhood again.
  private(set) var saddles: Set<Int> = []

  /// A sample that is given up stays where it was. The others are at rest by the map; the field itself
  /// must still be asked.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func polish(_ samples: [Int], in batch: inout Batch<Element>, iterations: Int) {
    batch.activate(samples, on: field)
    var active = samples.count
    batch.gather(rows: active)
    let width = map.dimension
    let stateWidth = field.dimension
    iterates.begin()
    saddles = []
    batch.withCurrentRows { states in
      for row in 0..<active {
        map.read(row: row, state: states + row * stateWidth, into: iterates.row(row))
      }
    }
    map.complete(iterates.x)
    start.update(from: iterates.x, count: active * width)
    var first = Array(repeating: 0.0, count: active)
    var iteration = 0
    while active > 0 {
      // G(x) − x is the field's residual up to rounding, which must leave some room; less where it is
      // rounding that keeps the residual from falling.
      let room = iteration < Self.unhurried ? 0.7 : 0.9
      let acceptance = room * options.residual * strictness
      map.residual(at: iterates.x, into: iterates.residual)
      iteration += 1
      for row in (0..<active).reversed() {
        let residual = measure(row)
        if iteration == 1 {
          first[row] = residual
          iterates.setWeights(row: row, norms: norms)
        }
        var outcome: Outcome?
        var message: String?
        if residual <= acceptance {
          outcome = .settled
          let isLate = iteration > Self.unsuspicious
          // Where there is only one equilibrium, it was found; where there should be, unless that took long.
          let moved = isExplicit || (isContractive && !isLate) ? 0 : distance(row)
          if moved > Self.reach && !isContractive {
            outcome = .outOfSteps
            message = "left the neighbourhood of where the integration had come"
          } else if isLate, moved > Self.beside,
            let descent = field.equilibriumDescent,
            !descent.isMinimum(row: row, phi: iterates.row(row))
          {
            outcome = .outOfSteps
            message = "came to a saddle of F"
            saddles.insert(batch.order[row])
          }
        } else if !residual.isFinite || residual > Self.growth * max(first[row], 1e-3) {
          outcome = .outOfSteps
          message = "does not contract"
        } else if iteration >= iterations
          && !(residual <= Self.close * acceptance && iteration < 2 * iterations)
        {
          outcome = .outOfSteps
        }
        guard let outcome else { continue }
        if outcome == .settled {
          batch.withCurrentRows {
            map.write(row: row, iterates.row(row), into: $0 + row * stateWidth)
          }
        }
        batch.record(
          row: row, outcome: outcome, time: batch.times[batch.order[row]], method: "polish",
          evaluations: iteration, products: 0, steps: iteration, residual: residual,
          message: message)
        active -= 1
        if row != active {
          field.exchangeSamples(row, active)
          batch.exchange(row, active)
          iterates.exchangeRows(row, active)
          exchangeRows(start, row, active, width: width)
          first.swapAt(row, active)
        }
        field.keepSamples(active)
      }
      if active > 0 { iterates.advance(rows: active) }
    }
  }

  /// The largest of the map's ``EquilibriumMap/measures``; leaves floor + ‖x_k‖ in ``norms``.
  private func measure(_ row: Int) -> Double {
    let x = iterates.row(row)
    let r = iterates.residualRow(row)
    for (index, variable) in variables.enumerated() {
      let start = variable.columns.lowerBound
      let count = variable.columns.count
      norms[index] =
        options.floor + Element.quickDot(x + start, x + start, count: count).squareRoot()
      // Beyond all bounds the quotient would say 0.
      guard norms[index].isFinite else { return .infinity }
    }
    var largest = 0.0
    for (variable, measure) in zip(variables, measures) {
      let start = variable.columns.lowerBound
      let count = variable.columns.count
      let part =
        measure.factor * Element.quickDot(r + start, r + start, count: count).squareRoot()
        / norms[measure.reference]
      if part.isNaN { return .nan }
      largest = max(largest, part)
    }
    return largest
  }

  /// The largest ‖x − x₀‖ / ‖x‖ of any of the map's neighbourhoods. Spends what ``start`` has of the row.
  private func distance(_ row: Int) -> Double {
    var largest = 0.0
    for columns in map.neighbourhoods {
      let x = iterates.row(row) + columns.lowerBound
      let start = start + row * map.dimension + columns.lowerBound
      Element.linearSum(1, x, -1, start, into: start, count: columns.count)
      let size = options.floor + Element.squareSum(x, count: columns.count).squareRoot()
      largest = max(
        largest, Element.squareSum(start, count: columns.count).squareRoot() / size)
    }
    return largest
  }
}
