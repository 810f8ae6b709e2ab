public import LinearAlgebra

/// A function of one sample's state whose local minima are equilibria of a field, whatever their
/// stability under the field's own flow.
public protocol EquilibriumDescent<Element>: AnyObject {
  /// The scalar type of the states.
  associatedtype Element: Scalar

  /// Descends from the state of the sample in `row` to a local minimum, and writes the state there.
  ///
  /// - Parameters:
  ///   - row: of the sample in the batch.
  ///   - state: of the sample; where the minimum is written.
  ///   - residual: to be reached, by the measure of the field: ‖F_k‖ / (floor + ‖z_k‖).
  ///   - floor: see `residual`.
  /// - Returns: what it took. Where no minimum was found the state is as it was.
  func descend(
    row: Int, from state: UnsafeMutablePointer<Element>, residual: Double, floor: Double
  ) -> DescentReport

  /// Whether the equilibrium of the sample in `row`, whose state begins with `phi`, is a local minimum
  /// and not a saddle.
  func isMinimum(row: Int, phi: UnsafePointer<Element>) -> Bool
}

/// What a descent took.
public struct DescentReport: Sendable {
  /// Whether a minimum was found.
  public var hasArrived: Bool
  /// Iterations that it took.
  public var iterations: Int
  /// Evaluations that it took.
  public var evaluations: Int
  /// The residual that was reached, in double precision.
  public var residual: Double

  /// From its parts.
  public init(hasArrived: Bool, iterations: Int, evaluations: Int, residual: Double) {
    self.hasArrived = hasArrived
    self.iterations = iterations
    self.evaluations = evaluations
    self.residual = residual
  }
}
