import LinearAlgebra
import Testing

@Suite("The pass of an iterate of Anderson acceleration")
struct AndersonKernelTests {
  private func check<S: Scalar>(_: S.Type) {
    var stream = RandomStream(seed: 9, name: "anderson")
    for count in [0, 1, 3, 4, 7, 8, 9, 16, 31, 266] {
      let inputs = (0..<4).map { _ in (0..<count).map { _ in S(stream.normal()) } }
      let (x, y, r, s) = (inputs[0], inputs[1], inputs[2], inputs[3])
      // What is beyond the row must stay.
      let empty = Array(repeating: S(7), count: count + 1)
      var (dr, dg, e, q) = (empty, empty, empty, empty)
      S.andersonDifferences(
        weight: 3, iterate: x, before: y, residual: r, before: s, residualChange: &dr,
        imageChange: &dg, latest: &e, weighted: &q, count: count)
      for i in 0..<count {
        let change = r[i] - s[i]
        #expect(dr[i] == 3 * change && e[i] == 3 * change)
        #expect(dg[i] == (x[i] - y[i]) + change)
        #expect(q[i] == 3 * r[i])
      }
      #expect([dr, dg, e, q].allSatisfy { $0[count] == 7 })
    }
  }

  @Test("In single precision it is the differences that it says")
  func single() { check(Float.self) }

  @Test("In double precision it is the differences that it says")
  func double() { check(Double.self) }
}
