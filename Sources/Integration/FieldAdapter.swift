internal import CSUNDIALS
internal import LinearAlgebra

/// A vector field as C callbacks see it: without its element type.
protocol FieldAdapter: AnyObject {
  var samples: Int { get }
  var dimension: Int { get }
  var hasJacobianProduct: Bool { get }
  var hasPreconditioner: Bool { get }
  var eventNames: [String] { get }

  func derivative(at time: Double, _ state: N_Vector, into derivative: N_Vector) throws
  func linearize(at time: Double, _ state: N_Vector) throws
  func jacobianProduct(_ vector: N_Vector, into product: N_Vector) throws
  func setUpPreconditioner(
    at time: Double, _ state: N_Vector, gamma: Double, mayReuse: Bool
  ) throws -> Bool
  func applyPreconditioner(_ residual: N_Vector, gamma: Double, into solution: N_Vector) throws
  func eventValues(
    at time: Double, _ state: N_Vector, into values: UnsafeMutablePointer<Double>) throws
  func componentName(_ column: Int) -> String
}

final class TypedField<Element: Scalar>: FieldAdapter {
  let field: any VectorField<Element>
  private let preconditioned: (any PreconditionedField<Element>)?
  var events: [Event<Element>] = []

  init(_ field: any VectorField<Element>) {
    self.field = field
    preconditioned = field as? any PreconditionedField<Element>
  }

  var samples: Int { field.samples }
  var dimension: Int { field.dimension }
  var hasJacobianProduct: Bool { field.hasJacobianProduct }
  var hasPreconditioner: Bool { preconditioned != nil }
  var eventNames: [String] { events.map(\.name) }
  func componentName(_ column: Int) -> String { field.componentName(column) }

  func derivative(at time: Double, _ state: N_Vector, into derivative: N_Vector) throws {
    var target = mutable(derivative).mutableSpan
    try field.derivative(at: time, elements(state).span, into: &target)
  }

  func linearize(at time: Double, _ state: N_Vector) throws {
    try field.linearize(at: time, elements(state).span)
  }

  func jacobianProduct(_ vector: N_Vector, into product: N_Vector) throws {
    var target = mutable(product).mutableSpan
    try field.jacobianProduct(elements(vector).span, into: &target)
  }

  func setUpPreconditioner(
    at time: Double, _ state: N_Vector, gamma: Double, mayReuse: Bool
  ) throws -> Bool {
    guard let preconditioned else { return false }
    return try preconditioned.setUpPreconditioner(
      at: time, elements(state).span, gamma: gamma, mayReuse: mayReuse)
  }

  func applyPreconditioner(_ residual: N_Vector, gamma: Double, into solution: N_Vector) throws {
    guard let preconditioned else { return }
    var target = mutable(solution).mutableSpan
    try preconditioned.applyPreconditioner(elements(residual).span, gamma: gamma, into: &target)
  }

  func eventValues(
    at time: Double, _ state: N_Vector, into values: UnsafeMutablePointer<Double>
  ) throws {
    for (index, event) in events.enumerated() {
      values[index] = try event.value(time, elements(state).span)
    }
  }

  private func elements(_ vector: N_Vector) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: vector.elements(Element.self), count: vector.shape.count)
  }

  private func mutable(_ vector: N_Vector) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: vector.elements(Element.self), count: vector.shape.count)
  }
}
