internal import COpenBLAS

extension DenseMatrix {
  /// Eigenvalues and eigenvectors of a square matrix.
  public struct Eigendecomposition: Sendable {
    /// By falling real part, then by falling imaginary part.
    public let values: ContiguousArray<Complex>
    /// `vectors[k]` belongs to `values[k]`: A·v = λ·v, ‖v‖₂ = 1.
    public let vectors: [ContiguousArray<Complex>]
    /// `leftVectors[k]` belongs to `values[k]`: wᴴ·A = λ·wᴴ, ‖w‖₂ = 1. Empty unless asked for.
    public let leftVectors: [ContiguousArray<Complex>]
  }

  /// The eigenvalues of a square matrix (LAPACK's dgeev) by falling real part, then by falling
  /// imaginary part.
  ///
  /// - Throws: `noConvergence`, `nonFinite`.
  public func eigenvalues() throws(LinearAlgebraError) -> ContiguousArray<Complex> {
    try generalEigen(right: false, left: false).values
  }

  /// Eigenvalues and right eigenvectors of a square matrix (LAPACK's dgeev), and left ones where asked.
  ///
  /// - Throws: `noConvergence`, `nonFinite`.
  public func eigendecomposition(
    left: Bool = false
  ) throws(LinearAlgebraError) -> Eigendecomposition {
    try generalEigen(right: true, left: left)
  }

  /// max |λ| over the eigenvalues of a square matrix; 0 for an empty one.
  ///
  /// - Throws: `noConvergence`, `nonFinite`.
  public func spectralRadius() throws(LinearAlgebraError) -> Double {
    try eigenvalues().reduce(0) { max($0, $1.magnitude) }
  }

  private func generalEigen(
    right: Bool, left: Bool
  ) throws(LinearAlgebraError) -> Eigendecomposition {
    let n = order
    try checkFinite()
    guard n > 0 else { return Eigendecomposition(values: [], vectors: [], leftVectors: []) }
    var columns = transposed.elements
    var real = ContiguousArray(repeating: 0.0, count: n)
    var imaginary = real
    var basis = ContiguousArray(repeating: 0.0, count: right ? n * n : 1)
    var dual = ContiguousArray(repeating: 0.0, count: left ? n * n : 1)
    let info = columns.withUnsafeMutableBufferPointer { a in
      real.withUnsafeMutableBufferPointer { real in
        imaginary.withUnsafeMutableBufferPointer { imaginary in
          basis.withUnsafeMutableBufferPointer { basis in
            dual.withUnsafeMutableBufferPointer { dual in
              withWorkspace { work, length in
                var n = Int32(n)
                var (leading, leadingLeft, leadingRight) = (n, left ? n : 1, right ? n : 1)
                var info: Int32 = 0
                dgeev_(
                  left ? "V" : "N", right ? "V" : "N", &n, a.baseAddress, &leading,
                  real.baseAddress, imaginary.baseAddress, dual.baseAddress, &leadingLeft,
                  basis.baseAddress, &leadingRight, work, length, &info, 1, 1)
                return info
              }
            }
          }
        }
      }
    }
    if info > 0 { throw .noConvergence(routine: "dgeev", unconverged: Int(info)) }

    let values = (0..<n).map { Complex(real[$0], imaginary[$0]) }
    let ranks = (0..<n).sorted {
      (values[$0].real, values[$0].imaginary) > (values[$1].real, values[$1].imaginary)
    }
    return Eigendecomposition(
      values: ContiguousArray(ranks.map { values[$0] }),
      vectors: right ? ranks.map { Self.vector($0, of: values, basis) } : [],
      leftVectors: left ? ranks.map { Self.vector($0, of: values, dual) } : [])
  }

  /// LAPACK keeps a conjugate pair as two columns, the real and the imaginary part of its first.
  private static func vector(
    _ k: Int, of values: [Complex], _ basis: ContiguousArray<Double>
  ) -> ContiguousArray<Complex> {
    let n = values.count
    let sign = values[k].imaginary
    let first = sign < 0 ? k - 1 : k
    return ContiguousArray(
      (0..<n).map { i in
        let real = basis[first * n + i]
        if sign == 0 { return Complex(real) }
        let imaginary = basis[(first + 1) * n + i]
        return Complex(real, sign < 0 ? -imaginary : imaginary)
      })
  }
}
