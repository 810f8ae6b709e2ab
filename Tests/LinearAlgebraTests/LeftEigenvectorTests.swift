import LinearAlgebra
import Testing

@Suite("Left eigenvectors and complex numbers")
struct LeftEigenvectorTests {
  @Test(
    "w\u{1d34}A = \u{3bb}w\u{1d34}, and left and right vectors of different values are orthogonal",
    arguments: [1, 2, 5, 12])
  func left(order: Int) throws {
    var stream = RandomStream(seed: UInt64(order), name: "left")
    var a = DenseMatrix(rows: order, columns: order)
    for i in 0..<order { for j in 0..<order { a[i, j] = stream.normal() } }
    let parts = try a.eigendecomposition(left: true)
    #expect(parts.leftVectors.count == order)
    for (k, w) in parts.leftVectors.enumerated() {
      let length = w.reduce(0) { $0 + $1.magnitude * $1.magnitude }
      #expect(abs(length - 1) < 1e-12)
      for column in 0..<order {
        var sum = Complex(0)
        for row in 0..<order { sum = sum + a[row, column] * w[row].conjugate }
        let expected = parts.values[k] * w[column].conjugate
        #expect((sum + (-1) * expected).magnitude < 1e-12 * Double(order))
      }
      for (l, v) in parts.vectors.enumerated() where l != k {
        let product = zip(w, v).reduce(Complex(0)) { $0 + $1.0.conjugate * $1.1 }
        let apart = (parts.values[k] + (-1) * parts.values[l]).magnitude
        #expect(product.magnitude * apart < 1e-12 * Double(order))
      }
    }
    #expect(try a.eigendecomposition().leftVectors.isEmpty)
  }

  @Test("quotients undo products, also where squares would overflow")
  func quotient() {
    for (a, b) in [
      (Complex(1, 2), Complex(-3, 0.5)), (Complex(0, 1), Complex(0, 4)),
      (Complex(1e200, 1e200), Complex(1e200, -1e200)), (Complex(1e-200, 0), Complex(0, 1e-200)),
    ] {
      let back = (a / b) * b
      #expect((back + (-1) * a).magnitude <= 1e-15 * a.magnitude)
    }
  }
}
