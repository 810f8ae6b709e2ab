/// Numbers in YAML text, read and written so that readers of YAML 1.1 and 1.2 agree.
package enum YAMLNumber {
  /// The number that `text` spells, or nil. `1e-3` counts (YAML 1.1 takes it for a string), as do
  /// `inf` and `.inf`; hexadecimal, underscores and base 60 do not.
  package static func parse(_ text: String) -> Double? {
    var digits = text[...]
    let negative = digits.first == "-"
    if negative || digits.first == "+" { digits.removeFirst() }
    switch digits {
    case "inf", ".inf", ".Inf", ".INF": return negative ? -.infinity : .infinity
    case "nan", ".nan", ".NaN", ".NAN", "NaN": return .nan
    default: break
    }
    // `Double` reads more than YAML does ("0x1p3", "infinity"), so the alphabet is checked first.
    guard digits.utf8.contains(where: isDigit),
      digits.utf8.first.map({ isDigit($0) || $0 == UInt8(ascii: ".") }) == true,
      digits.utf8.allSatisfy({ isDigit($0) || ".eE+-".utf8.contains($0) })
    else { return nil }
    return Double(completed(String(negative ? "-\(digits)" : "\(digits)")))
  }

  /// The integer that `text` spells, or nil; `1e3` and `10.0` are not integers here.
  package static func parseInteger(_ text: String) -> Int? {
    let digits = text.hasPrefix("+") || text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
    return Int(text)
  }

  /// The shortest text that reads back as `value`: positional within reason, else `1.0e-14`, which
  /// YAML 1.1 takes for a number too (it needs the point and the sign).
  package static func format(_ value: Double) -> String {
    guard value.isFinite else {
      return value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
    }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0" }
    let sign = value < 0 ? "-" : ""
    let (digits, exponent) = decimal(value.magnitude)
    let count = digits.count
    if exponent < -6 || exponent >= 16 {
      let fraction = count > 1 ? String(digits.dropFirst()) : "0"
      return "\(sign)\(digits.prefix(1)).\(fraction)e\(exponent < 0 ? "-" : "+")\(abs(exponent))"
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    if count <= exponent + 1 {
      return sign + digits + String(repeating: "0", count: exponent + 1 - count)
    }
    return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
  }

  /// The shortest significant digits of a positive number and the power of ten of the first.
  private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
    let parts = value.description.lowercased().split(separator: "e")
    let mantissa = parts.first ?? "0"
    let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let whole = halves.first ?? ""
    let all = whole + (halves.count > 1 ? halves[1] : "")
    let leading = all.prefix { $0 == "0" }.count
    var digits = all.dropFirst(leading)
    while digits.last == "0" { digits.removeLast() }
    return (String(digits), whole.count - 1 - leading + shift)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  /// `.5` and `5.` with the zero that YAML lets one leave out.
  private static func completed(_ text: String) -> String {
    var text = text
    if text.hasPrefix(".") { text = "0" + text }
    if text.hasPrefix("-.") { text = "-0" + text.dropFirst() }
    if text.hasSuffix(".") { text += "0" }
    return text
  }
}
