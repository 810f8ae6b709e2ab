/// What a value may look like, for documentation, overrides and (later) a JSON Schema.
package indirect enum Shape: Sendable {
  /// A scalar in words, such as "number > 0".
  case scalar(String)
  case choice([String])
  case list(Shape)
  /// A mapping with the keys of the schema. `shorthand` is the key that a bare scalar stands for.
  case section([KeyShape], shorthand: String?)
  /// A mapping from names of the model's own to values.
  case named(of: String, Shape)
  /// One of several mappings, chosen by the key `kind`.
  case variants([(name: String, keys: [KeyShape])])
  /// Either of two; documentation shows both.
  case either(Shape, Shape)

  /// In one phrase.
  var summary: String {
    switch self {
    case .scalar(let text): text
    case .choice(let names): names.map { "`\($0)`" }.joined(separator: ", ")
    case .list(let item): "list of " + item.summary
    case .section(_, let shorthand): shorthand == nil ? "mapping" : "mapping, or just its `kind`"
    case .named(let owner, let value): "mapping from \(owner) to \(value.summary)"
    case .variants(let variants): "mapping; kinds " + variants.map { "`\($0.name)`" }.listed()
    case .either(let first, let second): first.summary + ", or " + second.summary
    }
  }

  /// The keys below, where there are any: of all variants, and of the items of a list.
  package var keys: [KeyShape] {
    switch self {
    case .scalar, .choice: []
    case .list(let item), .named(_, let item): item.keys
    case .section(let keys, _): keys
    case .variants(let variants): variants.flatMap(\.keys)
    case .either(let first, let second): first.keys + second.keys
    }
  }
}

/// One key of the schema, without the type that it fills.
package struct KeyShape: Sendable {
  package var name: String
  package var shape: Shape
  /// The default as YAML; nil: required.
  package var defaultText: String?
  package var doc: String
}
