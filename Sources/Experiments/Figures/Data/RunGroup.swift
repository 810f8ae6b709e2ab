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
    func differing(_ groups: [[String: String]]) -> [String] {
      Set(groups.flatMap(\.keys)).filter { key in Set(groups.map { $0[key] }).count > 1 }.sorted()
    }
    let all = differing(groups.map(\.keys))
    let named = groups.map { naming($0.keys) }
    let shown = telling(named, differing(named))
    var result = zip(groups, named).map { group, keys in
      RunGroup(
        runs: group.runs,
        label: label(keys, shown, path: group.runs[0].label),
        settings: Dictionary(
          uniqueKeysWithValues: all.map { ($0, group.keys[$0] ?? "none") }))
    }
    if all.count == 1, let key = all.first {
      let values = result.map { $0.settings[key].flatMap(Double.init) }
      if !values.contains(nil) {
        result = zip(values.compactMap { $0 }, result).sorted { $0.0 < $1.0 }.map(\.1)
      }
    }
    // Labels must tell groups apart, whatever else they do.
    let labels = result.map(\.label)
    for index in result.indices where labels.count(where: { $0 == labels[index] }) > 1 {
      result[index].label = "\(result[index].runs[0].path): \(labels[index])"
    }
    return result
  }

  /// Keys whose value says more than others that differ with it, such as the options of another rule.
  private static let telling = ["name", rule]
  private static let rule = "learning.rule.kind"

  /// A rule of the model's own is known by its expression, any other by its name.
  private static func naming(_ keys: [String: String]) -> [String: String] {
    var keys = keys
    if let local = keys.removeValue(forKey: "learning.rule.local"), local != "null" {
      keys[rule] = local
    }
    return keys
  }

  /// The fewest of the keys that differ which tell the groups apart, as far as three can.
  private static func telling(
    _ groups: [[String: String]], _ differing: [String]
  ) -> [String] {
    let others = differing.filter { !telling.contains($0) }
    func isList(_ key: String) -> Bool { groups.contains { $0[key]?.hasPrefix("[") ?? false } }
    var rest =
      telling.filter(differing.contains) + others.filter { !isList($0) } + others.filter(isList)
    var chosen: [String] = []
    func count(_ keys: [String]) -> Int {
      Set(groups.map { group in keys.map { group[$0] ?? "" } }).count
    }
    while chosen.count < 3, !rest.isEmpty, count(chosen) < groups.count {
      let counts = rest.map { count(chosen + [$0]) }
      // The first of the best: keys that tell more stand before others.
      guard let most = counts.max(), most > count(chosen), let best = counts.firstIndex(of: most)
      else { break }
      chosen.append(rest.remove(at: best))
    }
    return chosen
  }

  private static func label(_ keys: [String: String], _ shown: [String], path: String) -> String {
    guard !keys.isEmpty else { return path }
    let parts = shown.map { key in
      let value = keys[key] ?? "none"
      if telling.contains(key) { return value }
      return key.split(separator: ".").suffix(2).joined(separator: ".") + " = " + value
    }
    return parts.joined(separator: ", ")
  }
}
