/// A strict reader of JSON (RFC 8259) that knows where it stopped.
struct JSONParser {
  /// What was wrong, and the index of the byte.
  struct Failure: Error {
    var offset: Int
    var problem: String
  }

  /// Deeper nesting than any file of ours has; without a limit, brackets would exhaust the stack.
  private static let greatestDepth = 64

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  static func parse(_ bytes: ArraySlice<UInt8>) throws(Failure) -> JSONValue {
    var parser = JSONParser(bytes: bytes, position: bytes.startIndex)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    if parser.position < bytes.endIndex { throw parser.failure("text after the end") }
    return value
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONValue {
    skipSpace()
    guard position < bytes.endIndex else { throw failure("it ends too early") }
    if depth > Self.greatestDepth { throw failure("nesting deeper than \(Self.greatestDepth)") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default:
      for (word, value) in [("null", JSONValue.null), ("true", true), ("false", false)]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      throw failure("no value")
    }
  }

  private mutating func object(depth: Int) throws(Failure) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      let start = position
      guard position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") else {
        throw failure("no key in quotes")
      }
      let key = try string()
      if !keys.insert(key).inserted {
        throw Failure(offset: start, problem: "the key \"\(key)\" appears twice")
      }
      if !take(":") { throw failure("no ':'") }
      members.append(JSONValue.Member(key, try value(depth: depth + 1)))
    } while take(",")
    if !take("}") { throw failure("no ',' or '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(Failure) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    if take("]") { return .array(values) }
    repeat { values.append(try value(depth: depth + 1)) } while take(",")
    if !take("]") { throw failure("no ',' or ']'") }
    return .array(values)
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let first = position
    if skipDigits() == 0 { throw failure("no digit") }
    if bytes[first] == UInt8(ascii: "0"), position - first > 1 {
      throw Failure(offset: first, problem: "a number with a leading zero")
    }
    var isInteger = true
    if position < bytes.endIndex, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      if skipDigits() == 0 { throw failure("no digit after the point") }
    }
    if position < bytes.endIndex, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.endIndex, [0x2B, 0x2D].contains(bytes[position]) { position += 1 }
      if skipDigits() == 0 { throw failure("no digit in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, text != "-0", let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw Failure(offset: start, problem: "a number beyond the range of doubles")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.endIndex, bytes[position] &- 0x30 <= 9 { position += 1 }
    return position - start
  }

  private mutating func string() throws(Failure) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while position < bytes.endIndex {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw Failure(offset: start, problem: "a string that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        text += try escape()
      case 0..<0x20: throw failure("a control character in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw Failure(offset: start, problem: "a string without an end")
  }

  private mutating func escape() throws(Failure) -> [UInt8] {
    let start = position
    position += 2
    guard position <= bytes.endIndex else { throw failure("it ends too early", at: start) }
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return [0x22]
    case UInt8(ascii: "\\"): return [0x5C]
    case UInt8(ascii: "/"): return [0x2F]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var code = try hexadecimal(start)
      if 0xD800..<0xDC00 ~= code, bytes[position...].starts(with: #"\u"#.utf8) {
        position += 2
        let low = try hexadecimal(start)
        guard 0xDC00..<0xE000 ~= low else { throw failure("half a surrogate pair", at: start) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw failure("half a surrogate pair", at: start)
      }
      return Array(String(Character(scalar)).utf8)
    default: throw failure("an unknown escape", at: start)
    }
  }

  private mutating func hexadecimal(_ start: Int) throws(Failure) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4,
      digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("\\u without four digits", at: start) }
    position += 4
    return code
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else {
      return false
    }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.endIndex, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  private func failure(_ problem: String, at offset: Int? = nil) -> Failure {
    Failure(offset: min(offset ?? position, bytes.endIndex), problem: problem)
  }
}
