internal import Foundation
internal import Learning

/// All runs of a sweep that have ended: sweep.csv, written anew and atomically with each of them.
///
/// Columns: `run`, the varied keys, `seed`, `status`, the metrics, `note`. A row is one run, in the order
/// of the plan.
public struct SweepTable: Sendable {
  /// The varied keys, in their order.
  public let keys: [String]
  /// Runs that have ended, in the order of the plan.
  public private(set) var rows: [SweepRow] = []

  /// Without rows.
  public init(keys: [String]) { self.keys = keys }

  /// The names of all metrics, in the order of their first appearance.
  public var metrics: [String] {
    var names: [String] = []
    for row in rows {
      for (name, _) in row.metrics where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Adds a row, or puts it in the place of the one for the same run.
  public mutating func put(_ row: SweepRow) {
    if let index = rows.firstIndex(where: { $0.run == row.run }) {
      rows[index] = row
    } else {
      let index = rows.firstIndex { $0.run > row.run } ?? rows.endIndex
      rows.insert(row, at: index)
    }
  }

  /// Whether a metric is a whole number, and written as such.
  private static func isCount(_ name: String) -> Bool {
    EpochMetrics.counts.contains(name)
      || ["evaluations", "best_epoch", "unit_count", "parameter_count", "passed"].contains(name)
      || name.hasSuffix(".steps")
  }

  /// Writes `sweep.csv`, whole.
  public func write(to path: String) throws(OutputError) {
    let metrics = metrics
    var text = Self.line(["run"] + keys + ["seed", "status"] + metrics + ["note"])
    for row in rows {
      let seed = row.seed.map { String($0) } ?? ""
      var fields = [row.run] + row.values + [seed, row.status.rawValue]
      for name in metrics {
        let value = row[name]
        if value.isNaN {
          fields.append("NaN")
        } else if value.isInfinite {
          fields.append(value < 0 ? "-inf" : "inf")
        } else if Self.isCount(name), let whole = Int(exactly: value) {
          fields.append(String(whole))
        } else {
          fields.append(value.description)
        }
      }
      text += Self.line(fields + [row.note])
    }
    try AtomicFile.write(text, to: path)
  }

  static func line(_ fields: [String]) -> String {
    fields.map { field in
      let needsQuotes = field.contains {
        $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" || $0 == "\r\n"
      }
      return needsQuotes || field.first == " " || field.last == " "
        ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",") + "\n"
  }

  /// Reads the rows that were written.
  ///
  /// - Throws: ``InputError`` where the file is not the table of a sweep over these keys.
  public init(reading path: String, keys: [String]) throws(InputError) {
    self.init(keys: keys)
    guard FileManager.default.fileExists(atPath: path) else { return }
    let reader = try CSVReader(path)
    let head = ["run"] + keys + ["seed", "status"]
    guard Array(reader.header.prefix(head.count)) == head, reader.header.last == "note" else {
      throw InputError(
        path, .line(1, column: nil), "is not the table of this sweep",
        try: "remove the file: what the runs came to is read again from their folders")
    }
    var record = CSVRecord()
    while try reader.next(&record) {
      let status = record[head.count - 1]
      guard let status = SweepRow.Status(rawValue: status) else {
        throw InputError(path, record.place(head.count - 1), "`\(status)` is no status of a run")
      }
      rows.append(
        SweepRow(
          run: record[0], values: (1...keys.count + 1).dropLast().map { record[$0] },
          seed: UInt64(record[keys.count + 1]), status: status,
          note: record[reader.header.count - 1],
          metrics: (head.count..<reader.header.count - 1).map {
            (reader.header[$0], record.number($0) ?? .nan)
          }))
    }
  }
}
