/// Finds what somebody may have meant.
package enum Suggestion {
  /// "unknown key `lerning`; did you mean `learning`? Known: …".
  static func message(unknown what: String, _ name: String, of known: [String]) -> String {
    var text = "unknown \(what) `\(name)`"
    if let nearest = nearest(to: name, in: known) { text += "; did you mean `\(nearest)`?" }
    guard !known.isEmpty else { return text + "; there are none here" }
    let shown = known.prefix(24).joined(separator: ", ") + (known.count > 24 ? ", ..." : "")
    return text + (text.hasSuffix("?") ? " Known: " : "; known: ") + shown
  }

  /// The candidate nearest to `name`, where one is near enough to be meant.
  package static func nearest(to name: String, in candidates: [String]) -> String? {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let other = folded(candidate)
      var distance = distance(wanted, other)
      // "temp" for "temperature", "rms" for "rms-norm".
      if min(wanted.count, other.count) >= 3,
        other.starts(with: wanted) || wanted.starts(with: other)
      {
        distance = min(distance, 1)
      }
      let limit = max(1, max(wanted.count, other.count) / 3)
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.name
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
  }

  /// Edits between two words: insert, delete, replace, or swap neighbours.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
