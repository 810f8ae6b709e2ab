// Elementary functions of eight doubles, free of branches and tables.
//
// Each is built on the argument reduction of Cody & Waite (Software Manual for the Elementary
// Functions, 1980): x = k·ln 2 + r with |r| ≤ ln 2 / 2, where ln 2 is split in two so that k·high
// is exact, and eˣ = 2ᵏ·eʳ. The polynomials are minimax (Remez exchange in 50 digits). Only +, −,
// ×, ÷ and bit operations are used, none of them fused, so all processors give the same bits. Eight
// lanes are more than any register has: the blocks of them hide each other's latency.

extension SIMD8<Double> {
  /// eˣ
  @inline(__always)
  func exponential() -> Self {
    // Beyond these bounds the result is 0 or ∞ all the same. A NaN passes: comparisons with it
    // fail.
    let x = replacing(with: -746, where: self .< -746)
    return x.replacing(with: 710, where: x .> 710).boundedExponential().value
  }

  /// tanh x = E / (E + 2) with E = e²ᵃ − 1 for a = |x|, and the sign of x.
  @inline(__always)
  func hyperbolicTangent() -> Self {
    let magnitude = absolute
    // In double precision tanh is 1 from 19.1 on.
    let bounded = magnitude.replacing(with: 20, where: magnitude .> 20)
    let (code, head, tail) = (bounded + bounded).reducedExponential(bias: 1023)
    let power = Self(bits: code &<< 52)
    // In this order because power·head is exact, and mostly the first sum as well.
    let excess = (power - 1 + power * head) + power * tail
    let quotient = excess / (excess + 2)
    // For E < 1 the same is E/2 − E/2 · tanh a, where the errors of sum and quotient have a small
    // weight.
    let half = 0.5 * excess
    let result = quotient.replacing(with: half - half * quotient, where: half .< 0.5)
    return Self(bits: result.bits | (bits & (1 << 63)))
  }

  /// 1 / (1 + e⁻ˣ) = n / (1 + t) with t = e⁻ᵃ, a = |x|, and n = t for a negative x, else 1: this
  /// keeps the lower tail. As n − n·(t / (1 + t)) the errors of sum and quotient have a small
  /// weight.
  @inline(__always)
  func logistic() -> Self {
    let t = decayingExponential().value
    let numerator = Self(repeating: 1).replacing(with: t, where: self .< 0)
    return numerator - numerator * (t / (1 + t))
  }

  /// log(1 + eˣ) = max(x, 0) + log(1 + t) with t = e⁻ᵃ, a = |x|. With s = t / (2 + t),
  /// log(1 + t) = 2·artanh s = t − s·(t − s²·q(s²)): the leading term is exact and the error of the
  /// quotient enters with a small weight only.
  @inline(__always)
  func softplus() -> Self {
    let (t, remainder) = decayingExponential()
    let s = t / (2 + t)
    let z = s * s
    let z2 = z * z
    let z4 = z2 * z2
    // (2·artanh(s)/s − 2)/z on 0 ≤ z ≤ 1/9, to 8.6e-17.
    let q01: Self = 0x1.5555555555555p-1 + 0x1.999999999a457p-2 * z
    let q23: Self = 0x1.24924923cd168p-2 + 0x1.c71c72767c330p-3 * z
    let q45: Self = 0x1.745cefbe66ccbp-3 + 0x1.3b18cb46df63cp-3 * z
    let q67: Self = 0x1.10aafbb0ee16ap-3 + 0x1.ebaabb9f56369p-4 * z
    let q89: Self = 0x1.67fb95726f6c9p-4 + 0x1.4b894a44a6866p-3 * z
    let front: Self = q01 + z2 * q23
    let back: Self = q45 + z2 * q67
    let q: Self = front + z4 * (back + z4 * q89)
    // The slope 1 / (1 + t), of which the remainder of t needs a first digit only.
    let slope: Self = 1 - 0.5 * t
    let logarithm: Self = t - (s * (t - z * q) - remainder * slope)
    return replacing(with: 0, where: self .< 0) + logarithm
  }

  /// |x|
  @inline(__always)
  var absolute: Self { Self(bits: bits & ~(1 << 63)) }

  /// e⁻ᵃ, a = |x|, as `boundedExponential`.
  @inline(__always)
  private func decayingExponential() -> (value: Self, remainder: Self) {
    let x = -absolute
    return x.replacing(with: -746, where: x .< -746).boundedExponential()
  }

  /// eˣ for −746 ≤ x ≤ 710. The power of two is applied in two halves: one of 2⁻¹⁰⁷⁵ or 2¹⁰²⁴ has
  /// no double, and the second product then rounds a subnormal result once. The remainder is what
  /// the value lost where it is not subnormal.
  @inline(__always)
  private func boundedExponential() -> (value: Self, remainder: Self) {
    let (code, head, tail) = reducedExponential(bias: 2046)
    let half = code &>> 1
    let rest = code &- half
    let (first, second) = (Self(bits: half &<< 52), Self(bits: rest &<< 52))
    let fraction = head + tail
    let sum = 1 + fraction
    return (sum * first * second, (fraction - (sum - 1)) * first * second)
  }

  /// eʳ − 1 = head + tail where x = k·ln 2 + r and |tail| is small, and a code with k + `bias` in
  /// its lowest bits: shifted to the place of the exponent, a bias of 1023 makes it 2ᵏ.
  @inline(__always)
  private func reducedExponential(bias: Double) -> (
    code: SIMD8<UInt64>, head: Self, tail: Self
  ) {
    // Adding 1.5·2⁵² rounds a small number to an integer, which then stands in the lowest bits.
    let shift = 0x1.8p52 + bias
    let shifted = self * 0x1.71547652b82fep0 + shift
    let k = shifted - shift
    let high = self - k * 0x1.62e42feep-1
    let low = k * 0x1.a39ef35793c76p-33
    let r = high - low
    let r2 = r * r
    let r4 = r2 * r2
    // (eʳ − 1 − r)/r² on |r| ≤ 0.3467, to 1.1e-16.
    let q01: Self = 0x1.0000000000001p-1 + 0x1.5555555555558p-3 * r
    let q23: Self = 0x1.5555555553d55p-5 + 0x1.111111110f7f6p-7 * r
    let q45: Self = 0x1.6c16c17891574p-10 + 0x1.a01a01b012aa3p-13 * r
    let q67: Self = 0x1.a019b8f811b10p-16 + 0x1.71ddf6a196aecp-19 * r
    let q89: Self = 0x1.28919e40d2e07p-22 + 0x1.af634d6b2f12fp-26 * r
    let front: Self = q01 + r2 * q23
    let back: Self = q45 + r2 * q67
    let q: Self = front + r4 * (back + r4 * q89)
    // high is exact; what r lost of low is put back here.
    return (shifted.bits, high, r2 * q - low)
  }

  @inline(__always)
  private var bits: SIMD8<UInt64> { unsafeBitCast(self, to: SIMD8<UInt64>.self) }

  @inline(__always)
  private init(bits: SIMD8<UInt64>) { self = unsafeBitCast(bits, to: Self.self) }
}
