import Integration
import Testing

@Suite("LU factorization")
struct LUFactorizationTests {
  /// Numbers in −1...1 without a dominant diagonal, so that pivoting matters.
  private func matrix(_ n: Int) -> [Double] {
    var seed: UInt64 = 7
    return (0..<n * n).map { _ in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(seed >> 11) * 0x1p-52 - 1
    }
  }

  @Test("A·x = b is solved to rounding", arguments: [1, 2, 3, 5, 8, 17, 32])
  func solves(n: Int) {
    let a = matrix(n)
    let x = (0..<n).map { Double($0 % 5) - 1.5 }
    var b = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i * n + $1] * x[$1] } }
    var factors = a
    var pivots = [Int32](repeating: 0, count: n)
    #expect(LUFactorization.factor(&factors, width: n, pivots: &pivots))
    LUFactorization.solve(&factors, width: n, pivots: &pivots, &b)
    for i in 0..<n { #expect(abs(b[i] - x[i]) < 1e-10) }
  }

  @Test("a zero on the diagonal is no obstacle, a singular or infinite matrix is one")
  func singular() {
    var pivots: [Int32] = [0, 0]
    var swapped = [0.0, 1, 1, 0]
    #expect(LUFactorization.factor(&swapped, width: 2, pivots: &pivots))
    var singular = [1.0, 2, 2, 4]
    #expect(!LUFactorization.factor(&singular, width: 2, pivots: &pivots))
    var infinite = [Double.infinity, 0, 0, 1]
    #expect(!LUFactorization.factor(&infinite, width: 2, pivots: &pivots))
  }
}
