import LinearAlgebra
import Testing

/// The kernels of the integrator's vectors and of its Krylov methods.
@Suite("Kernels of Krylov methods")
struct KrylovKernelTests {
  private func numbers<S: Scalar>(_: S.Type, _ count: Int, _ name: String) -> [S] {
    var stream = RandomStream(seed: 11, name: name)
    return (0..<count).map { _ in S(stream.normal()) }
  }

  private func checkElementwise<S: Scalar>(_ type: S.Type) {
    for count in [0, 1, 7, 8, 9, 16, 17, 40] {
      let x = numbers(type, count, "x")
      let y = numbers(type, count, "y")
      var z = [S](repeating: 9, count: count + 1)
      S.fill(-0.3, into: &z, count: count)
      #expect(z == x.map { _ in S(-0.3) } + [9])
      S.quotient(x, y, into: &z, count: count)
      #expect(z == zip(x, y).map(/) + [9])
      S.reciprocal(x, into: &z, count: count)
      #expect(z == x.map { 1 / $0 } + [9])
      S.absolute(x, into: &z, count: count)
      #expect(z == x.map(\.magnitude) + [9])
      S.affine(0.3, x, plus: -1.7, into: &z, count: count)
      #expect(z == x.map { S(0.3) * $0 + S(-1.7) } + [9])
      let relative = (0..<count).map { 1e-3 * Double($0 % 3) }
      let absolute = (0..<count).map { 1e-6 * Double($0 % 5 + 1) }
      S.errorWeights(x, relative: relative, absolute: absolute, into: &z, count: count)
      let weights = (0..<count).map {
        S(1 / (relative[$0] * Double(x[$0].magnitude) + absolute[$0]))
      }
      #expect(z == weights + [9])
      var inPlace = x + [9]
      inPlace.withUnsafeMutableBufferPointer {
        S.quotient($0.baseAddress!, y, into: $0.baseAddress!, count: count)
        S.absolute($0.baseAddress!, into: $0.baseAddress!, count: count)
      }
      #expect(inPlace == zip(x, y).map { ($0 / $1).magnitude } + [9])
    }
  }

  @Test("elementwise kernels give the bits of their formula, at any length and in place")
  func elementwise() {
    checkElementwise(Float.self)
    checkElementwise(Double.self)
  }

  /// Zeros keep their sign, NaN and infinity pass.
  @Test("strange numbers pass through as arithmetic has it")
  func strangeNumbers() {
    var z = [Float](repeating: 9, count: 4)
    Float.reciprocal([-0.0, .infinity, .nan, 2], into: &z, count: 4)
    #expect(z[0] == -.infinity && z[1] == 0 && z[2].isNaN && z[3] == 0.5)
    Float.absolute([-0.0, -.infinity, .nan, -2], into: &z, count: 4)
    #expect(z[0].sign == .plus && z[1] == .infinity && z[2].isNaN && z[3] == 2)
  }

  private func checkCombination<S: Scalar>(_ type: S.Type) {
    for count in [0, 1, 7, 15, 16, 17, 50] {
      for terms in 0...5 {
        // −1: z is none of the vectors; otherwise it is the one of that number.
        for own in -1..<terms {
          var vectors = (0..<terms + 1).map { numbers(type, count, "x\($0)") + [9] }
          let c = (0..<terms).map { 0.7 * Double($0) - 1.3 }
          let wanted = (0..<count).map { i in
            (0..<terms).reduce(S(0)) { $0 + S(c[$1]) * vectors[$1][i] }
          }
          let target = own < 0 ? terms : own
          withPointers(&vectors) { pointers in
            let list = pointers.map { UnsafePointer($0) }
            S.combination(terms, c, list, into: pointers[target], count: count)
          }
          #expect(vectors[target] == wanted + [9], "\(terms) terms of \(count), z is \(own)")
        }
      }
    }
  }

  /// Lends all vectors at once, in memory of its own.
  private func withPointers<S: Scalar>(
    _ vectors: inout [[S]], _ body: ([UnsafeMutablePointer<S>]) -> Void
  ) {
    let pointers = vectors.map { vector in
      let pointer = UnsafeMutablePointer<S>.allocate(capacity: vector.count)
      pointer.initialize(from: vector, count: vector.count)
      return pointer
    }
    body(pointers)
    for (k, pointer) in pointers.enumerated() {
      vectors[k] = Array(UnsafeBufferPointer(start: pointer, count: vectors[k].count))
      pointer.deallocate()
    }
  }

  @Test("a combination of any number of vectors has the bits of the sum in order, in place too")
  func combination() {
    checkCombination(Float.self)
    checkCombination(Double.self)
  }

  private func checkWeighted<S: Scalar>(_ type: S.Type) {
    for count in [0, 1, 7, 8, 9, 100] {
      let x = numbers(type, count, "x")
      let w = numbers(type, count, "w")
      let y = numbers(type, count, "y")
      var t = [Double](repeating: 9, count: count + 1)
      let square = S.squareWeighted(x, w, into: &t, count: count)
      let wanted = zip(x, w).map { Double($1) * (Double($1) * Double($0)) }
      #expect(t == wanted + [9])
      #expect(square == S.weightedSquareSum(x, w, count: count))
      let terms = zip(wanted, y).map { $0 * Double($1) }
      // A sum of n terms in any order is off by at most n·u·Σ|term|; the naive one as well.
      let bound = 2 * Double(count) * 0x1p-53 * terms.reduce(0) { $0 + $1.magnitude }
      #expect((S.wideDot(t, y, count: count) - terms.reduce(0, +)).magnitude <= bound)
    }
  }

  @Test("weighted inner products agree with a plain loop to the rounding of a sum")
  func weighted() {
    checkWeighted(Float.self)
    checkWeighted(Double.self)
  }
}
