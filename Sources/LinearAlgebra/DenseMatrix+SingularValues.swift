internal import COpenBLAS

extension DenseMatrix {
  /// A = left · diag(values) · rightTransposed, thin: with r rows, c columns and k = min(r, c),
  /// `left` is r × k and `rightTransposed` k × c.
  public struct SingularValueDecomposition: Sendable {
    /// Left singular vectors in its columns.
    public let left: DenseMatrix
    /// Falling, none negative.
    public let values: ContiguousArray<Double>
    /// Right singular vectors in its rows.
    public let rightTransposed: DenseMatrix
  }

  /// The singular values (LAPACK's dgesdd), falling.
  ///
  /// - Throws: `noConvergence`, `nonFinite`.
  public func singularValues() throws(LinearAlgebraError) -> ContiguousArray<Double> {
    try thinDecomposition(vectors: false).values
  }

  /// The thin singular value decomposition (LAPACK's dgesdd).
  ///
  /// - Throws: `noConvergence`, `nonFinite`.
  public func singularValueDecomposition()
    throws(LinearAlgebraError) -> SingularValueDecomposition
  {
    try thinDecomposition(vectors: true)
  }

  /// ‖A‖₂, the largest singular value; 0 for an empty matrix.
  ///
  /// - Throws: `noConvergence`, `nonFinite`.
  public func spectralNorm() throws(LinearAlgebraError) -> Double {
    try singularValues().first ?? 0
  }

  private func thinDecomposition(
    vectors: Bool
  ) throws(LinearAlgebraError) -> SingularValueDecomposition {
    try checkFinite()
    let k = min(rows, columns)
    // LAPACK, which stores by columns, sees Aᵀ = V·S·Uᵀ, and its answers by columns are Vᵀ and U by
    // rows.
    var copy = elements
    var values = ContiguousArray(repeating: 0.0, count: k)
    var right = ContiguousArray(repeating: 0.0, count: vectors ? k * columns : 0)
    var left = ContiguousArray(repeating: 0.0, count: vectors ? rows * k : 0)
    var integers = ContiguousArray<Int32>(repeating: 0, count: 8 * k)
    var info: Int32 = 0
    if k > 0 {
      info = copy.withUnsafeMutableBufferPointer { a in
        values.withUnsafeMutableBufferPointer { values in
          right.withUnsafeMutableBufferPointer { right in
            left.withUnsafeMutableBufferPointer { left in
              integers.withUnsafeMutableBufferPointer { integers in
                withWorkspace { work, length in
                  var (m, n) = (Int32(columns), Int32(rows))
                  var (leading, leadingRight, leadingLeft) = (m, m, Int32(k))
                  var info: Int32 = 0
                  dgesdd_(
                    vectors ? "S" : "N", &m, &n, a.baseAddress, &leading, values.baseAddress,
                    right.baseAddress, &leadingRight, left.baseAddress, &leadingLeft, work, length,
                    integers.baseAddress, &info, 1)
                  return info
                }
              }
            }
          }
        }
      }
    }
    if info > 0 { throw .noConvergence(routine: "dgesdd", unconverged: Int(info)) }
    return SingularValueDecomposition(
      left: DenseMatrix(rows: rows, columns: vectors ? k : 0, elements: left),
      values: values,
      rightTransposed: DenseMatrix(rows: vectors ? k : 0, columns: columns, elements: right))
  }
}
