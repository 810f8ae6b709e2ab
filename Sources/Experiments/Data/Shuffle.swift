/// Shuffling whose result is part of the determinism contract: the standard library's may change
/// between versions.
enum Shuffle {
  /// A whole number below `bound`, each equally likely.
  ///
  /// The upper half of bits·bound, drawn again while the lower half falls into the 2^64 mod bound
  /// values that would favour some results (D. Lemire, "Fast random integer generation in an
  /// interval", 2019).
  static func integer(
    below bound: UInt64, using generator: inout some RandomNumberGenerator
  ) -> UInt64 {
    precondition(bound > 0, "there is no number below 0")
    let excess = (0 &- bound) % bound
    while true {
      let bits: UInt64 = generator.next()
      let product = bits.multipliedFullWidth(by: bound)
      if product.low >= excess { return product.high }
    }
  }

  /// Brings the elements into a random order, from the last to the first (R. Durstenfeld, 1964).
  static func shuffle<Element>(
    _ elements: inout [Element], using generator: inout some RandomNumberGenerator
  ) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      let other = Int(integer(below: UInt64(last + 1), using: &generator))
      elements.swapAt(last, other)
    }
  }
}
