/// A YAML value and where it stands: what is left of a document once syntax is out of the way.
struct YAMLNode: Sendable {
  struct Entry: Sendable {
    var key: String
    var keyPlace: SourcePlace
    var value: YAMLNode
  }

  indirect enum Content: Sendable {
    /// Text as written; `quoted` text is never read as a number, a boolean or null.
    case scalar(String, quoted: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  var content: Content
  var place: SourcePlace = .file
}

extension YAMLNode {
  /// The text of a scalar that is not null.
  var text: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  /// The text of a scalar without quotes: what may be a number or a keyword.
  var plain: String? {
    guard case .scalar(let text, quoted: false) = content else { return nil }
    return text
  }

  var isNull: Bool {
    guard let plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(plain)
  }

  var items: [YAMLNode]? {
    guard case .sequence(let items) = content else { return nil }
    return items
  }

  var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  subscript(key: String) -> YAMLNode? {
    entries?.first { $0.key == key }?.value
  }

  /// The value in the words of an error message: "the text `abc`", "a list of 3".
  var summary: String {
    switch content {
    case .scalar(let text, let quoted):
      if isNull { return "nothing (null)" }
      let short = text.count > 40 ? text.prefix(37) + "..." : text[...]
      return quoted ? "the quoted text \"\(short)\"" : "`\(short)`"
    case .sequence(let items): return "a list of \(items.count)"
    case .mapping(let entries):
      return entries.isEmpty
        ? "an empty mapping" : "a mapping with " + entries.prefix(3).map { "`\($0.key)`" }.listed()
    }
  }
}

extension YAMLNode {
  static func plain(_ text: String) -> YAMLNode { .init(content: .scalar(text, quoted: false)) }

  static let null = plain("null")

  static func list(_ items: [YAMLNode]) -> YAMLNode { .init(content: .sequence(items)) }

  static func mapping(_ pairs: [(String, YAMLNode)]) -> YAMLNode {
    .init(content: .mapping(pairs.map { .init(key: $0.0, keyPlace: .file, value: $0.1) }))
  }

  /// Text, in quotes where a YAML reader of version 1.1 or 1.2 could take it for something else.
  static func text(_ text: String) -> YAMLNode {
    .init(content: .scalar(text, quoted: !isSafePlain(text)))
  }

  private static func isSafePlain(_ text: String) -> Bool {
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"]
    guard let first = text.utf8.first, isLetter(first), !reserved.contains(text.lowercased())
    else { return false }
    return text.utf8.allSatisfy {
      isLetter($0) || (48...57).contains($0) || "_-./".utf8.contains($0)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte)
  }
}

extension Sequence<String> {
  /// "a, b and c".
  func listed() -> String {
    let all = Array(self)
    guard all.count > 1, let last = all.last else { return all.first ?? "" }
    return all.dropLast().joined(separator: ", ") + " and " + last
  }
}
