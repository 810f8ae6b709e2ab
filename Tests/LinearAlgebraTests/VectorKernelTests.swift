import LinearAlgebra
import Testing

@Suite("Vector kernels")
struct VectorKernelTests {
  private func numbers<S: Scalar>(_: S.Type, _ count: Int, _ name: String) -> [S] {
    var stream = RandomStream(seed: 7, name: name)
    return (0..<count).map { _ in S(stream.normal()) }
  }

  private func checkElementwise<S: Scalar>(_ type: S.Type) {
    for count in [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 100] {
      let x = numbers(type, count, "x")
      let y = numbers(type, count, "y")
      // One element more than is asked for: it must stay.
      var z = [S](repeating: 9, count: count + 1)
      S.linearSum(0.3, x, -1.7, y, into: &z, count: count)
      #expect(z == zip(x, y).map { S(0.3) * $0 + S(-1.7) * $1 } + [9])
      S.scale(0.3, x, into: &z, count: count)
      #expect(z == x.map { S(0.3) * $0 } + [9])
      S.product(x, y, into: &z, count: count)
      #expect(z == zip(x, y).map { $0 * $1 } + [9])
      var sum = y + [9]
      S.addProduct(x, z, to: &sum, count: count)
      #expect(sum == (0..<count).map { y[$0] + x[$0] * z[$0] } + [9])
      var inPlace = x + [9]
      inPlace.withUnsafeMutableBufferPointer {
        S.linearSum(0.3, $0.baseAddress!, -1.7, y, into: $0.baseAddress!, count: count)
      }
      #expect(inPlace == zip(x, y).map { S(0.3) * $0 + S(-1.7) * $1 } + [9])
    }
  }

  @Test("elementwise kernels give the bits of their formula, at any length and in place")
  func elementwise() {
    checkElementwise(Float.self)
    checkElementwise(Double.self)
  }

  private func checkReductions<S: Scalar>(_ type: S.Type) {
    for count in [0, 1, 7, 8, 9, 33, 1000] {
      let x = numbers(type, count, "x")
      let y = numbers(type, count, "y")
      let products = zip(x, y).map { Double($0) * Double($1) }
      // A sum of n terms in any order is off by at most n·u·Σ|term|; the naive one as well.
      func tolerance(_ terms: [Double]) -> Double {
        2 * Double(count) * 0x1p-53 * terms.reduce(0) { $0 + $1.magnitude }
      }
      #expect(
        (S.dot(x, y, count: count) - products.reduce(0, +)).magnitude <= tolerance(products))
      let squares = products.map { $0 * $0 }
      #expect(
        (S.weightedSquareSum(x, y, count: count) - squares.reduce(0, +)).magnitude
          <= tolerance(squares))
      let magnitudes = x.map { Double($0.magnitude) }
      #expect(
        (S.absoluteSum(x, count: count) - magnitudes.reduce(0, +)).magnitude
          <= tolerance(magnitudes))
      #expect(S.absoluteMaximum(x, count: count) == magnitudes.max() ?? 0)
      #expect(S.firstNonFinite(x, count: count) == nil)
    }
  }

  @Test("reductions agree with a plain loop to the rounding of a sum")
  func reductions() {
    checkReductions(Float.self)
    checkReductions(Double.self)
  }

  private func checkStrange<S: Scalar>(_ type: S.Type) {
    for count in [1, 9, 16, 40, 1100] {
      for place in [0, count / 2, count - 1] {
        var x = numbers(type, count, "x")
        x[place] = -.infinity
        #expect(S.absoluteMaximum(x, count: count) == .infinity)
        #expect(S.firstNonFinite(x, count: count) == place)
        x[place] = .nan
        #expect(S.absoluteMaximum(x, count: count).isNaN)
        #expect(S.firstNonFinite(x, count: count) == place)
        x[place] = -S.greatestFiniteMagnitude
        #expect(S.absoluteMaximum(x, count: count) == Double(S.greatestFiniteMagnitude))
        #expect(S.firstNonFinite(x, count: count) == nil)
      }
    }
  }

  @Test("a NaN or an infinity is found wherever it stands; the largest finite number is none")
  func strangeNumbers() {
    checkStrange(Float.self)
    checkStrange(Double.self)
  }

  @Test("log(1 + x) keeps small arguments")
  func logarithm() {
    #expect(Double.logarithmOnePlus(1e-20) == 1e-20)
    #expect(Float.logarithmOnePlus(1e-20) == 1e-20)
  }
}
