internal import Foundation

extension SweepComparison {
  static let columns = [
    "key", "value", "baseline", "setting", "metric", "pairs", "unpaired", "baseline_mean",
    "value_mean", "mean_difference", "sd_difference", "confidence", "t_low", "t_high", "t_p",
    "sign_flip_low", "sign_flip_high", "sign_flip_p", "bootstrap_low", "bootstrap_high",
  ]

  /// The numbers of a row, from `pairs` on; nil where there are none.
  private var numbers: [Double] {
    let none = PairedDifference.Interval.unknown
    let student = difference?.student ?? none
    let flip = difference?.signFlip ?? none
    let bootstrap = difference?.bootstrap ?? none
    return [
      baselineMean, valueMean, difference?.mean ?? .nan, difference?.deviation ?? .nan,
      difference?.confidence ?? .nan, student.low, student.high, difference?.studentP ?? .nan,
      flip.low, flip.high, difference?.signFlipP ?? .nan, bootstrap.low, bootstrap.high,
    ]
  }

  /// Writes comparison.csv.
  public static func write(
    _ comparisons: [SweepComparison], to path: String
  ) throws(OutputError) {
    var text = SweepTable.line(columns)
    for comparison in comparisons {
      var fields = [
        comparison.key, comparison.value, comparison.baseline, comparison.setting ?? "all",
        comparison.metric, String(comparison.difference?.count ?? 0), String(comparison.unpaired),
      ]
      fields += comparison.numbers.map {
        $0.isNaN ? "NaN" : $0.isInfinite ? ($0 < 0 ? "-inf" : "inf") : $0.description
      }
      text += SweepTable.line(fields)
    }
    try AtomicFile.write(text, to: path)
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("key", .string(key)), .init("value", .string(value)),
      .init("baseline", .string(baseline)), .init("setting", .string(setting ?? "all")),
      .init("metric", .string(metric)), .init("pairs", .integer(difference?.count ?? 0)),
      .init("unpaired", .integer(unpaired)),
    ]
    members += zip(Self.columns.dropFirst(7), numbers).map { .init($0, .number($1)) }
    return .object(members)
  }

  /// A table for people: one line a comparison. Without two pairs there is nothing to say of chance.
  public static func text(_ comparisons: [SweepComparison]) -> String {
    guard comparisons.contains(where: { $0.difference?.count ?? 0 > 1 }) else { return "" }
    let hasSettings = comparisons.contains { $0.setting != nil }
    let confidence = (comparisons.compactMap(\.difference).first?.confidence ?? 0.95) * 100
    let percent = String(format: "%.4g %%", confidence)
    var rows: [[String]] = [
      [
        "value - baseline", "in", "metric", "pairs", "baseline", "value", "difference",
        "t \(percent)", "sign-flip \(percent)", "p (sign-flip)",
      ]
    ]
    if !hasSettings { rows[0].remove(at: 1) }
    for comparison in comparisons {
      let difference = comparison.difference
      var row = [
        "\(comparison.key): \(comparison.value) - \(comparison.baseline)",
        comparison.setting ?? "all", comparison.metric,
        "\(difference?.count ?? 0)" + (comparison.unpaired > 0 ? " (-\(comparison.unpaired))" : ""),
        short(comparison.baselineMean), short(comparison.valueMean),
        difference.map { short($0.mean) } ?? "none", interval(difference?.student),
        interval(difference?.signFlip), difference.map { short($0.signFlipP) } ?? "",
      ]
      if !hasSettings { row.remove(at: 1) }
      rows.append(row)
    }
    return TextTable.text(rows)
  }

  private static func interval(_ interval: PairedDifference.Interval?) -> String {
    guard let interval, !interval.low.isNaN else { return "unknown" }
    if interval.low.isInfinite { return "too few pairs" }
    return "[\(short(interval.low)), \(short(interval.high))]"
  }

  private static func short(_ value: Double) -> String {
    value.isNaN ? "" : String(format: "%.4g", value)
  }
}

/// Columns for people.
enum TextTable {
  /// The cells of each column made equally wide; the first row is the head.
  static func text(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
