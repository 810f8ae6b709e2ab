/// One key of a mapping: its name, how it is read and written, and one line on what it means.
struct Key<Root: Sendable>: Sendable {
  let name: String
  let doc: String
  let shape: Shape
  let isRequired: Bool
  /// The default in the documentation, where it is not simply the value of the Swift type.
  let defaultText: String?
  /// Reads the value into the root; nil after reporting why not.
  let read: @Sendable (YAMLNode, inout Root, inout Reader) -> Void?
  /// The value as YAML; nil where the key does not apply.
  let write: @Sendable (Root) -> YAMLNode?
  /// When the key means something, given the other keys.
  let applicability: Applicability<Root>

  /// A key that fills a property.
  init<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ codec: Codec<Value>,
    _ doc: String, required: Bool = false, default defaultText: String? = nil,
    applies applicability: Applicability<Root> = .always
  ) {
    self.name = name
    self.doc = doc
    self.shape = codec.shape
    self.isRequired = required
    self.defaultText = defaultText
    self.applicability = applicability
    self.read = { node, root, reader in
      codec.read(node, &reader).map { root[keyPath: property] = $0 }
    }
    self.write = { root in
      applicability.objection(root) == nil ? codec.write(root[keyPath: property]) : nil
    }
  }

  /// A key that fills part of a property: `get` answers nil where the key is not to be written.
  init<Value>(
    _ name: String, _ codec: Codec<Value>, _ doc: String, required: Bool = false,
    default defaultText: String? = nil,
    get: @escaping @Sendable (Root) -> Value?, set: @escaping @Sendable (inout Root, Value) -> Void
  ) {
    self.name = name
    self.doc = doc
    self.shape = codec.shape
    self.isRequired = required
    self.defaultText = defaultText
    self.applicability = .always
    self.read = { node, root, reader in codec.read(node, &reader).map { set(&root, $0) } }
    self.write = { root in get(root).map(codec.write) }
  }
}
