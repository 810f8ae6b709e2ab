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
  /// Replaces the upper triangle of a symmetric matrix, by rows, by its Cholesky factor; false, and
  /// nothing of use left, where the matrix is not positive definite.
  ///
  /// (By rows the upper triangle is what LAPACK calls the lower one, for which OpenBLAS takes half the time.)
  public static func factorCholesky(_ matrix: UnsafeMutablePointer<Double>, order: Int) -> Bool {
    var n = Int32(order)
    var leading = n
    var info: Int32 = 0
    dpotrf_("L", &n, matrix, &leading, &info, 1)
    // A matrix with NaN passes LAPACK by; the last pivot has it then.
    return info == 0 && (order == 0 || matrix[order * order - 1].isFinite)
  }

  /// Whether a symmetric matrix, of which the upper triangle is read by rows, is positive definite for
  /// certain: by its Cholesky factor in single precision, which takes half the time. False leaves it open.
  ///
  /// A factorisation that comes to its end is the exact one of a matrix within (n + 1)·u·tr A of A in the
  /// 2-norm (Higham, Accuracy and Stability of Numerical Algorithms, Thm 10.3 and ‖RᵀR‖_F ≤ tr A); so much is
  /// taken off the diagonal beforehand, and what rounding A itself may add.
  ///
  /// - Parameter scratch: as large as the matrix; overwritten.
  public static func isSurelyPositiveDefinite(
    _ matrix: UnsafePointer<Double>, order: Int, scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    var trace = 0.0
    var squares = 0.0
    for row in 0..<order {
      let diagonal = row * order + row
      trace += matrix[diagonal]
      let count = order - row
      Float.narrow(matrix + diagonal, into: scratch + diagonal, count: count)
      squares += 2 * squareSum(matrix + diagonal, count: count)
    }
    let unit = Double(Float.ulpOfOne) / 2
    let margin = unit * (Double(order + 2) * trace + squares.squareRoot())
    // A negative trace would turn the margin round.
    guard trace > 0, margin.isFinite else { return false }
    for row in 0..<order {
      let diagonal = row * order + row
      // The difference is rounded, too.
      scratch[diagonal] = Float(matrix[diagonal] - margin).nextDown
    }
    var n = Int32(order)
    var leading = n
    var info: Int32 = 0
    spotrf_("L", &n, scratch, &leading, &info, 1)
    return info == 0 && (order == 0 || scratch[order * order - 1].isFinite)
  }

  /// x ← A⁻¹x with the factor of ``factorCholesky(_:order:)``.
  public static func solveCholesky(
    _ factor: UnsafePointer<Double>, order: Int, _ x: UnsafeMutablePointer<Double>
  ) {
    // Not dpotrs, which packs the whole matrix for one vector.
    let n = Int32(order)
    cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, factor, n, x, 1)
    cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, n, factor, n, x, 1)
  }
}
