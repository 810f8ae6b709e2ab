/// The table of keys of model files: what their reader, its error messages and the documentation
/// share.
public enum Schema {
  /// The version described.
  public static let version = 1

  /// The keys of a model file.
  package static let keys = ModelDescription.section.keyShapes

  /// Dotted paths of all mappings that have a key called `name`.
  static func sections(withKey name: String) -> [String] {
    sectionsByKey[name] ?? []
  }

  private static let sectionsByKey: [String: [String]] = {
    var result: [String: [String]] = [:]
    func visit(_ keys: [KeyShape], under path: [String]) {
      for key in keys {
        let section = path.isEmpty ? "the top level" : path.joined(separator: ".")
        // The kinds of data share keys.
        if result[key.name]?.last != section { result[key.name, default: []].append(section) }
        visit(key.shape.keys, under: path + [key.name])
      }
    }
    visit(keys, under: [])
    return result
  }()

  /// The key that a bare scalar at `path` stands for (`learning.rule`: `kind`), if any.
  static func shorthand(at path: [String]) -> String? {
    var keys = Self.keys
    var shape: Shape?
    var isNamed = false
    for component in path {
      if isNamed {
        // A name of the model's own, or a list index: the keys stay.
        isNamed = false
        continue
      }
      guard let key = keys.first(where: { $0.name == component }) else { return nil }
      shape = key.shape
      keys = key.shape.keys
      switch key.shape {
      case .named, .list: isNamed = true
      default: break
      }
    }
    return shape?.shorthand
  }
}

extension Shape {
  fileprivate var shorthand: String? {
    switch self {
    case .section(_, let shorthand, _): shorthand
    case .named(_, _, let item), .list(let item): item.shorthand
    case .either(let first, let second): first.shorthand ?? second.shorthand
    case .also(let shown, _): shown.shorthand
    case .scalar, .choice, .registered, .variants: nil
    }
  }
}
