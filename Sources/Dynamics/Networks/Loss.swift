internal import LinearAlgebra

/// What the output should be: L(y) of one sample, against its target.
///
/// Outputs are few, so losses work in double precision whatever the precision of the dynamics.
/// A conformance is right when `gradient` is the derivative of `value` and `curvatureProduct` that of
/// `gradient`.
public protocol Loss: Sendable {
  /// The name used in model files.
  var name: String { get }
  /// Whether the output of largest value is a predicted class.
  var isClassification: Bool { get }
  /// L(y)
  func value(_ output: Span<Double>, target: Span<Double>) -> Double
  /// ∇_y L
  func gradient(
    _ output: Span<Double>, target: Span<Double>, into gradient: inout MutableSpan<Double>)
  /// ∂²_y L · v
  func curvatureProduct(
    _ output: Span<Double>, target: Span<Double>, _ vector: Span<Double>,
    into product: inout MutableSpan<Double>)
  /// argmin_y ½‖y − c‖² + s·L(y), the proximal point of sL at c: where an output unit rests that its
  /// network drives to c and that is controlled by u = −s∇L(y). Then u = y − c.
  ///
  /// - Parameters:
  ///   - center: c, [n_y].
  ///   - target: t, [n_y].
  ///   - strength: s > 0.
  ///   - output: a guess when called; the proximal point, to rounding, afterwards.
  func proximalPoint(
    of center: Span<Double>, target: Span<Double>, strength: Double,
    into output: inout MutableSpan<Double>)
  /// Whether y = t minimises it, so that outputs may be held at their targets. False unless given.
  var isMinimalAtTarget: Bool { get }
  /// Why no finite output minimises the loss against this target, or nil where one does.
  ///
  /// Pure integral control (no leak) of such a loss grows without bound.
  func unboundedReason(target: Span<Double>) -> String?
}

extension Loss {
  public var isMinimalAtTarget: Bool { false }
  public func unboundedReason(target: Span<Double>) -> String? { nil }

  /// Newton's method on y − c + s∇L(y) = 0 with the dense matrix I + s∂²L of n_y curvature products,
  /// for any convex loss.
  public func proximalPoint(
    of center: Span<Double>, target: Span<Double>, strength: Double,
    into output: inout MutableSpan<Double>
  ) {
    let count = center.count
    var y = ContiguousArray<Double>(repeating: 0, count: count)
    for i in 0..<count {
      guard center[i].isFinite else {
        // There is no such point.
        for k in 0..<count { output[k] = .nan }
        return
      }
      y[i] = output[i].isFinite ? output[i] : center[i]
    }

    func residual(at y: ContiguousArray<Double>) -> (ContiguousArray<Double>, size: Double) {
      var residual = ContiguousArray<Double>(repeating: 0, count: count)
      var span = residual.mutableSpan
      gradient(y.span, target: target, into: &span)
      var size = 0.0
      for i in 0..<count {
        residual[i] = (y[i] - center[i]) + strength * residual[i]
        if residual[i].isNaN { return (residual, .nan) }
        size = max(size, abs(residual[i]))
      }
      return (residual, size)
    }

    var (r, size) = residual(at: y)
    var previous = Double.infinity
    for _ in 0..<100 where size > 0 && size < previous {
      previous = size
      var matrix = DenseMatrix.identity(count)
      for column in 0..<count {
        var unit = ContiguousArray<Double>(repeating: 0, count: count)
        unit[column] = 1
        var product = unit
        var span = product.mutableSpan
        curvatureProduct(y.span, target: target, unit.span, into: &span)
        for row in 0..<count { matrix[row, column] += strength * product[row] }
      }
      guard let step = try? CholeskyFactorization(matrix).solve(r) else { break }
      var length = 1.0
      var next = y
      repeat {
        for i in 0..<count { next[i] = y[i] - length * step[i] }
        (r, size) = residual(at: next)
        length *= 0.5
      } while !(size < previous) && length > 1e-9
      guard size < previous else { break }
      y = next
    }
    for i in 0..<count { output[i] = y[i] }
  }
}
