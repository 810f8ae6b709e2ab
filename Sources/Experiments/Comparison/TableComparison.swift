/// Two CSV tables side by side, bit for bit: a number is written with all digits that it has.
public enum TableComparison {
  /// What measures time, and differs from run to run.
  public static let clocks: Set<String> = ["seconds", "settle_seconds"]

  /// The first difference of two tables, or nil; and the rows that agree before it.
  ///
  /// - Parameters:
  ///   - file: what to call them.
  ///   - firstPath: the first table.
  ///   - secondPath: the second.
  ///   - ignored: columns that may differ.
  ///   - step: rows of later updates may be missing in the second table; nil: none may.
  /// - Throws: ``InputError`` where one is no table.
  public static func first(
    _ file: String, _ firstPath: String, _ secondPath: String,
    ignoring ignored: Set<String> = clocks, through step: Int? = nil
  ) throws(InputError) -> (difference: Difference?, rows: Int) {
    let first = try CSVReader(firstPath)
    let second = try CSVReader(secondPath)
    guard first.header == second.header else {
      return (
        Difference(
          file, "columns", first.header.joined(separator: ","),
          second.header.joined(separator: ",")), 0
      )
    }
    let columns = first.header.indices.filter { !ignored.contains(first.header[$0]) }
    let steps = first.header.firstIndex(of: "step")
    var a = CSVRecord()
    var b = CSVRecord()
    var row = 0
    while true {
      let hasFirst = try first.next(&a)
      let hasSecond = try second.next(&b)
      row += 1
      switch (hasFirst, hasSecond) {
      case (false, false): return (nil, row - 1)
      case (true, false):
        if let step, let steps, let own = a.number(steps), own > Double(step) {
          return (nil, row - 1)
        }
        return (Difference(file, "row \(row)", text(a), "no such row"), row - 1)
      case (false, true): return (Difference(file, "row \(row)", "no such row", text(b)), row - 1)
      case (true, true):
        if let column = columns.first(where: { a[$0] != b[$0] }) {
          let name = first.header[column]
          return (Difference(file, "row \(row), column \(name)", a[column], b[column]), row - 1)
        }
      }
    }
  }

  private static func text(_ record: CSVRecord) -> String {
    let fields = (0..<min(record.count, 6)).map { record[$0] }.joined(separator: ",")
    return fields + (record.count > 6 ? ",..." : "")
  }
}
