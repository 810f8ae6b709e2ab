// Elementary functions of sixteen floats: those of `SIMD8+Elementary.swift` with the constants of
// single precision. What is said there holds here.

extension SIMD16<Float> {
  /// eˣ
  @inline(__always)
  func exponential() -> Self {
    let x = replacing(with: -104, where: self .< -104)
    return x.replacing(with: 89, where: x .> 89).boundedExponential().value
  }

  /// tanh x
  @inline(__always)
  func hyperbolicTangent() -> Self {
    let magnitude = absolute
    // In single precision tanh is 1 from 9.02 on.
    let bounded = magnitude.replacing(with: 9.5, where: magnitude .> 9.5)
    let (code, head, tail) = (bounded + bounded).reducedExponential(bias: 127)
    let power = Self(bits: code &<< 23)
    let excess = (power - 1 + power * head) + power * tail
    let quotient = excess / (excess + 2)
    let half = 0.5 * excess
    let result = quotient.replacing(with: half - half * quotient, where: half .< 0.5)
    return Self(bits: result.bits | (bits & (1 << 31)))
  }

  /// 1 / (1 + e⁻ˣ)
  @inline(__always)
  func logistic() -> Self {
    let t = decayingExponential().value
    let numerator = Self(repeating: 1).replacing(with: t, where: self .< 0)
    return numerator - numerator * (t / (1 + t))
  }

  /// log(1 + eˣ)
  @inline(__always)
  func softplus() -> Self {
    let (t, remainder) = decayingExponential()
    let s = t / (2 + t)
    let z = s * s
    // (2·artanh(s)/s − 2)/z on 0 ≤ z ≤ 1/9, to 2.8e-7.
    let q01: Self = 0x1.55554cp-1 + 0x1.99ae02p-2 * z
    let q23: Self = 0x1.211672p-2 + 0x1.134ae6p-2 * z
    let q: Self = q01 + (z * z) * q23
    let slope: Self = 1 - 0.5 * t
    let logarithm: Self = t - (s * (t - z * q) - remainder * slope)
    return replacing(with: 0, where: self .< 0) + logarithm
  }

  /// |x|
  @inline(__always)
  var absolute: Self { Self(bits: bits & ~(1 << 31)) }

  /// e⁻ᵃ, a = |x|
  @inline(__always)
  private func decayingExponential() -> (value: Self, remainder: Self) {
    let x = -absolute
    return x.replacing(with: -104, where: x .< -104).boundedExponential()
  }

  /// eˣ for −104 ≤ x ≤ 89
  @inline(__always)
  private func boundedExponential() -> (value: Self, remainder: Self) {
    let (code, head, tail) = reducedExponential(bias: 254)
    let half = code &>> 1
    let rest = code &- half
    let (first, second) = (Self(bits: half &<< 23), Self(bits: rest &<< 23))
    let fraction = head + tail
    let sum = 1 + fraction
    return (sum * first * second, (fraction - (sum - 1)) * first * second)
  }

  /// eʳ − 1 = head + tail where x = k·ln 2 + r, and a code with k + `bias` in its lowest bits.
  @inline(__always)
  private func reducedExponential(bias: Float) -> (
    code: SIMD16<UInt32>, head: Self, tail: Self
  ) {
    let shift = 0x1.8p23 + bias
    let shifted = self * 0x1.715476p0 + shift
    let k = shifted - shift
    let high = self - k * 0x1.62e4p-1
    let low = k * 0x1.7f7d1cp-20
    let r = high - low
    let r2 = r * r
    // (eʳ − 1 − r)/r² on |r| ≤ 0.3467, to 6.3e-8.
    let q01: Self = 0x1p-1 + 0x1.5554dcp-3 * r
    let q23: Self = 0x1.5554b8p-5 + 0x1.120b94p-7 * r
    let q: Self = q01 + r2 * (q23 + r2 * 0x1.6d757cp-10)
    return (shifted.bits, high, r2 * q - low)
  }

  @inline(__always)
  private var bits: SIMD16<UInt32> { unsafeBitCast(self, to: SIMD16<UInt32>.self) }

  @inline(__always)
  private init(bits: SIMD16<UInt32>) { self = unsafeBitCast(bits, to: Self.self) }
}
