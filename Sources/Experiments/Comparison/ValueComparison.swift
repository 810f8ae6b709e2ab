/// Two trees of values, leaf by leaf: JSON documents, and model files.
public enum ValueComparison {
  /// Members of summary.json that name places or measure time, or that belong to the program.
  public static let circumstances: Set<String> = [
    "run", "parameters", "sweep", "seconds", "settle_seconds", "session_seconds", "versions",
    "next", "tried", "trains_to",
  ]

  /// The leaves in which two documents differ, in the order of the first.
  public static func differences(
    _ file: String, _ first: JSONValue, _ second: JSONValue,
    ignoring ignored: Set<String> = circumstances
  ) -> [Difference] {
    compare(file, leaves(first, ignored), leaves(second, ignored))
  }

  /// The keys in which two model files differ. What both leave at its default is not listed.
  ///
  /// - Throws: ``InputError`` where one cannot be read.
  public static func models(
    _ file: String, _ first: String, _ second: String
  ) throws(InputError) -> [Difference] {
    func keys(_ path: String) throws(InputError) -> [(String, String)] {
      let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
      do {
        return try YAMLDocument.parse(text).map { leaves($0, at: "") } ?? []
      } catch {
        throw InputError(path, .whole, "is no model file: \(error.message)")
      }
    }
    return compare(file, try keys(first), try keys(second))
  }

  private static func compare(
    _ file: String, _ first: [(String, String)], _ second: [(String, String)]
  ) -> [Difference] {
    let other = Dictionary(second, uniquingKeysWith: { a, _ in a })
    var seen: Set<String> = []
    var differences: [Difference] = []
    for (key, value) in first where seen.insert(key).inserted {
      guard let found = other[key] else {
        differences.append(Difference(file, key, value, "not there"))
        continue
      }
      if found != value { differences.append(Difference(file, key, value, found)) }
    }
    for (key, value) in second where seen.insert(key).inserted {
      differences.append(Difference(file, key, "not there", value))
    }
    return differences
  }

  private static func leaves(
    _ value: JSONValue, _ ignored: Set<String>, at path: String = ""
  ) -> [(String, String)] {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    switch value {
    case .object(let members):
      return members.filter { !ignored.contains($0.key) }.flatMap {
        leaves($0.value, ignored, at: below($0.key))
      }
    case .array(let items):
      return items.enumerated().flatMap { leaves($1, ignored, at: below(String($0))) }
    default: return [(path, value.encoded(indented: false))]
    }
  }

  /// Projections and phases go by their names, so that one more does not shift all others.
  private static func leaves(_ node: YAMLNode, at path: String) -> [(String, String)] {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    if let entries = node.entries, !entries.isEmpty {
      return entries.flatMap { leaves($0.value, at: below($0.key)) }
    }
    if let items = node.items, items.contains(where: { $0.entries != nil }) {
      let names = items.map(name)
      return items.enumerated().flatMap { index, item in
        let own = names[index]
        let isUnique = own.map { own in names.count { $0 == own } == 1 } ?? false
        return leaves(item, at: below(isUnique ? own ?? "" : String(index)))
      }
    }
    return [(path, YAMLWriter.flow(node))]
  }

  private static func name(_ item: YAMLNode) -> String? {
    if let name = item["name"]?.text { return name }
    if let from = item["from"]?.text, let to = item["to"]?.text { return "\(from)-\(to)" }
    return item["phase"]?.text
  }
}
