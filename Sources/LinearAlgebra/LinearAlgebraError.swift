/// Why a factorization or a decomposition has no result.
public enum LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The matrix is singular: elimination met a zero as pivot number `pivot` (counted from 0).
  case singular(pivot: Int)
  /// The leading minor of order `pivot` + 1 is not positive.
  case notPositiveDefinite(pivot: Int)
  /// The iteration of the routine named did not converge; `unconverged` values are missing.
  case noConvergence(routine: String, unconverged: Int)
  /// An element of the matrix or of the right-hand side is NaN or infinite.
  case nonFinite(row: Int, column: Int)

  public var description: String {
    switch self {
    case .singular(let pivot):
      "the matrix is singular: pivot \(pivot) is zero; are two of its rows or columns dependent?"
    case .notPositiveDefinite(let pivot):
      "the matrix is not positive definite: pivot \(pivot) is not positive; "
        + "use an LU factorization, or add a multiple of the identity"
    case .noConvergence(let routine, let unconverged):
      "\(routine) did not converge (\(unconverged) values missing); are the matrix's elements of "
        + "very different magnitude?"
    case .nonFinite(let row, let column):
      "element (\(row), \(column)) is NaN or infinite; check where it was computed"
    }
  }
}
