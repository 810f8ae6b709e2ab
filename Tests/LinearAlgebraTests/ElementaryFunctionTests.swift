import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the errors of the `Double` kernels are measured with, and how far it may itself be off.
#if arch(x86_64) && !os(Windows) && !os(Android)
  private typealias Wide = Float80
  private let wideAllowance = 0.0
#else
  private typealias Wide = Double
  private let wideAllowance = 1.0
#endif

/// A vectorised function of `S`, and the same in a wider type `H`.
private struct Kernel<S: Scalar, H: BinaryFloatingPoint> {
  let name: String
  let bound: Double
  let apply: (UnsafePointer<S>, UnsafeMutablePointer<S>, Int) -> Void
  let reference: (H) -> H

  func callAsFunction(_ x: [S]) -> [S] {
    var y = x
    apply(x, &y, x.count)
    return y
  }

  /// The largest error in units in the last place of the rounded exact value, and where it is.
  func largestError(_ x: [S]) -> (ulps: Double, at: S) {
    let y = self(x)
    var worst = (ulps: 0.0, at: S.zero)
    for (x, y) in zip(x, y) {
      let exact = reference(H(x))
      let rounded = S(exact)
      let ulps: Double
      if rounded.isFinite && y.isFinite {
        ulps = Double((H(y) - exact).magnitude / H(rounded.ulp))
      } else {
        ulps = rounded == y || (rounded.isNaN && y.isNaN) ? 0 : .infinity
      }
      if ulps > worst.ulps { worst = (ulps, x) }
    }
    return worst
  }
}

private func single() -> [Kernel<Float, Double>] {
  [
    Kernel(
      name: "exponential", bound: 1, apply: { Float.exponential($0, into: $1, count: $2) },
      reference: { exp($0) }),
    Kernel(
      name: "hyperbolicTangent", bound: 2,
      apply: { Float.hyperbolicTangent($0, into: $1, count: $2) }, reference: { tanh($0) }),
    Kernel(
      name: "logistic", bound: 2, apply: { Float.logistic($0, into: $1, count: $2) },
      reference: { 1 / (1 + exp(-$0)) }),
    Kernel(
      name: "softplus", bound: 2, apply: { Float.softplus($0, into: $1, count: $2) },
      reference: { max($0, 0) + log1p(exp(-abs($0))) }),
  ]
}

private func double() -> [Kernel<Double, Wide>] {
  [
    Kernel(
      name: "exponential", bound: 1, apply: { Double.exponential($0, into: $1, count: $2) },
      reference: { exp($0) }),
    Kernel(
      name: "hyperbolicTangent", bound: 2,
      apply: { Double.hyperbolicTangent($0, into: $1, count: $2) }, reference: { tanh($0) }),
    Kernel(
      name: "logistic", bound: 2, apply: { Double.logistic($0, into: $1, count: $2) },
      reference: { 1 / (1 + exp(-$0)) }),
    Kernel(
      name: "softplus", bound: 2, apply: { Double.softplus($0, into: $1, count: $2) },
      reference: { max($0, 0) + log1p(exp(-abs($0))) }),
  ]
}

@Suite("Vectorised elementary functions")
struct ElementaryFunctionTests {
  @Test("Float: within the stated bound at every exponent and densely where the functions vary")
  func singleAccuracy() {
    var points = stride(from: UInt32(0), to: UInt32.max - 8191, by: 8191).map {
      Float(bitPattern: $0)
    }
    points += (0..<400_000).map { -110 + Float($0) * (205 / 400_000) }
    points += (0..<200_000).map { -2 + Float($0) * (4 / 200_000) }
    for kernel in single() {
      let worst = kernel.largestError(points)
      #expect(worst.ulps <= kernel.bound, "\(kernel.name) of \(worst.at)")
    }
  }

  @Test("Double: within the stated bound at every exponent and densely where the functions vary")
  func doubleAccuracy() {
    var points = stride(from: UInt64(0), to: UInt64.max - (1 << 45), by: 35_184_372_088_891).map {
      Double(bitPattern: $0)
    }
    points += (0..<300_000).map { -760 + Double($0) * (1480 / 300_000) }
    points += (0..<300_000).map { -25 + Double($0) * (50 / 300_000) }
    points += (0..<200_000).map { -2 + Double($0) * (4 / 200_000) }
    for kernel in double() {
      let worst = kernel.largestError(points)
      #expect(worst.ulps <= kernel.bound + wideAllowance, "\(kernel.name) of \(worst.at)")
    }
  }

  @Test("zeros, infinities, NaN, subnormal and huge arguments give what the definition says")
  func specialArguments() {
    func check<S: Scalar>(_: S.Type) {
      let tiny = S.leastNonzeroMagnitude
      let huge = S.greatestFiniteMagnitude
      let x: [S] = [0, -0.0, .infinity, -.infinity, .nan, tiny, -tiny, huge, -huge]
      var y = x
      S.exponential(x, into: &y, count: x.count)
      #expect(Array(y[..<4]) == [1, 1, .infinity, 0] && y[4].isNaN)
      #expect(Array(y[5...]) == [1, 1, .infinity, 0])
      S.hyperbolicTangent(x, into: &y, count: x.count)
      #expect(Array(y[..<4]) == [0, 0, 1, -1] && y[4].isNaN)
      #expect(y[0].sign == .plus && y[1].sign == .minus)
      #expect(Array(y[5...]) == [tiny, -tiny, 1, -1])
      S.logistic(x, into: &y, count: x.count)
      #expect(Array(y[..<4]) == [0.5, 0.5, 1, 0] && y[4].isNaN)
      #expect(Array(y[5...]) == [0.5, 0.5, 1, 0])
      S.softplus(x, into: &y, count: x.count)
      let ln2 = S(0x1.62e42fefa39efp-1)
      #expect((y[0] - ln2).magnitude <= ln2.ulp && y[1] == y[0])
      #expect(y[2] == .infinity && y[3] == 0 && y[4].isNaN)
      #expect(y[5] == y[0] && y[6] == y[0] && y[7] == huge && y[8] == 0)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("an element's result has the same bits at every position, and in place")
  func positions() {
    func check<S: Scalar, H>(_ kernels: [Kernel<S, H>]) {
      let values = (0..<41).map { S(Double($0) * 0.37 - 7.1) }
      for kernel in kernels {
        let alone = values.map { kernel([$0])[0] }
        for start in 0..<values.count {
          #expect(kernel(Array(values[start...])) == Array(alone[start...]))
        }
        var inPlace = values
        inPlace.withUnsafeMutableBufferPointer {
          kernel.apply($0.baseAddress!, $0.baseAddress!, $0.count)
        }
        #expect(inPlace == alone)
      }
    }
    check(single())
    check(double())
  }

  @Test("nothing is written past the last element")
  func bounds() {
    for count in 0..<35 {
      var y = [Float](repeating: 7, count: count + 3)
      Float.hyperbolicTangent([Float](repeating: 1, count: 40), into: &y, count: count)
      #expect(y[count...].allSatisfy { $0 == 7 })
    }
  }
}
