/// What a value may look like, for documentation, overrides and the JSON Schema.
package indirect enum Shape: Sendable {
  /// A scalar in words, such as "number > 0", and as a JSON Schema.
  case scalar(String, JSONValue)
  case choice([String])
  /// A name out of a registry, to which a program may have added its own.
  case registered(any KeyPath<KnownNames, [String]> & Sendable)
  case list(Shape)
  /// A mapping with the keys of the schema. `shorthand` is the key that a bare scalar stands for, `rules`
  /// are what a JSON Schema can say of keys that depend on each other.
  case section([KeyShape], shorthand: String?, rules: [JSONValue])
  /// A mapping from names of the model's own, which match `pattern`, to values.
  case named(of: String, pattern: String?, Shape)
  /// One of several mappings, chosen by the key `kind`.
  case variants([(name: String, keys: [KeyShape], rules: [JSONValue])])
  /// Either of two; documentation shows both.
  case either(Shape, Shape)
  /// Either of two; documentation shows the first, of which the second is a short form.
  case also(Shape, Shape)

  /// In one phrase.
  var summary: String {
    switch self {
    case .scalar(let text, _): text
    case .choice(let names): Self.quoted(names)
    case .registered(let names): Self.quoted(KnownNames()[keyPath: names])
    case .list(let item): "list of " + item.summary
    case .section(_, let shorthand, _): shorthand == nil ? "mapping" : "mapping, or just its `kind`"
    case .named(let owner, _, let value): "mapping from \(owner) to \(value.summary)"
    case .variants(let variants): "mapping; kinds " + variants.map { "`\($0.name)`" }.listed()
    case .either(let first, let second): first.summary + ", or " + second.summary
    case .also(let shown, _): shown.summary
    }
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "`\($0)`" }.joined(separator: ", ")
  }

  /// The keys below, where there are any: of all variants, and of the items of a list.
  package var keys: [KeyShape] {
    switch self {
    case .scalar, .choice, .registered: []
    case .list(let item), .named(_, _, let item): item.keys
    case .section(let keys, _, _): keys
    case .variants(let variants): variants.flatMap(\.keys)
    case .either(let first, let second): first.keys + second.keys
    case .also(let shown, _): shown.keys
    }
  }
}

/// One key of the schema, without the type that it fills.
package struct KeyShape: Sendable {
  package var name: String
  package var shape: Shape
  /// The default as YAML, or in words; nil: required.
  package var defaultText: String?
  /// The default, where it is a value rather than words.
  package var defaultValue: JSONValue?
  package var doc: String
}
