/// Writes nodes as YAML: mappings in blocks until a whole one fits on its line, lists in brackets.
struct YAMLWriter {
  private let width = 100
  private var lines: [String] = []

  /// The document for `root`, ending in a newline.
  static func write(_ root: YAMLNode) -> String {
    var writer = YAMLWriter()
    writer.block(root, indent: 0)
    return writer.lines.joined(separator: "\n") + "\n"
  }

  /// `node` on one line.
  static func flow(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let text, let quoted): quoted ? quote(text) : text
    case .sequence(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { key($0.key) + ": " + flow($0.value) }.joined(separator: ", ") + "}"
    }
  }

  private mutating func block(_ node: YAMLNode, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    switch node.content {
    case .mapping(let entries) where !entries.isEmpty:
      for entry in entries {
        let head = margin + Self.key(entry.key) + ":"
        // The outermost sections stay in blocks, one key a line.
        value(entry.value, head: head, indent: indent + 2, mayFlow: indent > 0)
      }
    case .sequence(let items) where !items.isEmpty:
      for item in items {
        let first = lines.count
        value(item, head: margin + "-", indent: indent + 2, mayFlow: true)
        // The first key of a mapping goes beside the dash.
        if lines[first] == margin + "-", lines.count > first + 1 {
          lines[first + 1] = margin + "- " + lines[first + 1].dropFirst(indent + 2)
          lines.remove(at: first)
        }
      }
    default:
      lines.append(margin + Self.flow(node))
    }
  }

  private mutating func value(_ node: YAMLNode, head: String, indent: Int, mayFlow: Bool) {
    let nested: Bool
    switch node.content {
    case .scalar: nested = false
    case .sequence(let items): nested = !items.isEmpty
    case .mapping(let entries): nested = !entries.isEmpty
    }
    let line = head + " " + Self.flow(node)
    let isMapping = node.entries != nil
    if !nested || (line.count <= width && (mayFlow || !isMapping)) {
      lines.append(line)
    } else if let items = node.items, items.allSatisfy({ $0.entries == nil && $0.items == nil }) {
      wrap(items, head: head, indent: indent)
    } else {
      lines.append(head)
      block(node, indent: indent)
    }
  }

  /// A long list of scalars, filled into lines.
  private mutating func wrap(_ items: [YAMLNode], head: String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    var line = head + " ["
    for (index, item) in items.enumerated() {
      let text = Self.flow(item) + (index == items.count - 1 ? "]" : ",")
      if line.count + text.count + 1 > width {
        lines.append(line)
        line = margin + text
      } else {
        line += line.hasSuffix("[") ? text : " " + text
      }
    }
    lines.append(line)
  }

  private static func key(_ text: String) -> String { flow(.text(text)) }

  /// `text` in double quotes, on one line.
  static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case " "..."~": result.unicodeScalars.append(scalar)
      case "\u{A0}"..."\u{2027}", "\u{202A}"..."\u{D7FF}", "\u{E000}"..."\u{FEFE}":
        result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let width = digits.count <= 4 ? 4 : 8
        result += (width == 4 ? "\\u" : "\\U")
        result += String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return result + "\""
  }
}
