internal import LinearAlgebra

/// Anderson acceleration of many samples at once, each with a history and coefficients of its own.
///
/// With residuals r = G(x) − x and their differences ΔR over the last iterations, the next iterate is
/// G(x) − ΔG γ with γ = argmin ‖r − ΔR γ‖ (Anderson 1965; Walker & Ni, SIAM J. Numer. Anal. 49, 2011,
/// type II). Norms weigh the blocks of x so that a small one (ψ) counts like a large one (φ).
final class AndersonIterates<Element: Scalar> {
  let dimension: Int
  let depth: Int
  /// Iterates and residuals, [rows × dimension].
  let x: UnsafeMutablePointer<Element>
  let residual: UnsafeMutablePointer<Element>
  private let capacity: Int
  /// The x and r of the last iteration; by row.
  private let lastX: UnsafeMutablePointer<Element>
  private let lastResidual: UnsafeMutablePointer<Element>
  /// Weighted differences of r, and differences of G, [slots × depth × dimension].
  private let residualDifferences: UnsafeMutablePointer<Element>
  private let imageDifferences: UnsafeMutablePointer<Element>
  private let weighted: UnsafeMutablePointer<Element>
  /// ΔRᵀΔR of every slot, [slots × depth × depth].
  private let gram: UnsafeMutablePointer<Double>
  private let system: UnsafeMutablePointer<Double>
  private let coefficients: UnsafeMutablePointer<Double>
  private let weights: UnsafeMutablePointer<Double>
  private let variables: [StateVariable]
  /// Where the history of a row is kept: rows move, histories stay.
  private var slots: [Int]
  private var count = 0
  private var next = 0
  private var hasLast = false

