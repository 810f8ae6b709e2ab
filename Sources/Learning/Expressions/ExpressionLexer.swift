/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
  enum Token: Equatable {
    case number(Double)
    case name(String)
    /// `+ - * / ^ ( ) ,`
    case symbol(Character)
    case end

    /// In the words of a message.
    var summary: String {
      switch self {
      case .number(let value): "the number \(value)"
      case .name(let name): "`\(name)`"
      case .symbol(let symbol): "`\(symbol)`"
      case .end: "the end of the expression"
      }
    }
  }

  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// What people paste, and what it is written as here.
  private static let lookalikes: [Unicode.Scalar: String] = [
    "\u{d7}": "*", "\u{b7}": "*", "\u{22c5}": "*", "\u{2212}": "-", "\u{2013}": "-", "\u{f7}": "/",
  ]

  /// The next token and the Unicode scalars before it.
  mutating func next() throws(ExpressionError) -> (token: Token, offset: Int) {
    while position < scalars.count, " \t\n\r".unicodeScalars.contains(scalars[position]) {
      position += 1
    }
    let start = position
    guard start < scalars.count else { return (.end, start) }
    let first = scalars[start]
    if Self.isLetter(first) {
      while position < scalars.count,
        Self.isLetter(scalars[position]) || Self.isDigit(scalars[position])
      { position += 1 }
      return (.name(text(from: start)), start)
    }
    if Self.isDigit(first) || first == "." { return (.number(try number()), start) }
    position += 1
    if first == "*", position < scalars.count, scalars[position] == "*" {
      position += 1
      return (.symbol("^"), start)
    }
    if "+-*/^(),".unicodeScalars.contains(first) { return (.symbol(Character(first)), start) }
    let character = first.properties.isWhitespace || first.value < 32 ? "?" : String(first)
    if let meant = Self.lookalikes[first] {
      throw ExpressionError("`\(character)` is written `\(meant)` here", at: start)
    }
    let code = String(first.value, radix: 16, uppercase: true)
    throw ExpressionError(
      "the character `\(character)` (U+\(code)) has no meaning in a rule; there are numbers, names, "
        + "+ - * / ^ ** and parentheses", at: start)
  }

  private mutating func number() throws(ExpressionError) -> Double {
    let start = position
    func digits(_ position: inout Int) {
      while position < scalars.count, Self.isDigit(scalars[position]) { position += 1 }
    }
    digits(&position)
    if position < scalars.count, scalars[position] == "." {
      position += 1
      digits(&position)
    }
    if position < scalars.count, scalars[position] == "e" || scalars[position] == "E" {
      var end = position + 1
      if end < scalars.count, scalars[end] == "+" || scalars[end] == "-" { end += 1 }
      let exponent = end
      digits(&end)
      if end > exponent { position = end }
    }
    let text = text(from: start)
    guard text != ".", let value = Double(text.hasPrefix(".") ? "0" + text : text) else {
      throw ExpressionError("`\(text)` is not a number", at: start)
    }
    guard value.isFinite else {
      throw ExpressionError("the number `\(text)` is too large", at: start)
    }
    return value
  }

  private func text(from start: Int) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[start..<position])
    return String(text)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
