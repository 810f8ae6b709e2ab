#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A stream of random numbers that is fixed by a seed and a name.
///
/// The generator is xoshiro256++ (Blackman & Vigna, Scrambled linear pseudorandom number
/// generators, ACM Transactions on Mathematical Software 47:36, 2021), period 2²⁵⁶ − 1. Its state
/// is filled by SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) from a key: the first output of
/// SplitMix64 at `seed`, exclusive-or the 64-bit FNV-1a hash of the name's UTF-8 bytes. Each
/// consumer of random numbers has a name of its own, so another consumer does not shift the numbers
/// of the others.
///
/// Integers and `uniform` have the same bits everywhere; `normal` takes a logarithm from the C
/// library. The meaning of seeds and names is part of the file formats and does not change.
public struct RandomStream: RandomNumberGenerator, Equatable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64)
  /// The second number of the last pair that `normal` made.
  private var spare: Double?

  /// The stream of a seed and of the name of who draws from it.
  public init(seed: UInt64, name: String) {
    var key = SplitMix64(seed: seed)
    var fill = SplitMix64(seed: key.next() ^ Self.hash(name))
    words = (fill.next(), fill.next(), fill.next(), fill.next())
  }

  // MARK: Checkpoints

  /// All there is to know of the stream: the four words of xoshiro256++, 1 or 0 for whether half a
  /// pair of normal numbers is kept, and the bits of that number (or 0).
  public var state: [UInt64] {
    [words.0, words.1, words.2, words.3, spare == nil ? 0 : 1, spare?.bitPattern ?? 0]
  }

  /// The stream as it was when `state` was read; nil where those numbers are no state.
  public init?(state: [UInt64]) {
    guard state.count == 6, state[..<4].contains(where: { $0 != 0 }), state[4] <= 1,
      state[4] == 1 || state[5] == 0, Double(bitPattern: state[5]).isFinite
    else { return nil }
    words = (state[0], state[1], state[2], state[3])
    spare = state[4] == 1 ? Double(bitPattern: state[5]) : nil
  }

  public static func == (a: RandomStream, b: RandomStream) -> Bool { a.state == b.state }

  // MARK: Numbers

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotate(words.0 &+ words.3, 23) &+ words.0
    let shifted = words.1 << 17
    words.2 ^= words.0
    words.3 ^= words.1
    words.1 ^= words.2
    words.0 ^= words.3
    words.2 ^= shifted
    words.3 = Self.rotate(words.3, 45)
    return result
  }

  /// A multiple of 2⁻⁵³ in 0 ..< 1, all equally likely.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in the range, which must not be empty or of infinite width.
  public mutating func uniform(in range: Range<Double>) -> Double {
    let width = range.upperBound - range.lowerBound
    precondition(width > 0 && width.isFinite, "no uniform numbers in \(range)")
    while true {
      let number = range.lowerBound + width * uniform()
      // Rounding may reach the upper bound.
      if number < range.upperBound { return number }
    }
  }

  /// A standard normal number, by the polar method of Marsaglia & Bray (SIAM Review 6:260, 1964).
  public mutating func normal() -> Double {
    if let kept = spare {
      spare = nil
      return kept
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0, square < 1 {
        let factor = (-2 * log(square) / square).squareRoot()
        spare = factor * y
        return factor * x
      }
    }
  }

  /// An integer in 0 ..< `bound`, all equally likely: Lemire, Fast random integer generation in an
  /// interval, ACM Transactions on Modeling and Computer Simulation 29:3 (2019). `bound` is
  /// positive.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "no integers in 0 ..< \(bound)")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      // The low parts below 2⁶⁴ mod bound would make some integers likelier.
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// All orders equally likely (Fisher & Yates, from the last place to the first).
  public mutating func shuffle<C: MutableCollection & RandomAccessCollection>(_ items: inout C) {
    var place = items.count
    while place > 1 {
      let other = integer(below: place)
      place -= 1
      items.swapAt(
        items.index(items.startIndex, offsetBy: place),
        items.index(items.startIndex, offsetBy: other))
    }
  }

  private static func rotate(_ word: UInt64, _ by: UInt64) -> UInt64 {
    word << by | word >> (64 - by)
  }

  /// 64-bit FNV-1a: Fowler, Noll, Vo & Eastlake, The FNV non-cryptographic hash algorithm.
  static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
