internal import LinearAlgebra

/// A set that a parameter is kept in: after initialisation, and after every update.
public enum Constraint: Sendable, Equatable {
  /// W = Wᵀ: each pair becomes its mean. Square matrices only.
  case symmetric
  /// W_ii = 0. Square matrices only.
  case zeroDiagonal
  /// All weights ≥ 0, or all ≤ 0: those of the other sign become 0.
  case sign(Sign)
  /// Each weight has the sign of its element in the pattern, or is 0; where the pattern is 0 it is
  /// free. With the initial weights as the pattern, excitation stays excitation (Dale's law).
  case signs(of: ContiguousArray<Double>)
  /// max |λ| ≤ the bound: a matrix beyond it is scaled down. Square matrices only.
  case spectralRadius(Double)
  /// ‖W‖₂ ≤ the bound: a matrix beyond it is scaled down.
  ///
  /// Scaling is not the nearest point of the set, but it leaves every other constraint intact.
  case spectralNorm(Double)

  /// The sign that weights keep.
  public enum Sign: Int, Sendable, CaseIterable {
    /// No weight is below 0.
    case positive = 1
    /// No weight is above 0.
    case negative = -1
  }

  /// The name used in model files.
  public var name: String {
    switch self {
    case .symmetric: "symmetric"
    case .zeroDiagonal: "zero-diagonal"
    case .sign, .signs: "sign"
    case .spectralRadius: "spectral-radius"
    case .spectralNorm: "spectral-norm"
    }
  }

  /// Subspaces first, cones next, scalings last: each leaves those before it intact, so that all hold
  /// at the end whatever the order in which they were asked for.
  var rank: Int {
    switch self {
    case .zeroDiagonal: 0
    case .sign, .signs: 1
    case .symmetric: 2
    case .spectralRadius, .spectralNorm: 3
    }
  }

  /// Why an array of this shape cannot be kept so, or nil.
  public func objection(to shape: [Int]) -> String? {
    switch self {
    case .symmetric, .zeroDiagonal, .spectralRadius:
      guard shape.count == 2, shape[0] == shape[1] else {
        return "\(name) needs a square matrix, and the shape is \(shape)"
      }
    case .spectralNorm:
      guard shape.count == 2 else { return "\(name) needs a matrix, and the shape is \(shape)" }
    case .sign: break
    case .signs(let pattern):
      guard pattern.count == shape.reduce(1, *) else {
        return "\(name) has a pattern of \(pattern.count) values for the shape \(shape)"
      }
    }
    switch self {
    case .spectralRadius(let bound), .spectralNorm(let bound):
      return bound > 0 && bound.isFinite
        ? nil : "\(name) needs a bound that is positive and finite, not \(bound)"
    default: return nil
    }
  }

  /// Moves `values`, of a shape without ``objection(to:)``, into the set. What is in it stays as it is.
  ///
  /// - Throws: ``ParameterError`` where eigenvalues or singular values cannot be computed.
  public func apply(to values: inout ContiguousArray<Double>, shape: [Int]) throws {
    switch self {
    case .symmetric:
      let n = shape[0]
      for i in 0..<n {
        for j in 0..<i {
          let mean = values[i * n + j] / 2 + values[j * n + i] / 2
          values[i * n + j] = mean
          values[j * n + i] = mean
        }
      }
    case .zeroDiagonal:
      for i in 0..<shape[0] { values[i * shape[0] + i] = 0 }
    case .sign(let sign):
      let sign = Double(sign.rawValue)
      for i in values.indices where values[i] * sign < 0 { values[i] = 0 }
    case .signs(let pattern):
      for i in values.indices where values[i] * pattern[i].signum < 0 { values[i] = 0 }
    case .spectralRadius(let bound):
      try shrink(&values, shape, to: bound) { try $0.spectralRadius() }
    case .spectralNorm(let bound):
      try shrink(&values, shape, to: bound) { try $0.spectralNorm() }
    }
  }

  private func shrink(
    _ values: inout ContiguousArray<Double>, _ shape: [Int], to bound: Double,
    _ measure: (DenseMatrix) throws -> Double
  ) throws {
    // One scaling is enough but for rounding; the margin grows until the measured size is in bounds.
    var margin = 0.0
    while true {
      let size: Double
      do {
        size = try measure(DenseMatrix(rows: shape[0], columns: shape[1], elements: values))
      } catch { throw ParameterError("no \(name) to constrain: \(error)") }
      guard size > bound else { return }
      let factor = bound / size * (1 - margin)
      for i in values.indices { values[i] *= factor }
      margin = margin == 0 ? 0x1p-52 : 2 * margin
    }
  }
}

extension Double {
  fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
