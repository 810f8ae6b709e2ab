import Yams

/// Reads YAML text into nodes; the one place that knows Yams.
enum YAMLDocument {
  /// Largest file read, in bytes: larger arrays belong in `.npy` files.
  static let maximumBytes = 16 << 20
  /// Deepest nesting read: the schema needs less than half.
  static let maximumDepth = 32
  /// More aliases than this are refused before Yams sees them: it hashes mapping keys, and a key
  /// made of aliases of aliases is exponentially large.
  private static let maximumAliases = 12

  /// A syntax error, a duplicate key, or a construction that model files do not use.
  struct Failure: Error {
    var message: String
    var place: SourcePlace
  }

  /// The document in `text`, or nil where it holds nothing but white space and comments.
  static func parse(_ text: String) throws(Failure) -> YAMLNode? {
    guard text.utf8.count <= maximumBytes else {
      throw Failure(
        message: "the file is larger than \(maximumBytes >> 20) MiB; put large arrays into `.npy` "
          + "files and name those",
        place: .file)
    }
    try YAMLLimits.check(text, depth: maximumDepth, aliases: maximumAliases)
    do {
      let parser = try Parser(yaml: text, encoding: .utf8)
      guard let root = try parser.singleRoot() else { return nil }
      // The parser owns the anchors that the nodes point to weakly.
      return try withExtendedLifetime(parser) { try convert(root, depth: 0) }
    } catch let failure as Failure {
      throw failure
    } catch let error as YamlError {
      throw failure(error, in: text)
    } catch {
      throw Failure(message: "not valid YAML: \(error)", place: .file)
    }
  }

  private static func convert(_ node: Node, depth: Int) throws -> YAMLNode {
    let place = place(node.mark)
    guard depth <= maximumDepth else { throw tooDeep(at: place) }
    if node.anchor != nil || node.alias != nil {
      throw Failure(
        message: "anchors and aliases (`&name`, `*name`) are not used in model files; "
          + "write the value out",
        place: place)
    }
    switch node {
    case .scalar(let scalar):
      let quoted = scalar.style != .plain && scalar.style != .any
      if !quoted { try refuseTag(scalar.tag, at: place) }
      return YAMLNode(content: .scalar(scalar.string, quoted: quoted), place: place)
    case .sequence(let sequence):
      try refuseTag(sequence.tag, at: place)
      let items = try sequence.map { try convert($0, depth: depth + 1) }
      return YAMLNode(content: .sequence(items), place: place)
    case .mapping(let mapping):
      try refuseTag(mapping.tag, at: place)
      let entries = try mapping.map { key, value in
        guard case .scalar(let scalar) = key, key.anchor == nil else {
          throw Failure(message: "a key must be plain text", place: self.place(key.mark))
        }
        return YAMLNode.Entry(
          key: scalar.string, keyPlace: self.place(key.mark),
          value: try convert(value, depth: depth + 1))
      }
      return YAMLNode(content: .mapping(entries), place: place)
    case .alias:
      throw Failure(message: "aliases are not used in model files", place: place)
    }
  }

  static func tooDeep(at place: SourcePlace) -> Failure {
    Failure(message: "nested more than \(maximumDepth) levels deep", place: place)
  }

  private static func refuseTag(_ tag: Tag, at place: SourcePlace) throws {
    guard !tag.description.isEmpty else { return }
    throw Failure(
      message: "tags (`\(tag.description)`) are not used in model files; leave it out", place: place
    )
  }

  private static func place(_ mark: Mark?) -> SourcePlace {
    mark.map { .position(line: $0.line, column: $0.column) } ?? .file
  }

  private static func isIndentedByTab(_ text: String, line: Int) -> Bool {
    let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
    guard line >= 1, line <= lines.count else { return false }
    return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
  }

  private static func failure(_ error: YamlError, in text: String) -> Failure {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let inside = context.map { " (\($0.text), begun at line \($0.mark.line))" } ?? ""
      // What is never closed shows at the end of the file, far from where it began.
      let mark = problem.contains("end of stream") ? context?.mark ?? mark : mark
      return Failure(
        message: isIndentedByTab(text, line: mark.line)
          ? "not valid YAML: the line is indented with a tab; use spaces"
          : "not valid YAML: \(problem)\(inside); check indentation, quotes and brackets "
            + "around here",
        place: place(mark))
    case .reader(let problem, let offset, _, let yaml):
      return Failure(
        message: "not valid YAML: \(problem)",
        place: offset.map { position(of: yaml.prefix($0)) } ?? .file)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return Failure(
        message: "the key " + duplicates.map { "`\($0)`" }.listed() + " appears more than once "
          + "in this mapping (first here); keep one",
        place: place(context.mark))
    default:
      return Failure(message: "not valid YAML: \(error)", place: .file)
    }
  }

  /// The position just after `text`.
  static func position(of text: Substring) -> SourcePlace {
    var line = 1
    var column = 1
    for scalar in text.unicodeScalars {
      if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
    }
    return .position(line: line, column: column)
  }
}
