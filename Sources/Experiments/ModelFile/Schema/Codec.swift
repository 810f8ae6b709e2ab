/// Reads a value of one type from YAML, with errors that say what was expected, and writes it back.
struct Codec<Value>: Sendable {
  var shape: Shape
  /// The value, or nil after reporting why not.
  var read: @Sendable (YAMLNode, inout Reader) -> Value?
  var write: @Sendable (Value) -> YAMLNode
}

extension Codec {
  /// The same YAML for another type.
  func map<Other>(
    _ wrap: @escaping @Sendable (Value) -> Other, _ unwrap: @escaping @Sendable (Other) -> Value
  ) -> Codec<Other> {
    let read = self.read
    let write = self.write
    return Codec<Other>(
      shape: shape, read: { node, reader in read(node, &reader).map(wrap) },
      write: { write(unwrap($0)) })
  }

  /// Nil is written `word`; null in the file means the same where the word is `none` or `null`.
  func optional(_ word: String) -> Codec<Value?> {
    let read = self.read
    let write = self.write
    return Codec<Value?>(
      shape: .either(.scalar("`\(word)`", JSONSchema.word(word)), shape),
      read: { node, reader in
        if node.plain == word { return .some(nil) }
        if node.isNull && (word == "none" || word == "null") { return .some(nil) }
        if node.plain == "none" && word == "null" { return .some(nil) }
        return read(node, &reader).map(Optional.some)
      },
      write: { value in value.map(write) ?? .plain(word) })
  }

  /// A list of such values.
  func list() -> Codec<[Value]> {
    let read = self.read
    let write = self.write
    let shape = self.shape
    return Codec<[Value]>(
      shape: .list(shape),
      read: { node, reader in
        guard let items = node.items else {
          reader.report(expected: "a list of \(shape.summary)", got: node)
          return nil
        }
        var values: [Value] = []
        for (index, item) in items.enumerated() {
          guard let value = reader.inside(String(index), item, read) else { continue }
          values.append(value)
        }
        return values.count == items.count ? values : nil
      },
      write: { .list($0.map(write)) })
  }

  /// A mapping from names of the model's own to such values, in the order of the file.
  ///
  /// - Parameter pattern: a regular expression that the names match, for editors; it refuses nothing here.
  func named(
    by owner: String, pattern: String? = nil
  ) -> Codec<[(name: String, value: Value)]> {
    let read = self.read
    let write = self.write
    let shape = self.shape
    return Codec<[(name: String, value: Value)]>(
      shape: .named(of: owner, pattern: pattern, shape),
      read: { node, reader in
        guard let entries = node.entries else {
          reader.report(expected: "a mapping from \(owner) to \(shape.summary)", got: node)
          return nil
        }
        var values: [(name: String, value: Value)] = []
        for entry in entries {
          reader.markKey(entry)
          guard let value = reader.inside(entry.key, entry.value, read) else { continue }
          values.append((entry.key, value))
        }
        return values.count == entries.count ? values : nil
      },
      write: { .mapping($0.map { ($0.name, write($0.value)) }) })
  }
}
