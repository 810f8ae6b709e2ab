extension YAMLNode {
  /// The document as editors and other readers of YAML 1.2 see it, which a JSON Schema is about.
  var json: JSONValue {
    switch content {
    case .scalar(let text, quoted: true): .string(text)
    case .scalar(let text, quoted: false): Self.resolved(text)
    case .sequence(let items): .array(items.map(\.json))
    case .mapping(let entries): .object(entries.map { .init($0.key, $0.value.json) })
    }
  }

  /// A plain scalar by YAML's core schema. Infinities stay text, since JSON has none.
  private static func resolved(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    case ".inf", ".Inf", ".INF", "+.inf": return "inf"
    default: break
    }
    if text.hasPrefix("0x"), let value = Int(text.dropFirst(2), radix: 16) {
      return .integer(value)
    }
    if text.hasPrefix("0o"), let value = Int(text.dropFirst(2), radix: 8) { return .integer(value) }
    if let value = YAMLNumber.parseInteger(text) { return .integer(value) }
    guard let value = YAMLNumber.parse(text), value.isFinite else { return .string(text) }
    return .number(value)
  }
}

extension ModelFile {
  /// A document as editors see it, checked for nothing; nil where it is none. For what is said of schemas.
  package static func json(of text: String) -> JSONValue? {
    (try? YAMLDocument.parse(text))??.json
  }
}
