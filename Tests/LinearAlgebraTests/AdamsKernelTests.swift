import LinearAlgebra
import Testing

@Suite("The passes of a step by the methods of Adams")
struct AdamsKernelTests {
  /// All that the two passes read and write, of one row.
  private struct Row<S: Scalar> {
    var z, f, w, g, c: [S]

    init(count: Int) {
      var stream = RandomStream(seed: 9, name: "adams")
      func vector() -> [S] { (0..<count).map { _ in S(stream.normal()) } }
      (z, f, w, g, c) = (vector(), vector(), vector(), vector(), vector())
    }
  }

  private static func norm<S: Scalar>(_ x: [S]) -> Double {
    x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  private static func isClose<S: Scalar>(_ x: S, _ exact: Double, size: Double) -> Bool {
    abs(Double(x) - exact) <= 4 * Double(S.ulpOfOne) * size
  }

  private func check<S: Scalar>(_: S.Type) {
    let (a, b) = (0.375, 0.25)
    for count in [0, 1, 3, 4, 7, 8, 9, 16, 31, 266] {
      var row = Row<S>(count: count)
      let old = row
      let norms = S.adamsCorrection(
        a, b, state: row.z, derivative: row.f, weights: row.w, previous: &row.g, change: &row.c,
        count: count)
      for i in 0..<count {
        #expect(row.g[i] == old.f[i] - old.g[i])
        let change = Double(row.g[i])
        let exact = a * change - b * Double(old.c[i])
        #expect(Self.isClose(row.c[i], exact, size: abs(change) + abs(Double(old.c[i]))))
      }
      // A sum of n squares in any order, then a root.
      let tolerance = Double(count + 4) * Double(S.ulpOfOne)
      for (found, vector) in [
        (norms.state, old.z), (norms.slope, old.f), (norms.change, row.g),
        (norms.correction, row.c), (norms.bracket, zip(old.f, old.w).map { $0 * $1 }),
      ] {
        let exact = Self.norm(vector)
        #expect(abs(found - exact) <= tolerance * exact)
      }

      let (h, p, q) = (0.5, 0.125, 0.75)
      let before = row
      S.adamsStep(
        h, derivative: row.f, p, change: &row.g, q, correction: &row.c, state: &row.z,
        count: count)
      for i in 0..<count {
        let terms = [
          Double(before.z[i]), h * Double(before.f[i]), p * Double(before.g[i]),
          q * Double(before.c[i]),
        ]
        let size = terms.reduce(0) { $0 + abs($1) }
        #expect(Self.isClose(row.z[i], terms.reduce(0, +), size: size))
      }
      #expect(row.c == before.g && row.g == before.f)
    }
  }

  @Test("In single precision they are the sums that they say")
  func single() { check(Float.self) }

  @Test("In double precision they are the sums that they say")
  func double() { check(Double.self) }

  @Test("What is not finite, or too large to be squared, shows in the norms")
  func strange() {
    for strange in [Float.nan, .infinity, 1e30] {
      var row = Row<Float>(count: 21)
      row.f[20] = strange
      let norms = Float.adamsCorrection(
        1, 0, state: row.z, derivative: row.f, weights: row.w, previous: &row.g, change: &row.c,
        count: 21)
      #expect(!norms.slope.isFinite && !norms.bracket.isFinite)
    }
  }
}
