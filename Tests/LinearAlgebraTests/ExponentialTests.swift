import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("The matrix exponential")
struct ExponentialTests {
  @Test("a Jordan block and a rotation, for short and long times", arguments: [0.01, 1, 3, 40])
  func closedForms(t: Double) throws {
    let decay = exp(-0.7 * t)
    let jordan = try DenseMatrix([[-0.7, 1, 0], [0, -0.7, 1], [0, 0, -0.7]]).exponential(times: t)
    for (i, j, expected) in [
      (0, 0, decay), (0, 1, t * decay), (0, 2, t * t / 2 * decay), (2, 2, decay), (1, 0, 0),
    ] {
      // Squaring doubles the error each time: so many bits of the largest element on the way.
      #expect(abs(jordan[i, j] - expected) <= 1e-13 * (1 + t) * max(expected, decay))
    }
    let turn = try DenseMatrix([[0, -1], [1, 0]]).exponential(times: t)
    #expect(
      abs(turn[0, 0] - cos(t)) < 1e-13 * (1 + t) && abs(turn[1, 0] - sin(t)) < 1e-13 * (1 + t))
  }

  @Test("e^{A(s + t)} = e^{As}·e^{At}, and what is not finite is refused")
  func group() throws {
    var stream = RandomStream(seed: 4, name: "exponential")
    var a = DenseMatrix(rows: 8, columns: 8)
    for i in 0..<8 { for j in 0..<8 { a[i, j] = stream.normal() } }
    let both = try a.exponential(times: 1.3)
    let product = try a.exponential(times: 0.5) * a.exponential(times: 0.8)
    let size = both.elements.reduce(0) { max($0, $1.magnitude) }
    for i in 0..<8 { for j in 0..<8 { #expect(abs(both[i, j] - product[i, j]) < 1e-12 * size) } }
    a[0, 0] = .nan
    #expect(throws: LinearAlgebraError.self) { try a.exponential(times: 1) }
  }
}
