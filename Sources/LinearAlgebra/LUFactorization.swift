internal import COpenBLAS

/// P·A = L·U of a square matrix with partial pivoting (LAPACK's dgetrf), to solve A·x = b.
public struct LUFactorization: Sendable {
  private let order: Int32
  // LAPACK stores by columns, so what it factors is the transposed matrix, and solving says so.
  private var factors: ContiguousArray<Double>
  private var pivots: ContiguousArray<Int32>

  /// Factors a square matrix.
  ///
  /// - Throws: `singular` with the first pivot that is exactly zero; `nonFinite`.
  public init(_ matrix: DenseMatrix) throws(LinearAlgebraError) {
    order = Int32(matrix.order)
    try matrix.checkFinite()
    factors = matrix.elements
    pivots = ContiguousArray(repeating: 0, count: Int(order))
    guard order > 0 else { return }
    let n = order
    var info: Int32 = 0
    factors.withUnsafeMutableBufferPointer { factors in
      pivots.withUnsafeMutableBufferPointer { pivots in
        withUnsafePointer(to: n) { n in
          dgetrf_(n, n, factors.baseAddress, n, pivots.baseAddress, &info)
        }
      }
    }
    if info > 0 { throw .singular(pivot: Int(info) - 1) }
  }

  /// x with A·x = b, or Aᵀ·x = b.
  ///
  /// - Throws: `nonFinite` (column 0) where an element of b is.
  public func solve(
    _ b: ContiguousArray<Double>, transposed: Bool = false
  ) throws(LinearAlgebraError) -> ContiguousArray<Double> {
    try solve(DenseMatrix(rows: b.count, columns: 1, elements: b), transposed: transposed).elements
  }

  /// X with A·X = B, or Aᵀ·X = B.
  ///
  /// - Throws: `nonFinite` where an element of B is.
  public func solve(
    _ b: DenseMatrix, transposed: Bool = false
  ) throws(LinearAlgebraError) -> DenseMatrix {
    precondition(
      b.rows == Int(order), "\(b.rows) rows on the right of a system of order \(order)")
    try b.checkFinite()
    guard order > 0, b.columns > 0 else { return b }
    var solution = b.transposed.elements
    var n = order
    var count = Int32(b.columns)
    var info: Int32 = 0
    solution.withUnsafeMutableBufferPointer { solution in
      factors.withUnsafeBufferPointer { factors in
        pivots.withUnsafeBufferPointer { pivots in
          var leading = n
          var leadingB = n
          dgetrs_(
            transposed ? "N" : "T", &n, &count, factors.baseAddress, &leading,
            pivots.baseAddress, solution.baseAddress, &leadingB, &info, 1)
        }
      }
    }
    precondition(info == 0, "dgetrs refused its argument \(-info)")
    return DenseMatrix(rows: b.columns, columns: b.rows, elements: solution).transposed
  }
}
