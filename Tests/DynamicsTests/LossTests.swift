import Dynamics
import Foundation
import LinearAlgebra
import Testing

@Suite("Losses")
struct LossTests {
  static let losses: [any Loss] = [SquaredError(), CrossEntropy()]

  private func value(_ loss: any Loss, _ y: [Double], _ t: [Double]) -> Double {
    loss.value(ContiguousArray(y).span, target: ContiguousArray(t).span)
  }

  private func gradient(_ loss: any Loss, _ y: [Double], _ t: [Double]) -> [Double] {
    var result = ContiguousArray<Double>(repeating: .nan, count: y.count)
    var span = result.mutableSpan
    loss.gradient(ContiguousArray(y).span, target: ContiguousArray(t).span, into: &span)
    return Array(result)
  }

  private func curvature(_ loss: any Loss, _ y: [Double], _ t: [Double], _ v: [Double]) -> [Double]
  {
    var result = ContiguousArray<Double>(repeating: .nan, count: y.count)
    var span = result.mutableSpan
    loss.curvatureProduct(
      ContiguousArray(y).span, target: ContiguousArray(t).span, ContiguousArray(v).span, into: &span
    )
    return Array(result)
  }

  private func targets(_ random: inout RandomStream, _ n: Int) -> [[Double]] {
    var hard = Array(repeating: 0.0, count: n)
    hard[random.integer(below: n)] = 1
    let soft = hard.map { $0 == 1 ? 0.99 : 0.01 / Double(n - 1) }
    let weights = (0..<n).map { _ in random.uniform() }
    let sum = weights.reduce(0, +)
    return [hard, soft, weights.map { $0 / sum }]
  }

  /// Central differences: h² times a third derivative of order one, and 1e-15/h.
  @Test("the gradient is that of the value, and the curvature that of the gradient")
  func differences() {
    var random = RandomStream(seed: 1, name: "loss")
    let h = 1e-5
    for loss in Self.losses {
      for n in [2, 3, 10] {
        for t in targets(&random, n) {
          let y = (0..<n).map { _ in 2 * random.normal() }
          let v = (0..<n).map { _ in random.normal() }
          let g = gradient(loss, y, t)
          for i in 0..<n {
            var ahead = y
            var behind = y
            ahead[i] += h
            behind[i] -= h
            let slope = (value(loss, ahead, t) - value(loss, behind, t)) / (2 * h)
            #expect(abs(g[i] - slope) < 1e-8)
          }
          let ahead = gradient(loss, zip(y, v).map { $0 + h * $1 }, t)
          let behind = gradient(loss, zip(y, v).map { $0 - h * $1 }, t)
          let product = curvature(loss, y, t, v)
          for i in 0..<n { #expect(abs(product[i] - (ahead[i] - behind[i]) / (2 * h)) < 1e-8) }
          // Symmetric, and positive semidefinite: both losses are convex.
          let w = (0..<n).map { _ in random.normal() }
          #expect(abs(dot(w, product) - dot(v, curvature(loss, y, t, w))) < 1e-13)
          #expect(dot(v, product) >= -1e-15)
        }
      }
    }
  }

  @Test("moderate outputs give what the plain formulas give")
  func plain() {
    var random = RandomStream(seed: 2, name: "loss")
    for t in targets(&random, 4) {
      let y = (0..<4).map { _ in 3 * random.normal() }
      let sum = y.reduce(0) { $0 + exp($1) }
      let p = y.map { exp($0) / sum }
      let plain = -zip(t, p).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * log($1.1)) }
      #expect(abs(value(CrossEntropy(), y, t) - plain) < 1e-13 * max(1, plain))
      #expect(near(gradient(CrossEntropy(), y, t), zip(p, t).map { $0 - $1 }, 1e-15))
      let v = (0..<4).map { _ in random.normal() }
      let mean = dot(p, v)
      #expect(near(curvature(CrossEntropy(), y, t, v), zip(p, v).map { $0 * ($1 - mean) }, 1e-14))
      let half = zip(y, t).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2
      #expect(abs(value(SquaredError(), y, t) - half) < 1e-14 * max(1, half))
    }
  }

  @Test(
    "outputs of \u{b1}700 and more neither overflow nor lose the loss",
    arguments: [700, 1e4, 1e300])
  func extreme(size: Double) {
    let loss = CrossEntropy()
    #expect(value(loss, [size, -size, 0], [1, 0, 0]) == exp(-size))
    #expect(value(loss, [-size, size, 0], [1, 0, 0]) == 2 * size)
    #expect(value(loss, [-size, -size], [1, 0]) == log(2))
    #expect(gradient(loss, [-size, size, 0], [1, 0, 0]) == [-1, 1, exp(-size)])
    #expect(gradient(loss, [size, size], [1, 0]) == [-0.5, 0.5])
    #expect(gradient(loss, [size, -size], [0.9, 0.1]).map { ($0 * 10).rounded() } == [1, -1])
    for y in [[size, -size, 0], [-size, size, 0], [size, size, size]] {
      for t in [[1.0, 0, 0], [0.98, 0.01, 0.01]] {
        #expect(value(loss, y, t).isFinite && value(loss, y, t) >= 0)
        #expect(gradient(loss, y, t).allSatisfy { $0.isFinite })
        #expect(curvature(loss, y, t, [1, -2, 0.5]).allSatisfy { $0.isFinite })
      }
    }
  }

  /// With the margin m, L = log(1 + e⁻ᵐ) and ∂L = ∓e⁻ᵐ/(1 + e⁻ᵐ): all digits, down to nothing.
  @Test("the loss and the gradient of an almost certain label keep their digits")
  func certain() {
    for m in [1.0, 10, 37, 40, 100, 300, 700] {
      let small = exp(-m)
      let p = small / (1 + small)
      let value = value(CrossEntropy(), [m, 0], [1, 0])
      #expect(abs(value / log1p(small) - 1) < 1e-15)
      let gradient = gradient(CrossEntropy(), [m, 0], [1, 0])
      #expect(abs(-gradient[0] / p - 1) < 1e-15)
      #expect(abs(gradient[1] / p - 1) < 1e-15)
      #expect(gradient[0] == -gradient[1])
    }
  }

  @Test("every gradient of cross-entropy sums to zero")
  func zeroSum() {
    var random = RandomStream(seed: 3, name: "loss")
    for _ in 0..<20 {
      for t in targets(&random, 7) {
        let y = (0..<7).map { _ in 10 * random.normal() }
        #expect(abs(gradient(CrossEntropy(), y, t).reduce(0, +)) < 1e-15)
      }
    }
  }

  @Test("only a target with a zero makes cross-entropy unbounded")
  func unbounded() {
    func reason(_ loss: any Loss, _ t: ContiguousArray<Double>) -> String? {
      loss.unboundedReason(target: t.span)
    }
    #expect(reason(CrossEntropy(), [1, 0, 0]) != nil)
    #expect(reason(CrossEntropy(), [0.5, 0.5, 0]) != nil)
    #expect(reason(CrossEntropy(), [0.98, 0.01, 0.01]) == nil)
    #expect(reason(SquaredError(), [1, 0, 0]) == nil)
  }
}
