internal import Foundation

/// What a sweep came to, for people and for scripts.
public struct SweepSummary: Sendable {
  private let plan: SweepPlan
  private let table: SweepTable
  private let comparisons: [SweepComparison]
  private let metrics: [String]
  private let folder: RunFolder
  private let seconds: Double
  private let isInterrupted: Bool

  /// - Parameters:
  ///   - plan: what was to be run.
  ///   - table: the rows.
  ///   - comparisons: of the values of keys, metric by metric.
  ///   - metrics: those that were compared.
  ///   - folder: that of the sweep.
  ///   - seconds: of this session.
  ///   - isInterrupted: whether a signal ended it.
  public init(
    _ plan: SweepPlan, _ table: SweepTable, _ comparisons: [SweepComparison], metrics: [String],
    _ folder: RunFolder, seconds: Double, isInterrupted: Bool
  ) {
    self.plan = plan
    self.table = table
    self.comparisons = comparisons
    self.metrics = metrics
    self.folder = folder
    self.seconds = seconds
    self.isInterrupted = isInterrupted
  }

  private var planned: Int { plan.count ?? 0 }

  private func count(_ status: SweepRow.Status) -> Int {
    table.rows.count { $0.status == status }
  }

  /// Whether every run has ended as it was to.
  public var isComplete: Bool {
    table.rows.count == planned
      && table.rows.allSatisfy { $0.status == .done || $0.status == .stopped }
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("model", .string(plan.model)),
      .init("command", .string(plan.task.rawValue)),
      .init("sweep", .string(folder.path)),
      .init(
        "status", .string(isInterrupted ? "interrupted" : isComplete ? "done" : "failed")),
      .init("planned", .integer(planned)),
      .init(
        "runs",
        .object(
          SweepRow.Status.allCases.map { .init($0.rawValue, .integer(count($0))) } + [
            .init("pending", .integer(planned - table.rows.count))
          ])),
      .init(
        "varied",
        .object(
          plan.axes.filter { $0.values.count > 1 }.map {
            .init($0.key, .array($0.values.map(JSONValue.string)))
          })),
      .init("seeds", .array(plan.seeds.map { .string(String($0)) })),
      .init("budget_evaluations", plan.budgetEvaluations.map(JSONValue.integer) ?? .null),
      .init("budget_seconds", plan.budgetSeconds.map(JSONValue.number) ?? .null),
      .init("settings", .array(settings.map(json(of:)))),
      .init("comparisons", .array(comparisons.map(\.json))),
      .init("session_seconds", .number(seconds)),
      .init("versions", Versions.json),
    ])
  }

  /// The rows by what was set, in the order of the plan.
  private var settings: [(values: [String], rows: [SweepRow])] {
    var groups: [(values: [String], rows: [SweepRow])] = []
    for row in table.rows {
      if let index = groups.firstIndex(where: { $0.values == row.values }) {
        groups[index].rows.append(row)
      } else {
        groups.append((row.values, [row]))
      }
    }
    return groups
  }

  /// Over the runs of a setting that have ended well.
  private func statistics(
    _ rows: [SweepRow], _ metric: String
  ) -> (count: Int, mean: Double, deviation: Double) {
    let values = rows.filter { $0.status == .done || $0.status == .stopped }
      .map { $0[metric] }.filter(\.isFinite)
    guard !values.isEmpty else { return (0, .nan, .nan) }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (values.count, mean, n > 1 ? (squares / (n - 1)).squareRoot() : .nan)
  }

  private func json(of group: (values: [String], rows: [SweepRow])) -> JSONValue {
    .object([
      .init("values", .object(zip(table.keys, group.values).map { .init($0, .string($1)) })),
      .init("runs", .integer(group.rows.count)),
      .init(
        "metrics",
        .object(
          metrics.map { metric in
            let (count, mean, deviation) = statistics(group.rows, metric)
            return .init(
              metric,
              .object([
                .init("runs", .integer(count)), .init("mean", .number(mean)),
                .init("standard_deviation", .number(deviation)),
              ]))
          })),
    ])
  }

  /// - Parameter shown: the metrics of the tables for people.
  public func text(showing shown: [String]) -> String {
    var lines: [String] = []
    var parts = ["\(table.rows.count) of \(planned) runs"]
    for status in SweepRow.Status.allCases where count(status) > 0 {
      parts.append("\(count(status)) \(status.rawValue)")
    }
    lines.append(parts.joined(separator: ", ") + String(format: ", %.1f s", seconds))
    if !shown.isEmpty && !table.rows.isEmpty {
      var rows = [table.keys + ["runs"] + shown]
      for group in settings {
        rows.append(
          group.values
            + [String(group.rows.count { $0.status == .done || $0.status == .stopped })]
            + shown.map { metric in
              let (count, mean, deviation) = statistics(group.rows, metric)
              if count == 0 { return "" }
              return String(format: "%.5g", mean)
                + (deviation.isNaN ? "" : String(format: " \u{b1} %.2g", deviation))
            })
      }
      lines += ["", TextTable.text(rows)]
    }
    let table = SweepComparison.text(comparisons.filter { shown.contains($0.metric) })
    if !table.isEmpty { lines += ["", table] }
    lines.append("")
    lines.append(
      "wrote \(folder.path)/{sweep.csv,\(comparisons.isEmpty ? "" : "comparison.csv,")summary.json}"
    )
    return lines.joined(separator: "\n")
  }
}
