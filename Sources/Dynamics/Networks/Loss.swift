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
  /// Why no finite output minimises the loss against this target, or nil where one does.
  ///
  /// Pure integral control (no leak) of such a loss grows without bound.
  func unboundedReason(target: Span<Double>) -> String?
}

extension Loss {
  public func unboundedReason(target: Span<Double>) -> String? { nil }
}
