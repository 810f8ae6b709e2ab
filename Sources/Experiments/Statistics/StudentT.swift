internal import Foundation

/// Student's t distribution.
public struct StudentT: Sendable, Equatable {
  /// ν, above 0.
  public let degreesOfFreedom: Double

  /// With degrees of freedom, at least 1.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(T ≤ t)
  public func cumulative(_ t: Double) -> Double {
    if t.isNaN { return .nan }
    let tail = upperTail(t.magnitude)
    return t > 0 ? 1 - tail : tail
  }

  /// P(T > t) for t ≥ 0: half the regularized incomplete beta function I_x(ν/2, ½) at x = ν/(ν + t²).
  func upperTail(_ t: Double) -> Double {
    let square = t * t
    let sum = degreesOfFreedom + square
    guard sum.isFinite else { return 0 }
    return Beta.regularized(
      degreesOfFreedom / sum, complement: square / sum, degreesOfFreedom / 2, 0.5) / 2
  }

  /// P(|T| > |t|): the p-value of a two-sided test.
  public func twoSided(_ t: Double) -> Double {
    t.isNaN ? .nan : min(1, 2 * upperTail(t.magnitude))
  }

  /// The t at which P(T ≤ t) is that probability, to the last few bits.
  public func quantile(_ probability: Double) -> Double {
    guard probability > 0, probability < 1 else {
      return probability == 0 ? -.infinity : probability == 1 ? .infinity : .nan
    }
    if probability == 0.5 { return 0 }
    let tail = min(probability, 1 - probability)
    var low = 0.0
    var high = 1.0
    while upperTail(high) > tail && high < 1e300 { high *= 2 }
    // Each step gains a bit; the tail is monotone, so nothing can go wrong.
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle == low || middle == high { break }
      if upperTail(middle) > tail { low = middle } else { high = middle }
    }
    return probability < 0.5 ? -high : high
  }
}

/// The incomplete beta function.
enum Beta {
  /// I_x(a, b), by Lentz's evaluation of its continued fraction (Press et al., Numerical Recipes, 6.4).
  ///
  /// - Parameter complement: 1 − x, which the caller may know better than the difference does.
  static func regularized(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if complement <= 0 { return 1 }
    let scale = exp(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(complement))
    // The fraction converges fast below the mean, and the function is symmetric.
    if x < (a + 1) / (a + b + 2) { return scale * fraction(x, a, b) / a }
    return 1 - scale * fraction(complement, b, a) / b
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func bounded(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / bounded(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1..<10_000 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / bounded(1 + even * d)
      c = bounded(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / bounded(1 + odd * d)
      c = bounded(1 + odd / c)
      result *= d * c
      if (d * c - 1).magnitude < 1e-16 { break }
    }
    return result
  }

  /// ln Γ(x) for x > 0.
  private static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }
}
