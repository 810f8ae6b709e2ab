internal import LinearAlgebra

/// A named block of columns of the state that must come to rest by its own measure.
public struct StateVariable: Sendable, Equatable {
  /// φ, ψ or u, as `phi`, `psi`, `u`.
  public var name: String
  /// Where it is in the state of a sample.
  public var columns: Range<Int>

  /// From its parts.
  public init(name: String, columns: Range<Int>) {
    self.name = name
    self.columns = columns
  }
}

/// A field whose equilibria are judged variable by variable.
///
/// The residual of variable k of one sample is ‖F_k‖₂ / (floor + ‖z_k‖₂), where F_k is the bracket of
/// its equation, before division by a time constant: slow variables are not taken for settled ones.
public protocol EquilibriumField<Element>: CompactableField {
  /// The blocks that are judged separately. Together they cover every column once.
  var variables: [StateVariable] { get }
  /// Per column, the factor that turns ż into the bracket: its time constant, say.
  var bracketWeights: ContiguousArray<Element> { get }
  /// ‖z_k‖₂ of one sample, against which the bracket is measured.
  ///
  /// Called after ``VectorField/derivative(at:_:into:)`` on the same state.
  func referenceNorm(of variable: Int, sample: Int, state: UnsafePointer<Element>) -> Double
  /// Replaces, in the state of one row, variables that are explicit functions of others at
  /// equilibrium by what they are there. In single precision the rounding of what they depend on,
  /// which their equations magnify, can otherwise keep their own residual from falling.
  ///
  /// Called after ``VectorField/derivative(at:_:into:)`` on the same state.
  ///
  /// - Returns: whether there is anything to replace.
  func makeConsistent(sample: Int, state: UnsafeMutablePointer<Element>) -> Bool
  /// A map with the same equilibria that is cheap to iterate, for the polish of `auto`; nil where
  /// there is none.
  var equilibriumMap: (any EquilibriumMap<Element>)? { get }
  /// A function whose minima are equilibria, for samples that their own flow does not settle; nil
  /// where there is none.
  var equilibriumDescent: (any EquilibriumDescent<Element>)? { get }
}

extension EquilibriumField {
  public func makeConsistent(sample: Int, state: UnsafeMutablePointer<Element>) -> Bool { false }
  public var equilibriumMap: (any EquilibriumMap<Element>)? { nil }
  public var equilibriumDescent: (any EquilibriumDescent<Element>)? { nil }

  public func referenceNorm(
    of variable: Int, sample: Int, state: UnsafePointer<Element>
  ) -> Double {
    let columns = variables[variable].columns
    return Element.squareSum(
      state + sample * dimension + columns.lowerBound, count: columns.count
    ).squareRoot()
  }
}
