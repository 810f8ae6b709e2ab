/// Tables as figures read them: a line of names, then numbers, the shortest that read back to the same bits.
enum FigureTableText {
  /// Columns of the same length under their names.
  static func table(_ file: String, _ columns: [(name: String, values: [Double])]) -> Figure.Table {
    var text = columns.map { quoted($0.name) }.joined(separator: ",") + "\n"
    for row in 0..<(columns.first?.values.count ?? 0) {
      text += columns.map { number($0.values[row]) }.joined(separator: ",") + "\n"
    }
    return Figure.Table(file, Array(text.utf8))
  }

  /// A matrix without names, row by row.
  static func matrix(_ file: String, _ values: [Double], columns: Int) -> Figure.Table {
    var text = ""
    for start in stride(from: 0, to: values.count, by: max(columns, 1)) {
      text += values[start..<min(start + columns, values.count)].map(number).joined(separator: ",")
      text += "\n"
    }
    return Figure.Table(file, Array(text.utf8))
  }

  private static func number(_ value: Double) -> String {
    value.isFinite ? value.description : "NaN"
  }

  /// A field of a CSV file; gnuplot passes over the whole line.
  static func quoted(_ name: String) -> String {
    let flat = String(name.map { $0.isNewline ? " " : $0 })
    guard flat.contains(where: { ",\"".contains($0) }) else { return flat }
    return "\""
      + flat.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
