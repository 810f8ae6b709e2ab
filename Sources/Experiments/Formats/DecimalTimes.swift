/// The times 0, every, 2·every, ... as the nearest doubles of their decimals.
///
/// Three steps of 0.1 are 0.3 here, not 0.30000000000000004: the step is taken by its shortest
/// decimal, multiplied as an integer, and rounded once.
public struct DecimalTimes: Hashable, Sendable {
  /// The distance of two times, in the model's unit.
  public let every: Double
  /// every = mantissa·10^exponent, mantissa not divisible by 10.
  private let mantissa: UInt64
  private let exponent: Int

  /// Nil unless `every` is positive and finite.
  public init?(every: Double) {
    guard every > 0, every.isFinite else { return nil }
    self.every = every
    // The description is the shortest decimal that reads back as the same double.
    var mantissa: UInt64 = 0
    var exponent = 0
    let parts = every.description.split(separator: "e")
    var isFraction = false
    for character in parts[0].utf8 {
      if character == UInt8(ascii: ".") {
        isFraction = true
      } else {
        mantissa = mantissa * 10 + UInt64(character &- 0x30)
        if isFraction { exponent -= 1 }
      }
    }
    if parts.count > 1 { exponent += Int(parts[1]) ?? 0 }
    while mantissa % 10 == 0 {
      mantissa /= 10
      exponent += 1
    }
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The time of step `index`, which is at least 0.
  public subscript(index: Int) -> Double {
    precondition(index >= 0, "time \(index) lies before the first")
    // 17 digits times 2^63 stays below 2^128.
    let product = UInt128(mantissa) * UInt128(index)
    if product == 0 { return 0 }
    return Double("\(product)e\(exponent)") ?? .infinity
  }

  /// The number of the first time later than `time`.
  ///
  /// Nil where no such number exists: `time` is not finite, or so large that steps of ``every``
  /// vanish beside it.
  public func firstIndex(after time: Double) -> Int? {
    if time < 0 { return 0 }
    let estimate = (time / every).rounded(.down)
    guard estimate.isFinite, estimate < 0x1p53 else { return nil }
    var index = Int(estimate)
    while index > 0, self[index - 1] > time { index -= 1 }
    // The quotient is off by one at the most; a few more steps tell a grid that cannot advance.
    for _ in 0..<4 {
      if self[index] > time { return index }
      index += 1
    }
    return nil
  }
}
