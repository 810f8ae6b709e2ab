internal import COpenBLAS

/// A = L·Lᵀ of a symmetric positive definite matrix (LAPACK's dpotrf), to solve A·x = b in half the
/// time of `LUFactorization`.
public struct CholeskyFactorization: Sendable {
  /// L, lower triangular with a positive diagonal.
  public let factor: DenseMatrix

  /// Factors a symmetric matrix, of which only the lower triangle is read.
  ///
  /// - Throws: `notPositiveDefinite` with the pivot that failed; `nonFinite`.
  public init(_ matrix: DenseMatrix) throws(LinearAlgebraError) {
    var n = Int32(matrix.order)
    try matrix.checkFinite()
    var factors = matrix.elements
    var info: Int32 = 0
    if n > 0 {
      factors.withUnsafeMutableBufferPointer { factors in
        var leading = n
        // The lower triangle by rows is the upper one by columns.
        dpotrf_("U", &n, factors.baseAddress, &leading, &info, 1)
      }
    }
    if info > 0 { throw .notPositiveDefinite(pivot: Int(info) - 1) }
    var factor = DenseMatrix(rows: matrix.rows, columns: matrix.columns, elements: factors)
    for row in 0..<factor.rows {
      for column in (row + 1)..<factor.columns { factor[row, column] = 0 }
    }
    self.factor = factor
  }

  /// x with A·x = b.
  ///
  /// - Throws: `nonFinite` (column 0) where an element of b is.
  public func solve(
    _ b: ContiguousArray<Double>
  ) throws(LinearAlgebraError) -> ContiguousArray<Double> {
    try solve(DenseMatrix(rows: b.count, columns: 1, elements: b)).elements
  }

  /// X with A·X = B.
  ///
  /// - Throws: `nonFinite` where an element of B is.
  public func solve(_ b: DenseMatrix) throws(LinearAlgebraError) -> DenseMatrix {
    precondition(
      b.rows == factor.rows, "\(b.rows) rows on the right of a system of order \(factor.rows)")
    try b.checkFinite()
    guard b.rows > 0, b.columns > 0 else { return b }
    var solution = b.transposed.elements
    var n = Int32(b.rows)
    var count = Int32(b.columns)
    var info: Int32 = 0
    solution.withUnsafeMutableBufferPointer { solution in
      factor.elements.withUnsafeBufferPointer { factors in
        var leading = n
        var leadingB = n
        dpotrs_(
          "U", &n, &count, factors.baseAddress, &leading, solution.baseAddress, &leadingB, &info, 1)
      }
    }
    precondition(info == 0, "dpotrs refused its argument \(-info)")
    return DenseMatrix(rows: b.columns, columns: b.rows, elements: solution).transposed
  }
}

extension Double {
  /// Replaces the lower triangle of a symmetric matrix, by rows, by its Cholesky factor; false, and
  /// nothing of use left, where the matrix is not positive definite.
  public static func factorCholesky(_ matrix: UnsafeMutablePointer<Double>, order: Int) -> Bool {
    var n = Int32(order)
    var leading = n
    var info: Int32 = 0
    dpotrf_("U", &n, matrix, &leading, &info, 1)
    // A matrix with NaN passes LAPACK by; the last pivot has it then.
    return info == 0 && (order == 0 || matrix[order * order - 1].isFinite)
  }

  /// x ← A⁻¹x with the factor of ``factorCholesky(_:order:)``.
  public static func solveCholesky(
    _ factor: UnsafePointer<Double>, order: Int, _ x: UnsafeMutablePointer<Double>
  ) {
    // Not dpotrs, which packs the whole matrix for one vector.
    let n = Int32(order)
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, n, factor, n, x, 1)
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, n, factor, n, x, 1)
  }
}
