/// Runs that differ in nothing but their seed.
struct RunGroup {
  var runs: [RunSource]
  /// What sets the group apart from the others.
  var label: String
  /// The values of the keys in which groups differ.
  var settings: [String: String]

  /// Keys that do not make another model of it: seeds, and what is only watched.
  private static func isIncidental(_ key: String) -> Bool {
    ["seed", "description", "learning.metrics", "learning.evaluate.confusion"].contains(key)
      || ["seeds.", "learning.audit.", "learning.checkpoint.", "record."].contains {
        key.hasPrefix($0)
      }
  }

  /// The runs in groups, in the order in which they come. A run without a model is a group of its own.
  static func make(_ runs: [RunSource]) -> [RunGroup] {
    var groups: [(keys: [String: String], runs: [RunSource])] = []
    for run in runs {
      let keys = run.keys.filter { !isIncidental($0.key) }
      if !keys.isEmpty, let index = groups.firstIndex(where: { $0.keys == keys }) {
        groups[index].runs.append(run)
      } else {
        groups.append((keys, [run]))
      }
    }
    let all = Set(groups.flatMap(\.keys.keys))
    let differing = all.filter { key in Set(groups.map { $0.keys[key] }).count > 1 }.sorted()
    var result = groups.map { group in
      RunGroup(
        runs: group.runs,
        label: label(group.keys, differing, path: group.runs[0].label),
        settings: Dictionary(
          uniqueKeysWithValues: differing.map { ($0, group.keys[$0] ?? "none") }))
    }
    // Labels must tell groups apart, whatever else they do.
    let labels = result.map(\.label)
    for index in result.indices where labels.count(where: { $0 == labels[index] }) > 1 {
      result[index].label = "\(result[index].runs[0].path): \(labels[index])"
    }
    return result
  }

  private static func label(
    _ keys: [String: String], _ differing: [String], path: String
  ) -> String {
    guard !keys.isEmpty else { return path }
    if differing.isEmpty || differing.contains("name") { return keys["name"] ?? path }
    let shown = differing.prefix(3).map { key in
      let parts = key.split(separator: ".")
      return parts.suffix(2).joined(separator: ".") + " = " + (keys[key] ?? "none")
    }
    return shown.joined(separator: ", ") + (differing.count > 3 ? ", …" : "")
  }
}
