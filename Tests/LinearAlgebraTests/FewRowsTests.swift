import LinearAlgebra
import Testing

/// Products of few rows go another way than larger ones.
@Suite("Products of few rows")
struct FewRowsTests {
  private func check<S: Scalar>(
    _: S.Type, transposeA: Bool, transposeB: Bool, alpha: S, beta: S
  ) {
    var stream = RandomStream(seed: 5, name: "few rows")
    for rows in 1...6 {
      for columns in [1, 2, 7, 40] {
        for inner in [0, 1, 2, 9, 130] {
          let strideA = (transposeA ? rows : inner) + 2
          let strideB = (transposeB ? inner : columns) + 3
          let strideC = columns + 1
          let a = (0..<max(1, (transposeA ? inner : rows) * strideA)).map { _ in S(stream.normal())
          }
          let b = (0..<max(1, (transposeB ? columns : inner) * strideB)).map { _ in
            S(stream.normal())
          }
          var before = (0..<rows * strideC).map { _ in S(stream.normal()) }
          if beta == 0 {
            // Whatever was there must not matter.
            for i in 0..<rows { for j in 0..<columns { before[i * strideC + j] = .nan } }
          }
          var c = before
          S.multiply(
            transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns,
            inner: inner, alpha: alpha, a, strideA, b, strideB, beta: beta, &c, strideC)
          var isRight = true
          for i in 0..<rows {
            isRight = isRight && c[i * strideC + columns] == before[i * strideC + columns]
            for j in 0..<columns {
              var (sum, size) = (0.0, 0.0)
              for k in 0..<inner {
                let term =
                  Double(alpha) * Double(a[transposeA ? k * strideA + i : i * strideA + k])
                  * Double(b[transposeB ? j * strideB + k : k * strideB + j])
                sum += term
                size += term.magnitude
              }
              let old = beta == 0 ? 0 : Double(beta) * Double(before[i * strideC + j])
              let tolerance =
                Double(inner + 3) * Double(S.ulpOfOne) * (size + old.magnitude)
              isRight =
                isRight && (Double(c[i * strideC + j]) - (sum + old)).magnitude <= tolerance
            }
          }
          #expect(
            isRight, "\(S.self) \(rows)×\(columns)×\(inner), alpha \(alpha), beta \(beta)")
        }
      }
    }
  }

  @Test("C ← α·op(A)·op(B) + β·C", arguments: [false, true], [false, true])
  func product(transposeA: Bool, transposeB: Bool) {
    for (alpha, beta) in [(1.0, 0.0), (1, 1), (-0.5, 0), (0.75, -0.5), (0, 1), (0, 0)] {
      check(
        Float.self, transposeA: transposeA, transposeB: transposeB, alpha: Float(alpha),
        beta: Float(beta))
      check(
        Double.self, transposeA: transposeA, transposeB: transposeB, alpha: alpha, beta: beta)
    }
  }

  @Test("a row is the same whichever few rows are beside it, to the rounding of its sums")
  func rows() {
    func check<S: Scalar>(_: S.Type) {
      var stream = RandomStream(seed: 6, name: "rows")
      let a = (0..<4 * 50).map { _ in S(stream.normal()) }
      let b = (0..<30 * 50).map { _ in S(stream.normal()) }
      for transposeB in [false, true] {
        var together = Array(repeating: S(0), count: 4 * 30)
        S.multiply(
          transposeA: false, transposeB: transposeB, rows: 4, columns: 30, inner: 50, alpha: 1, a,
          50, b, transposeB ? 50 : 30, beta: 0, &together, 30)
        for row in 0..<4 {
          var alone = Array(repeating: S(0), count: 30)
          S.multiply(
            transposeA: false, transposeB: transposeB, rows: 1, columns: 30, inner: 50, alpha: 1,
            Array(a[row * 50..<(row + 1) * 50]), 50, b, transposeB ? 50 : 30, beta: 0, &alone, 30)
          for column in 0..<30 {
            let terms = (0..<50).map {
              Double(abs(a[row * 50 + $0] * b[transposeB ? column * 50 + $0 : $0 * 30 + column]))
            }
            // Two sums of 50 terms in any order, with or without fused operations.
            let rounding = 2 * 50 * Double(S.ulpOfOne) * terms.reduce(0, +)
            #expect(abs(Double(alone[column] - together[row * 30 + column])) <= rounding)
          }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("linearSum in place is what it is out of place, to rounding, and keeps NaN")
  func updates() {
    func check<S: Scalar>(_: S.Type) {
      var stream = RandomStream(seed: 7, name: "updates")
      for count in [1, 7, 8, 33] {
        let x = (0..<count).map { _ in S(stream.normal()) }
        let y = (0..<count).map { _ in S(stream.normal()) }
        for (a, b) in [(1.0, 1.0), (1, -1), (1, 0.3), (0.3, 1), (1, 0), (0, 1)] {
          var (first, second) = (x, y)
          first.withUnsafeMutableBufferPointer {
            S.linearSum(a, $0.baseAddress!, b, y, into: $0.baseAddress!, count: count)
          }
          second.withUnsafeMutableBufferPointer {
            S.linearSum(a, x, b, $0.baseAddress!, into: $0.baseAddress!, count: count)
          }
          for i in 0..<count {
            let exact = Double(S(a)) * Double(x[i]) + Double(S(b)) * Double(y[i])
            let tolerance =
              2 * Double(S.ulpOfOne) * (abs(a * Double(x[i])) + abs(b * Double(y[i])))
            #expect(abs(Double(first[i]) - exact) <= tolerance)
            #expect(abs(Double(second[i]) - exact) <= tolerance)
          }
        }
      }
      var x: [S] = [1, .nan, 2]
      let y: [S] = [.nan, 1, 2]
      x.withUnsafeMutableBufferPointer {
        S.linearSum(1, $0.baseAddress!, 0.5, y, into: $0.baseAddress!, count: 3)
      }
      #expect(x[0].isNaN && x[1].isNaN && x[2] == 3)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("quickDot is the dot product to the rounding of its own precision")
  func quickDot() {
    func check<S: Scalar>(_: S.Type) {
      var stream = RandomStream(seed: 8, name: "dot")
      for count in [0, 1, 2, 31, 32, 33, 256, 1000] {
        let x = (0..<count).map { _ in S(stream.normal()) }
        let y = (0..<count).map { _ in S(stream.normal()) }
        let size = zip(x, y).reduce(0) { $0 + abs(Double($1.0) * Double($1.1)) }
        let exact = zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let tolerance = Double(count + 2) * Double(S.ulpOfOne) * size
        #expect(abs(S.quickDot(x, y, count: count) - exact) <= tolerance)
        #expect(abs(S.dot(x, y, count: count) - exact) <= tolerance)
      }
      #expect(S.quickDot([.nan, 1], [1, 1], count: 2).isNaN)
      #expect(!S.quickDot([.infinity, 1], [1, 1], count: 2).isFinite)
    }
    check(Float.self)
    check(Double.self)
  }
}

@Suite("Cholesky in place")
struct CholeskyInPlaceTests {
  @Test(
    "factors and solves what is positive, from the lower triangle alone", arguments: [1, 2, 5, 40])
  func solves(order n: Int) {
    var stream = RandomStream(seed: 9, name: "cholesky")
    let b = (0..<n * n).map { _ in stream.normal() }
    var a = Array(repeating: 0.0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        for k in 0..<n { a[i * n + j] += b[i * n + k] * b[j * n + k] }
      }
      a[i * n + i] += 1
    }
    let x = (0..<n).map { _ in stream.normal() }
    var right = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i * n + $1] * x[$1] } }
    let largest = (0..<n).map { i in (0..<n).reduce(0) { $0 + abs(a[i * n + $1]) } }.max()!
    var factor = a
    for i in 0..<n { for j in 0..<i { factor[i * n + j] = .nan } }
    #expect(Double.factorCholesky(&factor, order: n))
    for i in 0..<n {
      for j in 0...i {
        let product = (0...j).reduce(0) { $0 + factor[$1 * n + i] * factor[$1 * n + j] }
        #expect(abs(product - a[i * n + j]) <= Double(n + 1) * Double.ulpOfOne * largest)
      }
    }
    Double.solveCholesky(factor, order: n, &right)
    // The smallest eigenvalue is at least 1, so ‖A⁻¹‖ ≤ 1; backward error 4n(n+1)ε (Higham).
    let tolerance =
      4 * Double(n * (n + 1)) * Double.ulpOfOne * largest * x.reduce(0) { $0 + abs($1) }
    for i in 0..<n { #expect(abs(right[i] - x[i]) <= tolerance) }
  }

  @Test("refuses what is not")
  func refuses() {
    var indefinite = [1.0, 2, 0, 1]
    #expect(!Double.factorCholesky(&indefinite, order: 2))
    var negative = [-1.0]
    #expect(!Double.factorCholesky(&negative, order: 1))
    var singular = [1.0, 1, 0, 1]
    #expect(!Double.factorCholesky(&singular, order: 2))
    var unknown = [1.0, .nan, 0, 1]
    #expect(!Double.factorCholesky(&unknown, order: 2), "NaN is not positive")
  }

  @Test("in single precision it is sure only where it is right", arguments: [1, 2, 17, 64, 266])
  func sure(n: Int) {
    var stream = RandomStream(seed: UInt64(n), name: "sure")
    var scratch = [Float](repeating: .nan, count: n * n)
    // H = 1 − 2vvᵀ/‖v‖² is a reflection: A = HDH has the eigenvalues of D, whatever v.
    func matrix(least: Double) -> [Double] {
      let v = (0..<n).map { _ in stream.normal() }
      let size = v.reduce(0) { $0 + $1 * $1 }
      let d = (0..<n).map { $0 == 0 ? least : 1 + Double($0 % 3) }
      var a = [Double](repeating: .nan, count: n * n)
      let mean = (0..<n).reduce(0) { $0 + d[$1] * v[$1] * v[$1] } / size
      for i in 0..<n {
        for j in i..<n {
          a[i * n + j] =
            (i == j ? d[i] : 0) - 2 * v[i] * v[j] * (d[i] + d[j]) / size
            + 4 * v[i] * v[j] * mean / size
        }
      }
      return a
    }
    for least in [1, 0.1] {
      #expect(Double.isSurelyPositiveDefinite(matrix(least: least), order: n, scratch: &scratch))
    }
    // Below the rounding of single precision nothing is sure, and nothing indefinite is.
    for least in [0, -1e-12, -1e-7, -1e-3, -1] {
      #expect(!Double.isSurelyPositiveDefinite(matrix(least: least), order: n, scratch: &scratch))
    }
    var broken = matrix(least: 1)
    broken[n - 1] = .nan
    #expect(!Double.isSurelyPositiveDefinite(broken, order: n, scratch: &scratch))
  }
}
