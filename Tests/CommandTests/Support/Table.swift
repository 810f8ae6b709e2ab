/// A CSV table as a script would read it. Fields may be in quotes, but hold no ends of lines.
struct Table {
  struct Malformed: Error { var line: Int }

  var header: [String]
  var rows: [[String]]

  init(_ text: String) throws {
    guard text.hasSuffix("\n"), !text.contains("\r") else { throw Malformed(line: 0) }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map(Self.fields)
    guard !lines.isEmpty else { throw Malformed(line: 0) }
    header = lines.removeFirst()
    rows = lines
    for (k, row) in rows.enumerated() where row.count != header.count {
      throw Malformed(line: k + 2)
    }
  }

  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  subscript(row: Int, name: String) -> String {
    guard let column = header.firstIndex(of: name) else { return "no column \(name)" }
    return rows[row][column]
  }

  /// NaN where the field is no number, as where it says so.
  func number(_ row: Int, _ name: String) -> Double { Double(self[row, name]) ?? .nan }

  func column(_ name: String) -> [String] { rows.indices.map { self[$0, name] } }

  func numbers(_ row: Int, _ names: [String]) -> [Double] { names.map { number(row, $0) } }

  /// The rows of a phase.
  func rows(inPhase phase: String) -> [Int] { rows.indices.filter { self[$0, "phase"] == phase } }

  /// The table without the columns that measure time.
  func without(_ names: Set<String>) -> [[String]] {
    ([header] + rows).map { row in
      row.indices.filter { !names.contains(header[$0]) }.map { row[$0] }
    }
  }
}
