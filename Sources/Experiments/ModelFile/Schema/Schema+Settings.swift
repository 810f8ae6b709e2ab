extension Schema {
  /// What may follow `--set`, for shells that complete it.
  ///
  /// - Parameters:
  ///   - prefix: what has been typed.
  ///   - model: the text of a model, whose populations, projections and phases have names.
  ///   - names: what model files can name.
  /// - Returns: keys. Where one is left, `key=` with its default or with the values there are.
  public static func settings(
    beginningWith prefix: String, model: String?, names: KnownNames = KnownNames()
  ) -> [String] {
    let document = model.flatMap { (try? YAMLDocument.parse($0)) ?? nil }
    let key = prefix.prefix { $0 != "=" }
    var found: [(path: String, key: KeyShape)] = []
    collect(keys, under: "", document, startingWith: key, into: &found)
    if prefix.contains("=") { found.removeAll { $0.path != key } }
    guard found.count == 1, let only = found.first else { return found.map(\.path) }
    var values = only.key.shape.values(names)
    if values.isEmpty, let text = only.key.defaultText, only.key.defaultValue != nil {
      values = [text]
    }
    let offered = ([""] + values).map { "\(only.path)=\($0)" }
    return prefix.contains("=")
      ? offered.filter { $0.hasPrefix(prefix) && $0 != prefix } : offered
  }

  private static func collect(
    _ keys: [KeyShape], under path: String, _ node: YAMLNode?, startingWith prefix: Substring,
    into found: inout [(path: String, key: KeyShape)]
  ) {
    for key in keys {
      let full = path.isEmpty ? key.name : "\(path).\(key.name)"
      // On the way to what was typed, or beyond it.
      guard full.hasPrefix(prefix) || prefix.hasPrefix(full + ".") else { continue }
      // The kinds of data share keys.
      if full.hasPrefix(prefix), key.shape.isValue, !found.contains(where: { $0.path == full }) {
        found.append((full, key))
      }
      let below = node?[key.name]
      guard let named = key.shape.namedItem else {
        collect(key.shape.keys, under: full, below, startingWith: prefix, into: &found)
        continue
      }
      for (name, item) in below?.named ?? [] {
        collect(
          named.keys, under: "\(full).\(name)", item, startingWith: prefix, into: &found)
      }
    }
  }
}

extension Shape {
  /// Whether a value can be written in a word: a scalar, or the short form of a mapping.
  fileprivate var isValue: Bool {
    switch self {
    case .scalar, .choice, .registered: true
    case .list(let item): item.keys.isEmpty
    case .section(_, let shorthand, _): shorthand != nil
    case .named, .variants: false
    case .either(let first, let second):
      first.isLong && second.isValue || !first.isLong && second.isValue
    case .also(let shown, _): shown.isValue
    }
  }

  private var isLong: Bool { !keys.isEmpty }

  /// The words that a value may be, where they are known.
  fileprivate func values(_ names: KnownNames) -> [String] {
    switch self {
    case .choice(let words): words
    case .registered(let property): names[keyPath: property]
    case .scalar("true or false", _): ["true", "false"]
    case .section(let keys, let shorthand, _):
      keys.first { $0.name == shorthand }?.shape.values(names) ?? []
    case .also(let shown, _): shown.values(names)
    case .either(let first, let second): first.values(names) + second.values(names)
    case .scalar, .list, .named, .variants: []
    }
  }

  /// What is in a mapping or list whose items have names.
  fileprivate var namedItem: Shape? {
    switch self {
    case .named(_, _, let item), .list(let item): item
    case .either(let first, let second): first.namedItem ?? second.namedItem
    case .also(let shown, _): shown.namedItem
    case .scalar, .choice, .registered, .section, .variants: nil
    }
  }
}

extension YAMLNode {
  /// The entries of a mapping, or the items of a list, by the names that `--set` gives them.
  fileprivate var named: [(String, YAMLNode)] {
    if let entries { return entries.map { ($0.key, $0.value) } }
    return (items ?? []).enumerated().map { (Override.name(of: $1) ?? String($0), $1) }
  }
}
