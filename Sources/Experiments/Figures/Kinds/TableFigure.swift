/// Columns of any table over one of them, a panel each.
struct TableFigure {
  let source: RunSource
  let path: String
  let request: FigureRequest

  private static let panelCeiling = 8

  func figure() throws(InputError) -> Figure {
    let header = try CSVReader(path).header
    var numeric = try Self.numericColumns(path)
    let x: String
    if let asked = request.x {
      guard header.contains(asked) else {
        throw InputError(
          path, .line(1, column: nil), Suggestion.message(unknown: "column", asked, of: header))
      }
      x = asked
    } else {
      guard let first = numeric.first else {
        throw InputError(path, .whole, "has no column of numbers", try: "name one with --x")
      }
      x = first
    }
    for variable in request.variables where !header.contains(variable) {
      throw InputError(
        path, .line(1, column: nil), Suggestion.message(unknown: "column", variable, of: header))
    }
    numeric.removeAll { $0 == x }
    let wanted =
      request.variables.isEmpty ? Array(numeric.prefix(Self.panelCeiling)) : request.variables
    guard !wanted.isEmpty else {
      throw InputError(
        path, .whole, "has no column of numbers over `\(x)`", try: "name some with --variables")
    }
    let series = try Series(reading: path, SeriesRequest(x: x, columns: wanted))
    let name = request.name(.table)
    var stack = PanelStack(title: source.label, xLabel: x)
    var notes = [series.note].compactMap { $0 }
    if request.variables.isEmpty && numeric.count > wanted.count {
      notes.append("\(numeric.count - wanted.count) columns more: choose with --variables")
    }
    stack.footnote = notes.isEmpty ? nil : notes.joined(separator: "; ")
    for (index, column) in wanted.enumerated()
    where series.columns[index].contains(where: { !$0.isNaN }) {
      var panel = Panel(column)
      panel.curves = [
        Panel.Curve(
          file: "\(name).csv", y: index + 2, lineType: 1, isMarked: series.x.count <= 40)
      ]
      panel.axis = Axis(series.columns[index], decades: 2)
      stack.panels.append(panel)
    }
    guard !stack.panels.isEmpty else {
      throw InputError(
        path, .whole, "has no finite number in the columns \(wanted.listed())",
        try: "choose others with --variables")
    }
    var figure = stack.figure(
      name, summary: "Columns of \(source.label) over \(x).", request.style)
    figure.tables = [series.table("\(name).csv", x: x)]
    return figure
  }

  /// The columns whose first field is a number.
  private static func numericColumns(_ path: String) throws(InputError) -> [String] {
    let reader = try CSVReader(path)
    var record = CSVRecord()
    guard try reader.next(&record) else {
      throw InputError(path, .whole, "has no rows", try: "give a table with some")
    }
    return reader.header.indices.filter { record.number($0) != nil }.map { reader.header[$0] }
  }
}
