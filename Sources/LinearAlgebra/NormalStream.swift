/// A stream of standard normal numbers in single precision, fixed by a seed and a name, made eight at a
/// time: for noise, of which a simulation needs one number for every unit and step.
///
/// Eight generators xoshiro128++ (Blackman & Vigna, Scrambled linear pseudorandom number generators,
/// ACM Transactions on Mathematical Software 47:36, 2021) run side by side; the ``RandomStream`` of the
/// same seed and name fills their states. Numbers come in pairs by the method of Box & Muller (Annals of
/// Mathematical Statistics 29:610, 1958), from 23 random bits each, so none is beyond 5.8. Only +, −, ×,
/// ÷ and bit operations are used: the same bits on every processor.
public struct NormalStream: Sendable {
  private typealias Words = SIMD8<UInt32>
  private typealias Block = SIMD8<Float>

  private var words: (Words, Words, Words, Words)

  /// The stream of a seed and of the name of who draws from it.
  public init(seed: UInt64, name: String) {
    var stream = RandomStream(seed: seed, name: name)
    words = (Words(), Words(), Words(), Words())
    for lane in 0..<Words.scalarCount {
      let (first, second) = (stream.next(), stream.next())
      words.0[lane] = UInt32(truncatingIfNeeded: first)
      words.1[lane] = UInt32(truncatingIfNeeded: first >> 32)
      words.2[lane] = UInt32(truncatingIfNeeded: second)
      words.3[lane] = UInt32(truncatingIfNeeded: second >> 32)
    }
  }

  /// Writes `count` numbers. They are made sixteen at a time, and what is left of the last sixteen is
  /// thrown away: two calls do not give the numbers of one.
  public mutating func fill(_ numbers: UnsafeMutablePointer<Float>, count: Int) {
    let length = Block.scalarCount
    var i = 0
    while i < count {
      let (first, second) = pair()
      let rest = count &- i
      if rest >= 2 &* length {
        let target = UnsafeMutableRawPointer(numbers + i)
        target.storeBytes(of: first, as: Block.self)
        (target + MemoryLayout<Block>.size).storeBytes(of: second, as: Block.self)
      } else {
        for lane in 0..<min(rest, length) { numbers[i + lane] = first[lane] }
        for lane in 0..<max(0, rest - length) { numbers[i + length + lane] = second[lane] }
      }
      i &+= 2 &* length
    }
  }

  /// r·cos θ and r·sin θ with r² = −2 ln u, for u uniform in 0 ..< 1 and θ on the circle.
  @inline(__always)
  private mutating func pair() -> (Block, Block) {
    // The odd multiples of 2⁻²⁴ below 1: u is never 0.
    let u = Self.oneToTwo(next() &>> 9) - (1 - 0x1p-24)
    let radius = (-2 * u.logarithm).root
    let word = next()
    // Two bits choose a quarter of the circle, 23 others an angle of −π/4 ..< π/4.
    let angle = (Self.oneToTwo(word & 0x7f_ffff) - 1.5) * (Float.pi / 2)
    let (cosine, sine) = angle.cosineAndSine
    // Bit operations: a choice by a mask would be made lane by lane.
    let isOdd = 0 &- ((word &>> 30) & 1)
    let x = Self.choose(isOdd, -sine, cosine)
    let y = Self.choose(isOdd, cosine, sine)
    let sign = unsafeBitCast(
      unsafeBitCast(radius, to: Words.self) ^ (word & (1 << 31)), to: Block.self)
    return (sign * x, sign * y)
  }

  /// The first where all bits of the mask are 1, the second where they are 0.
  @inline(__always)
  private static func choose(_ mask: Words, _ first: Block, _ second: Block) -> Block {
    let a = unsafeBitCast(first, to: Words.self)
    let b = unsafeBitCast(second, to: Words.self)
    return unsafeBitCast((a & mask) | (b & ~mask), to: Block.self)
  }

  /// A number of 1 ..< 2 from 23 bits.
  @inline(__always)
  private static func oneToTwo(_ bits: Words) -> Block {
    unsafeBitCast(bits | 0x3f80_0000, to: Block.self)
  }

  @inline(__always)
  private mutating func next() -> Words {
    let result = Self.rotate(words.0 &+ words.3, 7) &+ words.0
    let shifted = words.1 &<< 9
    words.2 ^= words.0
    words.3 ^= words.1
    words.1 ^= words.2
    words.0 ^= words.3
    words.2 ^= shifted
    words.3 = Self.rotate(words.3, 11)
    return result
  }

  @inline(__always)
  private static func rotate(_ words: Words, _ by: UInt32) -> Words {
    let right = 32 - by
    return words &<< Words(repeating: by) | words &>> Words(repeating: right)
  }
}

extension SIMD8<Float> {
  /// ln x of positive normal numbers: x = m·2ᵏ with √½ ≤ m < √2, and ln m = 2 artanh s with
  /// s = (m − 1)/(m + 1), |s| ≤ 0.172, of which five terms leave 1e-9.
  @inline(__always)
  fileprivate var logarithm: Self {
    let bits = unsafeBitCast(self, to: SIMD8<Int32>.self)
    let exponent = (bits &- 0x3f35_04f3) &>> 23
    let m = unsafeBitCast(bits &- (exponent &<< 23), to: Self.self)
    // Adding 1.5·2²³ to an integer puts it into the lowest bits; here the other way round.
    let k = unsafeBitCast(exponent &+ 0x4b40_0000, to: Self.self) - 0x1.8p23
    let f = m - 1
    let s = f / (f + 2)
    let z = s * s
    let back: Self = (2.0 / 7) + z * (2.0 / 9)
    let tail: Self = (2.0 / 3) + z * ((2.0 / 5) + z * back)
    return k * 0x1.62e43p-1 + (s + s + s * z * tail)
  }

  /// √x of positive normal numbers: x times 1/√x by Newton's method, from a guess that halves the
  /// exponent. Three steps leave the rounding. The root of a block would be taken lane by lane.
  @inline(__always)
  fileprivate var root: Self {
    let bits = unsafeBitCast(self, to: SIMD8<UInt32>.self)
    var y = unsafeBitCast(0x5f37_59df &- (bits &>> 1), to: Self.self)
    let half = self * 0.5
    y = y * (1.5 - half * y * y)
    y = y * (1.5 - half * y * y)
    y = y * (1.5 - half * y * y)
    return self * y
  }

  /// cos a and sin a for |a| ≤ π/4, by their series.
  @inline(__always)
  fileprivate var cosineAndSine: (Self, Self) {
    let z = self * self
    let evenTail: Self = (-1.0 / 720) + z * (1.0 / 40320)
    let even: Self = (1.0 / 24) + z * evenTail
    let oddTail: Self = (-1.0 / 5040) + z * (1.0 / 362880)
    let odd: Self = (-1.0 / 6) + z * ((1.0 / 120) + z * oddTail)
    return (1 - z * 0.5 + z * z * even, self + self * z * odd)
  }
}
