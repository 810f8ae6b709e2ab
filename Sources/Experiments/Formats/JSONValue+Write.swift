extension JSONValue {
  /// The document on one line, or with two spaces a level; arrays of plain values stay on a line.
  public func encoded(indented: Bool = true) -> String {
    var text: [UInt8] = []
    write(to: &text, level: indented ? 0 : nil)
    if indented { text.append(UInt8(ascii: "\n")) }
    return String(decoding: text, as: UTF8.self)
  }

  private func write(to text: inout [UInt8], level: Int?) {
    switch self {
    case .null: text += "null".utf8
    case .bool(let value): text += (value ? "true" : "false").utf8
    case .integer(let value): text += value.description.utf8
    // The description is the shortest decimal that reads back as the same double.
    case .number(let value): text += (value.isFinite ? value.description : "null").utf8
    case .string(let value): Self.write(string: value, to: &text)
    case .array(let values):
      let isFlat = values.allSatisfy(\.isPlain)
      Self.write(values, "[", "]", to: &text, level: isFlat ? nil : level, spaced: level != nil) {
        $0.write(to: &$1, level: $2)
      }
    case .object(let members):
      Self.write(members, "{", "}", to: &text, level: level, spaced: level != nil) {
        Self.write(string: $0.key, to: &$1)
        $1 += (level == nil ? ":" : ": ").utf8
        $0.value.write(to: &$1, level: $2)
      }
    }
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func write<Item>(
    _ items: [Item], _ open: String, _ close: String, to text: inout [UInt8], level: Int?,
    spaced: Bool, _ body: (Item, inout [UInt8], Int?) -> Void
  ) {
    text += open.utf8
    for (index, item) in items.enumerated() {
      if index > 0 { text += (spaced && level == nil ? ", " : ",").utf8 }
      if let level { newLine(level + 1, &text) }
      body(item, &text, level.map { $0 + 1 })
    }
    if let level, !items.isEmpty { newLine(level, &text) }
    text += close.utf8
  }

  private static func newLine(_ level: Int, _ text: inout [UInt8]) {
    text.append(UInt8(ascii: "\n"))
    text += repeatElement(UInt8(ascii: " "), count: 2 * level)
  }

  private static func write(string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): text += #"\""#.utf8
      case UInt8(ascii: "\\"): text += #"\\"#.utf8
      case UInt8(ascii: "\n"): text += #"\n"#.utf8
      case UInt8(ascii: "\r"): text += #"\r"#.utf8
      case UInt8(ascii: "\t"): text += #"\t"#.utf8
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        text += (#"\u00"# + (digits.count < 2 ? "0" : "") + digits).utf8
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
