public import LinearAlgebra

/// A map G of a field's samples whose fixed points are the field's equilibria, without time.
///
/// It works on iterates x of its own, [rows × dimension], as many rows as the field has active samples,
/// and moves with them. What the equilibrium equations give in closed form it solves for.
public protocol EquilibriumMap<Element>: AnyObject {
  /// The scalar type of the states.
  associatedtype Element: Scalar

  /// Columns of an iterate.
  var dimension: Int { get }
  /// The blocks of columns whose residuals are measured separately.
  var variables: [StateVariable] { get }
  /// How the residual of each of the ``variables`` is measured; each by its own norm unless it says otherwise.
  var measures: [ResidualMeasure] { get }

  /// Columns that must stay, each by its own norm, where the approach to the equilibrium has brought
  /// them; those of what the others determine are left out.
  var neighbourhoods: [Range<Int>] { get }
  /// Whether the iteration may start anywhere: there is only one equilibrium, and either one evaluation
  /// gives it, or the map is linear.
  var isExplicit: Bool { get }

  /// Whether activity that is left to itself dies out, even where every slope of an activation is 1: then there is
  /// little for an approach to miss.
  var isDamped: Bool { get }
  /// Whether that is so under control, too: then as a rule nothing swings about the equilibrium, there is no other,
  /// and the iteration finds it from afar.
  var isContractive: Bool { get }

  /// r ← G(x) − x. Columns of x that are functions of the others are overwritten by what they are,
  /// and have r = 0.
  func residual(at x: UnsafeMutablePointer<Element>, into r: UnsafeMutablePointer<Element>)
  /// The iterate that belongs to the state of one row.
  func read(row: Int, state: UnsafePointer<Element>, into x: UnsafeMutablePointer<Element>)
  /// Completes the iterates of all rows, once they have been read, by what their states do not hold.
  func complete(_ x: UnsafeMutablePointer<Element>)
  /// The state that belongs to the iterate of one row, after
  /// ``residual(at:into:)`` was called there.
  func write(row: Int, _ x: UnsafePointer<Element>, into state: UnsafeMutablePointer<Element>)
}

/// How large the residual of one variable of a map is: `factor`·‖r‖ / ‖x_reference‖.
public struct ResidualMeasure: Sendable, Equatable {
  /// The variable against whose norm it is measured.
  public var reference: Int
  /// See above.
  public var factor: Double

  /// From its parts.
  public init(reference: Int, factor: Double = 1) {
    self.reference = reference
    self.factor = factor
  }
}

extension EquilibriumMap {
  public var measures: [ResidualMeasure] {
    variables.indices.map { ResidualMeasure(reference: $0) }
  }
  public var isExplicit: Bool { false }
  public var isDamped: Bool { false }
  public var isContractive: Bool { false }
  public func complete(_ x: UnsafeMutablePointer<Element>) {}
}
