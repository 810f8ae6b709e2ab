internal import LinearAlgebra

/// A field that can solve I − γ·∂F/∂z approximately.
public protocol PreconditionedField<Element>: VectorField {
  /// Prepares P ≈ I − γ·∂F/∂z at a point.
  ///
  /// Where `mayReuse` is true, Jacobian data of the last call are still good, and only `gamma` has
  /// changed. Returns whether Jacobian data were computed anew.
  func setUpPreconditioner(
    at time: Double, _ state: Span<Element>, gamma: Double, mayReuse: Bool
  ) throws -> Bool

  /// Writes P⁻¹·r into `solution`.
  func applyPreconditioner(
    _ residual: Span<Element>, gamma: Double, into solution: inout MutableSpan<Element>) throws
}
