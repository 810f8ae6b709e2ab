/// A look at the raw text before a YAML parser recurses into it.
///
/// It only has to catch what would exhaust the stack or the clock; what it lets through is judged
/// exactly afterwards. So it errs on the side of letting through: it knows comments, not quotes.
enum YAMLLimits {
  static func check(
    _ text: String, depth: Int, aliases maximumAliases: Int
  ) throws(YAMLDocument.Failure) {
    let newline = UInt8(ascii: "\n")
    let space = UInt8(ascii: " ")
    let hasAnchors = text.utf8.contains(UInt8(ascii: "&"))
    var line = 1
    var column = 0
    var brackets = 0
    var nestedItems = 0  // of `- - - x` on one line
    var aliases = 0
    var inComment = false
    var dashOpens = false
    var previous = newline
    for byte in text.utf8 {
      defer { previous = byte }
      column += 1
      if byte == newline {
        (line, column, nestedItems, inComment, dashOpens) = (line + 1, 0, 0, false, false)
        continue
      }
      if inComment { continue }
      if byte == space && dashOpens { nestedItems += 1 }
      let opensToken = [space, newline].contains(previous) || "\t[{,:".utf8.contains(previous)
      dashOpens = opensToken && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?"))
      switch byte {
      case UInt8(ascii: "#") where opensToken: inComment = true
      case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
      case UInt8(ascii: "*") where opensToken: aliases += 1
      default: break
      }
      if brackets > 2 * depth || nestedItems > 2 * depth {
        throw YAMLDocument.tooDeep(at: .position(line: line, column: column))
      }
      if hasAnchors && aliases > maximumAliases {
        throw YAMLDocument.Failure(
          message: "anchors and aliases (`&name`, `*name`) are not used in model files; "
            + "write the values out",
          place: .position(line: line, column: column))
      }
    }
  }
}