  init(capacity: Int, dimension: Int, variables: [StateVariable], depth: Int) {
    self.capacity = capacity
    self.dimension = dimension
    self.depth = depth
    self.variables = variables
    func rows(_ count: Int) -> UnsafeMutablePointer<Element> {
      let memory = UnsafeMutablePointer<Element>.allocate(capacity: count * dimension)
      memory.initialize(repeating: 0, count: count * dimension)
      return memory
    }
    func numbers(_ count: Int) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: count)
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    x = rows(capacity)
    residual = rows(capacity)
    lastX = rows(capacity)
    lastResidual = rows(capacity)
    weighted = rows(1)
    residualDifferences = rows(capacity * depth)
    imageDifferences = rows(capacity * depth)
    gram = numbers(capacity * depth * depth)
    system = numbers(depth * depth)
    coefficients = numbers(2 * depth)
    weights = numbers(capacity * variables.count)
    slots = Array(0..<capacity)
  }

  deinit {
    for memory in [
      x, residual, lastX, lastResidual, weighted, residualDifferences, imageDifferences,
    ] {
      memory.deallocate()
    }
    for memory in [gram, system, coefficients, weights] { memory.deallocate() }
  }

  /// Forgets all history.
  func begin() {
    count = 0
    next = 0
    hasLast = false
  }

  /// Sets the weight of every block of a row to the inverse of its norm, as far as 1e3.
  func setWeights(row: Int, norms: UnsafePointer<Double>) {
    let target = weights + slots[row] * variables.count
    for index in variables.indices {
      target[index] = min(max(norms[0] / norms[index], 1), 1e3)
    }
  }

  func row(_ row: Int) -> UnsafeMutablePointer<Element> { x + row * dimension }
  func residualRow(_ row: Int) -> UnsafeMutablePointer<Element> { residual + row * dimension }

  func exchangeRows(_ first: Int, _ second: Int) {
    for memory in [x, residual, lastX, lastResidual] {
      Integration.exchangeRows(memory, first, second, width: dimension)
    }
    slots.swapAt(first, second)
  }

  /// Moves the first `rows` iterates on, from their residuals.
  func advance(rows: Int) {
    if hasLast { count = min(count + 1, depth) }
    for row in 0..<rows {
      if hasLast { remember(row) }
      let x = self.row(row)
      let r = residualRow(row)
      (lastX + row * dimension).update(from: x, count: dimension)
      (lastResidual + row * dimension).update(from: r, count: dimension)
      Element.linearSum(1, x, 1, r, into: x, count: dimension)
      if hasLast { mix(row) }
    }
    if hasLast { next = (next + 1) % depth }
    hasLast = true
  }

  /// Enters the latest differences into the history of a row and its Gram matrix.
  private func remember(_ row: Int) {
    let slot = slots[row]
    let history = slot * depth * dimension
    let dr = residualDifferences + history + next * dimension
    let dg = imageDifferences + history + next * dimension
    let r = residualRow(row)
    let lastR = lastResidual + row * dimension
    Element.linearSum(1, r, -1, lastR, into: dr, count: dimension)
    Element.linearSum(
      1, self.row(row), -1, lastX + row * dimension, into: dg, count: dimension)
    Element.linearSum(1, dg, 1, dr, into: dg, count: dimension)
    weigh(dr, slot: slot)
    let gram = gram + slot * depth * depth
    for k in 0..<count {
      let product = Element.dot(
        dr, residualDifferences + history + k * dimension, count: dimension)
      gram[next * depth + k] = product
      gram[k * depth + next] = product
    }
  }

  private func weigh(_ x: UnsafeMutablePointer<Element>, slot: Int) {
    let weights = weights + slot * variables.count
    for (index, variable) in variables.enumerated() where weights[index] != 1 {
      let block = x + variable.columns.lowerBound
      Element.scale(weights[index], block, into: block, count: variable.columns.count)
    }
  }

  /// x ← x − ΔG γ
  private func mix(_ row: Int) {
    let slot = slots[row]
    let history = slot * depth * dimension
    let gram = gram + slot * depth * depth
    let norms = coefficients + depth
    weighted.update(from: residualRow(row), count: dimension)
    weigh(weighted, slot: slot)
    for k in 0..<count {
      norms[k] = gram[k * depth + k].squareRoot()
      let product = Element.dot(
        weighted, residualDifferences + history + k * dimension, count: dimension)
      coefficients[k] = norms[k] > 0 ? product / norms[k] : 0
    }
    for i in 0..<count {
      for j in 0...i {
        let scale = norms[i] * norms[j]
        system[i * depth + j] = scale > 0 ? gram[i * depth + j] / scale : 0
      }
      // Differences that are nearly parallel would get huge coefficients of opposite sign.
      system[i * depth + i] += Self.regularization + (norms[i] > 0 ? 0 : 1)
    }
    guard solveSmallSystem() else { return }
    let x = self.row(row)
    for k in 0..<count where norms[k] > 0 {
      Element.linearSum(
        1, x, -coefficients[k] / norms[k], imageDifferences + history + k * dimension, into: x,
        count: dimension)
    }
  }

  private static var regularization: Double { 1e-7 }

  /// Solves the normalised normal equations by Cholesky; false where they are not positive.
  private func solveSmallSystem() -> Bool {
    for i in 0..<count {
      for j in 0...i {
        var sum = system[i * depth + j]
        for k in 0..<j { sum -= system[i * depth + k] * system[j * depth + k] }
        if i == j {
          guard sum > 0, sum.isFinite else { return false }
          system[i * depth + i] = sum.squareRoot()
        } else {
          system[i * depth + j] = sum / system[j * depth + j]
        }
      }
    }
    for i in 0..<count {
      var sum = coefficients[i]
      for k in 0..<i { sum -= system[i * depth + k] * coefficients[k] }
      coefficients[i] = sum / system[i * depth + i]
    }
    for i in (0..<count).reversed() {
      var sum = coefficients[i]
      for k in (i + 1)..<max(count, i + 1) { sum -= system[k * depth + i] * coefficients[k] }
      coefficients[i] = sum / system[i * depth + i]
    }
    return true
  }
}
