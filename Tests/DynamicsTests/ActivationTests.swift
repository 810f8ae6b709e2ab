import Dynamics
import Foundation
import LinearAlgebra
import Testing

@Suite("Activations")
struct ActivationTests {
  static let activations: [any Activation] = [Identity(), Tanh(), Sigmoid(), ReLU(), Softplus()]

  struct Values<E: Scalar> {
    var rate: [E]
    var slope: [E]
    var curvature: [E]
    var rateAlone: [E]

    init(_ activation: any Activation, _ phi: [E]) {
      rate = Array(repeating: .nan, count: phi.count)
      slope = rate
      curvature = rate
      rateAlone = rate
      activation.rateAndSlope(phi, rate: &rate, slope: &slope, count: phi.count)
      activation.curvature(phi, rate: rate, slope: slope, into: &curvature, count: phi.count)
      activation.rate(phi, into: &rateAlone, count: phi.count)
    }
  }

  /// Away from zero, where the rectifier has its kink.
  static let potentials: [Double] = stride(from: -6.05, through: 6.05, by: 0.1).map { $0 }

  private func plain(_ activation: any Activation, _ x: Double) -> Double {
    switch activation.name {
    case "tanh": tanh(x)
    case "sigmoid": 1 / (1 + exp(-x))
    case "relu": max(x, 0)
    case "softplus": log(1 + exp(x))
    default: x
    }
  }

  @Test("rates are what the formulas say, alone or with slopes", arguments: activations)
  func rates(_ activation: any Activation) {
    let double = Values(activation, Self.potentials)
    let single = Values(activation, Self.potentials.map { Float($0) })
    #expect(double.rate == double.rateAlone)
    #expect(single.rate == single.rateAlone)
    for (i, x) in Self.potentials.enumerated() {
      #expect(abs(double.rate[i] - plain(activation, x)) < 1e-14)
      #expect(abs(Double(single.rate[i]) - plain(activation, Double(Float(x)))) < 1e-6)
    }
  }

  /// Central differences in `Double`: h² times a third derivative below one, and 1e-15/h.
  @Test("slopes and curvatures are derivatives, in double precision", arguments: activations)
  func double(_ activation: any Activation) {
    let h = 1e-5
    let at = Values(activation, Self.potentials)
    let ahead = Values(activation, Self.potentials.map { $0 + h })
    let behind = Values(activation, Self.potentials.map { $0 - h })
    for i in Self.potentials.indices {
      #expect(abs(at.slope[i] - (ahead.rate[i] - behind.rate[i]) / (2 * h)) < 1e-9)
      #expect(abs(at.curvature[i] - (ahead.slope[i] - behind.slope[i]) / (2 * h)) < 1e-9)
    }
  }

  /// In `Float` with h = 2⁻⁶: truncation h²/6 times at most two, 1e-4, and rounding 1e-6/h, 1e-4.
  @Test("slopes and curvatures are derivatives, in single precision", arguments: activations)
  func single(_ activation: any Activation) {
    let h = Float(0x1p-6)
    let phi = Self.potentials.map { Float($0) }
    let at = Values(activation, phi)
    let ahead = Values(activation, phi.map { $0 + h })
    let behind = Values(activation, phi.map { $0 - h })
    let exact = Values(activation, phi.map { Double($0) })
    for i in phi.indices {
      #expect(abs(at.slope[i] - (ahead.rate[i] - behind.rate[i]) / (2 * h)) < 2e-4)
      #expect(abs(at.curvature[i] - (ahead.slope[i] - behind.slope[i]) / (2 * h)) < 2e-4)
      // And the rounding of what the other precision gives: three operations on numbers up to one.
      #expect(abs(Double(at.slope[i]) - exact.slope[i]) < 4e-7)
      #expect(abs(Double(at.curvature[i]) - exact.curvature[i]) < 1e-6)
    }
  }

  @Test("the rectifier has slope 0 at 0", arguments: [0.0, -0.0])
  func kink(zero: Double) {
    let values = Values(ReLU(), [zero])
    #expect(values.rate[0] == 0 && values.slope[0] == 0 && values.curvature[0] == 0)
  }

  @Test("far out, rates and slopes are at their limits", arguments: activations)
  func limits(_ activation: any Activation) {
    let far = Values(activation, [-1e4, 1e4])
    switch activation.name {
    case "tanh":
      #expect(far.rate == [-1, 1] && far.slope == [0, 0] && far.curvature.allSatisfy { $0 == 0 })
    case "sigmoid": #expect(far.rate == [0, 1] && far.slope == [0, 0])
    case "relu", "softplus": #expect(far.rate == [0, 1e4] && far.slope == [0, 1])
    default: #expect(far.rate == [-1e4, 1e4] && far.slope == [1, 1])
    }
    #expect(far.curvature.allSatisfy { $0 == 0 })
  }

  @Test("a NaN is not hidden", arguments: activations)
  func notANumber(_ activation: any Activation) {
    #expect(Values(activation, [Double.nan]).rate[0].isNaN)
    #expect(Values(activation, [Float.nan]).rate[0].isNaN)
  }
}
