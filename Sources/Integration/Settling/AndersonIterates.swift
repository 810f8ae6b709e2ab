package import LinearAlgebra

/// Anderson acceleration of many samples at once, each with a history and coefficients of its own.
///
/// With residuals r = G(x) − x and their differences ΔR over the last iterations, the next iterate is
/// G(x) − ΔG γ with γ = argmin ‖r − ΔR γ‖ (Anderson 1965; Walker & Ni, SIAM J. Numer. Anal. 49, 2011,
/// type II). Norms weigh the blocks of x so that a small one (ψ) counts like a large one (φ).
package final class AndersonIterates<Element: Scalar> {
  package let dimension: Int
  private let depth: Int
  private let variables: [StateVariable]
  /// Iterates and residuals, [rows × dimension], of this iteration and of the last one.
  private var now: (x: UnsafeMutablePointer<Element>, r: UnsafeMutablePointer<Element>)
  private var last: (x: UnsafeMutablePointer<Element>, r: UnsafeMutablePointer<Element>)
  /// Differences of weighted residuals, and of G, [slots × depth × dimension].
  private let residualDifferences: UnsafeMutablePointer<Element>
  private let imageDifferences: UnsafeMutablePointer<Element>
  /// The latest difference and the residual of one row, both weighted, [2 × dimension]; and their
  /// products with the history, [2 × depth].
  private let weighted: UnsafeMutablePointer<Element>
  private let products: UnsafeMutablePointer<Element>
  private let mixture: UnsafeMutablePointer<Element>
  /// ΔRᵀΔR of every slot, [slots × depth × depth].
  private let gram: UnsafeMutablePointer<Double>
  private let system: UnsafeMutablePointer<Double>
  private let coefficients: UnsafeMutablePointer<Double>
  private let weights: UnsafeMutablePointer<Double>
  /// Where the history of a row is kept: rows move, histories stay.
  private var slots: [Int]
  private var count = 0
  private var next = 0
  private var hasLast = false

  package init(capacity: Int, dimension: Int, variables: [StateVariable], depth: Int) {
    self.dimension = dimension
    self.depth = depth
    self.variables = variables
    func elements(_ count: Int) -> UnsafeMutablePointer<Element> {
      let memory = UnsafeMutablePointer<Element>.allocate(capacity: count)
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    func numbers(_ count: Int) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: count)
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    now = (elements(capacity * dimension), elements(capacity * dimension))
    last = (elements(capacity * dimension), elements(capacity * dimension))
    residualDifferences = elements(capacity * depth * dimension)
    imageDifferences = elements(capacity * depth * dimension)
    weighted = elements(2 * dimension)
    products = elements(2 * depth)
    mixture = elements(depth)
    gram = numbers(capacity * depth * depth)
    system = numbers(depth * depth)
    coefficients = numbers(2 * depth)
    weights = numbers(capacity * variables.count)
    slots = Array(0..<capacity)
  }

  deinit {
    for memory in [
      now.x, now.r, last.x, last.r, residualDifferences, imageDifferences, weighted, products,
      mixture,
    ] {
      memory.deallocate()
    }
    for memory in [gram, system, coefficients, weights] { memory.deallocate() }
  }

  package var x: UnsafeMutablePointer<Element> { now.x }
  package var residual: UnsafeMutablePointer<Element> { now.r }
  package func row(_ row: Int) -> UnsafeMutablePointer<Element> { now.x + row * dimension }
  package func residualRow(_ row: Int) -> UnsafeMutablePointer<Element> { now.r + row * dimension }

  /// Forgets all history.
  package func begin() {
    count = 0
    next = 0
    hasLast = false
  }

  /// Sets the weight of every block of a row to the inverse of its norm. However small ψ is beside φ: under a smaller
  /// weight its residual drowns in the rounding of that of φ.
  package func setWeights(row: Int, norms: UnsafePointer<Double>) {
    let target = weights + slots[row] * variables.count
    for index in variables.indices {
      target[index] = max(norms[0] / norms[index], 1)
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  package func exchangeRows(_ first: Int, _ second: Int) {
    for memory in [now.x, now.r, last.x, last.r] {
      Integration.exchangeRows(memory, first, second, width: dimension)
    }
    slots.swapAt(first, second)
  }

  /// Moves the first `rows` iterates on, from their residuals.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  package func advance(rows: Int) {
    if hasLast { count = min(count + 1, depth) }
    for row in 0..<rows {
      if hasLast { remember(row) }
      // The iterate of the time before last is no longer needed.
      let target = last.x + row * dimension
      Element.linearSum(
        1, self.row(row), 1, residualRow(row), into: target, count: dimension)
      if hasLast { mix(row, into: target) }
    }
    if hasLast { next = (next + 1) % depth }
    hasLast = true
    swap(&now, &last)
  }

  /// Enters the latest differences into the history of a row and its Gram matrix.
  private func remember(_ row: Int) {
    let slot = slots[row]
    let history = slot * depth * dimension
    let latest = history + next * dimension
    let offset = row * dimension
    let weights = weights + slot * variables.count
    for (index, variable) in variables.enumerated() {
      let start = variable.columns.lowerBound
      let place = offset + start
      Element.andersonDifferences(
        weight: weights[index], iterate: now.x + place, before: last.x + place,
        residual: now.r + place, before: last.r + place,
        residualChange: residualDifferences + latest + start,
        imageChange: imageDifferences + latest + start, latest: weighted + start,
        weighted: weighted + dimension + start, count: variable.columns.count)
    }
    Element.multiply(
      transposeA: false, transposeB: true, rows: 2, columns: count, inner: dimension,
      alpha: 1, weighted, dimension, residualDifferences + history, dimension,
      beta: 0, products, depth)
    let gram = gram + slot * depth * depth
    for k in 0..<count {
      gram[next * depth + k] = Double(products[k])
      gram[k * depth + next] = Double(products[k])
    }
  }

  /// x ← x − ΔG γ, with the products of the residual that ``remember(_:)`` has just left.
  private func mix(_ row: Int, into x: UnsafeMutablePointer<Element>) {
    let slot = slots[row]
    let history = slot * depth * dimension
    let gram = gram + slot * depth * depth
    // One over the norms of the differences; 0 for a difference that is zero.
    let inverses = coefficients + depth
    for k in 0..<count {
      let norm = gram[k * depth + k].squareRoot()
      inverses[k] = norm > 0 ? 1 / norm : 0
      coefficients[k] = Double(products[depth + k]) * inverses[k]
    }
    for i in 0..<count {
      for j in 0...i {
        system[i * depth + j] = gram[i * depth + j] * inverses[i] * inverses[j]
      }
      // Differences that are nearly parallel would get huge coefficients of opposite sign.
      system[i * depth + i] += Self.regularization + (inverses[i] > 0 ? 0 : 1)
    }
    guard solveSmallSystem() else { return }
    for k in 0..<count {
      mixture[k] = Element(-coefficients[k] * inverses[k])
    }
    Element.multiply(
      transposeA: false, transposeB: false, rows: 1, columns: dimension, inner: count,
      alpha: 1, mixture, count, imageDifferences + history, dimension, beta: 1, x, dimension)
  }

  private static var regularization: Double { 1e-7 }

  /// Solves the normalised normal equations by Cholesky; false where they are not positive.
  ///
  /// Column by column, and with inverses on the diagonal: this small, it waits for roots and divisions.
  private func solveSmallSystem() -> Bool {
    let (count, depth) = (count, depth)
    let (system, coefficients) = (system, coefficients)
    for j in 0..<count {
      let column = system + j
      let pivot = column[j * depth]
      guard pivot > 0, pivot.isFinite else { return false }
      let inverse = 1 / pivot.squareRoot()
      column[j * depth] = inverse
      let coefficient = coefficients[j] * inverse
      coefficients[j] = coefficient
      for i in j + 1..<count {
        let factor = column[i * depth] * inverse
        column[i * depth] = factor
        coefficients[i] -= factor * coefficient
        for k in j + 1...i { system[i * depth + k] -= factor * column[k * depth] }
      }
    }
    for j in (0..<count).reversed() {
      let coefficient = coefficients[j] * system[j * depth + j]
      coefficients[j] = coefficient
      for i in 0..<j { coefficients[i] -= system[j * depth + i] * coefficient }
    }
    return true
  }
}
