/// The keys of one mapping of a model file, and the value that they fill.
///
/// The defaults are those of the Swift type: they are written once, there.
struct Section<Root: Sendable>: Sendable {
  typealias Finish = @Sendable (inout Root, _ given: Set<String>, YAMLNode, inout Reader) -> Void

  let initial: Root
  let keys: [Key<Root>]
  /// The key that a bare scalar stands for: `rule: least-control` is `rule: {kind: least-control}`.
  let shorthand: String?
  private var finish: Finish?
  private var finishRules: [JSONValue] = []

  init(_ initial: Root, shorthand: String? = nil, @KeyListBuilder<Root> keys: () -> [Key<Root>]) {
    self.initial = initial
    self.shorthand = shorthand
    self.keys = keys()
  }

  /// The section with a last step: `finish` fills in defaults that depend on other keys, and checks
  /// keys against each other. It gets the keys that were written.
  ///
  /// - Parameter rules: what a JSON Schema can say of it.
  func finishing(rules: [JSONValue] = [], _ finish: @escaping Finish) -> Section {
    var section = self
    section.finish = finish
    section.finishRules += rules
    return section
  }

  /// The section with what a JSON Schema can say of its keys; that the reader sees to it, or the checker,
  /// is for others to care for.
  func obeying(_ rules: JSONValue...) -> Section {
    var section = self
    section.finishRules += rules
    return section
  }

  var shape: Shape {
    .section(keyShapes, shorthand: shorthand, rules: rules)
  }

  /// What a JSON Schema can say of keys that depend on each other: where a key does not apply, it may not
  /// stand.
  var rules: [JSONValue] {
    var conditions: [(holds: JSONValue, keys: [String])] = []
    for key in keys {
      guard let holds = key.applicability.schema(initial) else { continue }
      if let index = conditions.firstIndex(where: { $0.holds == holds }) {
        conditions[index].keys.append(key.name)
      } else {
        conditions.append((holds, [key.name]))
      }
    }
    return finishRules
      + conditions.map { holds, keys in
        ["if": holds, "else": ["properties": .object(keys.map { .init($0, false) })]]
      }
  }

  var keyShapes: [KeyShape] {
    keys.map { key in
      let node = key.write(initial) ?? .null
      let text = key.defaultText ?? YAMLWriter.flow(node)
      return KeyShape(
        name: key.name, shape: key.shape, defaultText: key.isRequired ? nil : text,
        defaultValue: key.isRequired ? nil : key.defaultText.map(Self.value) ?? node.json,
        doc: key.doc)
    }
  }

  /// The value that the text of a default is, or nil where it is words.
  private static func value(_ text: String) -> JSONValue? {
    guard !text.contains(" ") || text.hasPrefix("{"), let node = try? YAMLDocument.parse(text)
    else {
      return nil
    }
    return node.json
  }

  var codec: Codec<Root> {
    Codec(shape: shape, read: { read($0, &$1) }, write: { write($0) })
  }

  func write(_ value: Root) -> YAMLNode {
    .mapping(keys.compactMap { key in key.write(value).map { (key.name, $0) } })
  }

  /// The value, or nil where something in it is wrong.
  ///
  /// `ignoring` names keys that the caller has read.
  func read(_ node: YAMLNode, _ reader: inout Reader, ignoring: Set<String> = []) -> Root? {
    var value = initial
    let problems = reader.problems.count
    guard let entries = entries(of: node, &reader) else { return nil }
    let known = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })
    var given: Set<String> = []
    var meant: Set<String> = []
    for entry in entries where !ignoring.contains(entry.key) {
      // Enough to be told; looking for what was meant takes time.
      guard reader.problems.count < 100 else { break }
      reader.markKey(entry)
      guard let key = known[entry.key] else {
        if let name = reportUnknown(entry, ignoring: ignoring, &reader) { meant.insert(name) }
        continue
      }
      given.insert(key.name)
      _ = reader.inside(key.name, entry.value) { node, reader in
        key.read(node, &value, &reader)
      }
    }
    let missing = keys.filter { $0.isRequired && !given.union(meant).contains($0.name) }
    for key in missing {
      reader.report(
        "\(reader.location) needs the key `\(key.name)` (\(key.shape.summary)): \(key.doc)",
        at: node.place == .file ? .position(line: 1, column: 1) : node.place)
    }
    guard reader.problems.count == problems else { return nil }
    for key in keys where given.contains(key.name) {
      guard let reason = key.applicability.objection(value),
        let entry = entries.first(where: { $0.key == key.name })
      else { continue }
      reader.report("`\(key.name)` does not apply here: \(reason)", at: entry.keyPlace)
    }
    guard reader.problems.count == problems else { return nil }
    finish?(&value, given, node, &reader)
    return reader.problems.count == problems ? value : nil
  }

  private func entries(of node: YAMLNode, _ reader: inout Reader) -> [YAMLNode.Entry]? {
    if let entries = node.entries { return entries }
    if let shorthand, node.text != nil {
      return [.init(key: shorthand, keyPlace: node.place, value: node)]
    }
    let names = keys.map { "`\($0.name)`" }.joined(separator: ", ")
    let alternative = shorthand.map { ", or just its `\($0)`" } ?? ""
    reader.report(expected: "a mapping (keys: \(names))\(alternative)", got: node)
    return nil
  }

  /// Reports an unknown key and returns the key that was probably meant.
  private func reportUnknown(
    _ entry: YAMLNode.Entry, ignoring: Set<String>, _ reader: inout Reader
  ) -> String? {
    let names = ignoring.sorted() + keys.map(\.name)
    var message = Suggestion.message(unknown: "key", entry.key, of: names)
    message += " (in \(reader.location))"
    let nearest = Suggestion.nearest(to: entry.key, in: names)
    if nearest == nil {
      let elsewhere = Schema.sections(withKey: entry.key)
      if !elsewhere.isEmpty {
        message += "; `\(entry.key)` belongs to " + elsewhere.prefix(3).map { "`\($0)`" }.listed()
      }
    }
    reader.report(message, at: entry.keyPlace)
    return nearest
  }
}

@resultBuilder
enum KeyListBuilder<Root: Sendable> {
  static func buildExpression(_ key: Key<Root>) -> [Key<Root>] { [key] }
  static func buildExpression(_ keys: [Key<Root>]) -> [Key<Root>] { keys }
  static func buildBlock(_ keys: [Key<Root>]...) -> [Key<Root>] { keys.flatMap(\.self) }
}
