import LinearAlgebra
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
  private func check<S: Scalar>(_: S.Type, transposeA: Bool, transposeB: Bool) {
    var stream = RandomStream(seed: 3, name: "product")
    for (rows, columns, inner) in [
      (1, 1, 1), (3, 5, 4), (17, 9, 23), (8, 32, 64),
      // Made in blocks of columns, where the processor has kernels for small products.
      (32, 256, 256), (21, 330, 200),
    ] {
      // Leading dimensions larger than the rows are long: the padding must stay and not matter.
      let (strideA, strideB) = ((transposeA ? rows : inner) + 2, (transposeB ? inner : columns) + 3)
      let strideC = columns + 1
      let a = (0..<(transposeA ? inner : rows) * strideA).map { _ in S(stream.normal()) }
      let b = (0..<(transposeB ? columns : inner) * strideB).map { _ in S(stream.normal()) }
      let before = (0..<rows * strideC).map { _ in S(stream.normal()) }
      var c = before
      S.multiply(
        transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner,
        alpha: 0.75, a, strideA, b, strideB, beta: -0.5, &c, strideC)
      var isRight = true
      for i in 0..<rows {
        isRight = isRight && c[i * strideC + columns] == before[i * strideC + columns]
        for j in 0..<columns {
          var (sum, size) = (0.0, 0.0)
          for k in 0..<inner {
            let term =
              0.75 * Double(a[transposeA ? k * strideA + i : i * strideA + k])
              * Double(b[transposeB ? j * strideB + k : k * strideB + j])
            sum += term
            size += term.magnitude
          }
          let old = -0.5 * Double(before[i * strideC + j])
          // inner products and sums, alpha, beta and the last sum: inner + 3 roundings at most.
          let tolerance =
            Double(inner + 3) * Double(S.ulpOfOne) * (size + old.magnitude)
          isRight = isRight && (Double(c[i * strideC + j]) - (sum + old)).magnitude <= tolerance
        }
      }
      #expect(isRight, "\(S.self) \(rows)×\(columns)×\(inner)")
    }
  }

  @Test("C ← α·op(A)·op(B) + β·C with strides", arguments: [false, true], [false, true])
  func product(transposeA: Bool, transposeB: Bool) {
    check(Float.self, transposeA: transposeA, transposeB: transposeB)
    check(Double.self, transposeA: transposeA, transposeB: transposeB)
  }

  @Test("beta 0 overwrites even NaN")
  func overwrites() {
    var c = [Double.nan]
    Double.multiply(
      transposeA: false, transposeB: false, rows: 1, columns: 1, inner: 1, alpha: 1, [2], 1, [3],
      1, beta: 0, &c, 1)
    #expect(c == [6])
  }

  @Test("OpenBLAS tells its version and keeps to one thread")
  func library() {
    BLAS.useOneThread()
    #expect(BLAS.versionDescription.contains("OpenBLAS"))
  }
}
