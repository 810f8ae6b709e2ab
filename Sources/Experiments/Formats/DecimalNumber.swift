/// Decimal numbers in text, read to the nearest double.
enum DecimalNumber {
  /// The number that `text` is, without space around it:
  /// `[+-] digits [. digits] [e [+-] digits]`, or `nan`, `inf`, `infinity` in any case.
  ///
  /// The standard library's own reading also takes hexadecimal and payloads of NaN, which in a data
  /// file are mistakes.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var position = 0
    func peek() -> UInt8 { position < text.count ? text[position] : 0 }

    let isNegative = peek() == UInt8(ascii: "-")
    if isNegative || peek() == UInt8(ascii: "+") { position += 1 }
    let unsigned = position

    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    func takeDigits(_ isFraction: Bool) -> Int {
      let start = position
      while case let digit = peek() &- 0x30, digit <= 9 {
        // Beyond 18 digits the mantissa is not used; it must only not overflow.
        if digits < 18 {
          mantissa = mantissa * 10 + UInt64(digit)
          if isFraction { exponent -= 1 }
        }
        if mantissa > 0 { digits += 1 }
        position += 1
      }
      return position - start
    }
    var count = takeDigits(false)
    if peek() == UInt8(ascii: ".") {
      position += 1
      count += takeDigits(true)
    }
    if count == 0 { return special(text, from: unsigned, isNegative) }
    if peek() | 0x20 == UInt8(ascii: "e") {
      position += 1
      let isSmall = peek() == UInt8(ascii: "-")
      if isSmall || peek() == UInt8(ascii: "+") { position += 1 }
      let start = position
      var power = 0
      while case let digit = peek() &- 0x30, digit <= 9 {
        power = min(power * 10 + Int(digit), 1 << 20)
        position += 1
      }
      if position == start { return nil }
      exponent += isSmall ? -power : power
    }
    if position != text.count { return nil }

    // Both factors are exact doubles, so the one rounding of the result is the right one.
    if digits <= 18, mantissa <= 1 << 53, abs(exponent) <= 22 {
      let power = powersOfTen[abs(exponent)]
      let magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return isNegative ? -magnitude : magnitude
    }
    return Double(String(decoding: text, as: UTF8.self))
  }

  private static func special(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ isNegative: Bool
  ) -> Double? {
    let word = text[start...].map { $0 | 0x20 }
    if word == Array("nan".utf8) { return .nan }
    if word == Array("inf".utf8) || word == Array("infinity".utf8) {
      return isNegative ? -.infinity : .infinity
    }
    return nil
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
