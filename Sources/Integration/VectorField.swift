public import LinearAlgebra

/// The right-hand side of ż = F(t, z) for a batch of independent samples.
///
/// The state is a row-major matrix of ``samples`` rows and ``dimension`` columns; sample *s* occupies
/// elements `s * dimension ..< (s + 1) * dimension`. Row *s* of the derivative depends on row *s* of
/// the state alone, so the Jacobian is block-diagonal.
///
/// A field is used by one integrator at a time and may keep workspaces of its own.
public protocol VectorField<Element>: AnyObject {
  /// The scalar type of the state.
  associatedtype Element: Scalar

  /// Rows of the state at present. Constant, unless the field is a ``CompactableField``.
  var samples: Int { get }
  /// Columns of the state: variables of one sample.
  var dimension: Int { get }

  /// Writes F(t, z) into `derivative`. Both spans hold `samples * dimension` elements.
  ///
  /// An error thrown here stops the integration and comes out of the integrator unchanged.
  func derivative(
    at time: Double, _ state: Span<Element>, into derivative: inout MutableSpan<Element>) throws

  /// Whether ``jacobianProduct(_:into:)`` is implemented. Where it is not, difference quotients of
  /// ``derivative(at:_:into:)`` are used.
  var hasJacobianProduct: Bool { get }

  /// Fixes the point at which the following Jacobian products are taken.
  func linearize(at time: Double, _ state: Span<Element>) throws

  /// Writes (∂F/∂z)·v at the point of the last ``linearize(at:_:)`` into `product`.
  func jacobianProduct(_ vector: Span<Element>, into product: inout MutableSpan<Element>) throws

  /// The name of a column in messages, such as `phi.hidden.3`.
  func componentName(_ column: Int) -> String
}

extension VectorField {
  public var hasJacobianProduct: Bool { false }
  public func linearize(at time: Double, _ state: Span<Element>) throws {}
  public func jacobianProduct(_ vector: Span<Element>, into product: inout MutableSpan<Element>)
    throws
  {
    preconditionFailure("\(Self.self) announces a Jacobian product and does not implement it")
  }
  public func componentName(_ column: Int) -> String { "z.\(column)" }
}

/// A field whose samples can leave the batch one by one while it is being integrated.
///
/// Settled samples are moved behind the active ones and dropped; the others go on undisturbed.
public protocol CompactableField<Element>: VectorField {
  /// Exchanges everything the field keeps about two samples (inputs, targets, ...).
  func exchangeSamples(_ first: Int, _ second: Int)
  /// Keeps the first `count` samples and drops the rest until the next start.
  func keepSamples(_ count: Int)
}
