/// A matrix as an image, its first row on top.
struct MatrixFigure {
  enum Palette {
    /// From 0 to a greatest value, with a name.
    case sequential(Double, String)
    /// From −limit to limit.
    case diverging(Double, String)
  }

  var title: String
  var subtitle = ""
  var rowLabel: String
  var columnLabel: String
  /// Empty: numbers.
  var rowNames: [String] = []
  var columnNames: [String] = []
  /// What one cell stands for along each axis, where cells were drawn together.
  var group = (row: 1, column: 1)

  /// So many cells are drawn as rectangles, which no viewer blurs; more would make a large file.
  private static let pixelCeiling = 1100

  /// - Parameters:
  ///   - values: row by row.
  ///   - numbers: written into the cells; nil: none.
  func figure(
    _ name: String, summary: String, _ values: [Double], columns count: Int? = nil,
    numbers: [Double]? = nil, palette: Palette, _ style: FigureStyle
  ) -> Figure {
    let columns = max(count ?? columnNames.count, 1)
    let rows = max(values.count / columns, 1)
    let size = style.fontSize
    let longest = rowNames.map { Text.width($0, size: size) }.max() ?? 4 * size
    let left = min(max(longest + 2.6 * size, 5 * size), 0.35 * style.width)
    let right = style.width - 8 * size
    let top = subtitle.isEmpty ? 34.0 : 52.0
    let isSlanted =
      !columnNames.isEmpty
      && (columnNames.map { Text.width($0, size: size) }.max() ?? 0)
        > (right - left) / Double(columns) - 3
    let foot =
      isSlanted
      ? 2.4 * size + min(120, (columnNames.map { Text.width($0, size: size) }.max() ?? 0)) : 46
    // Cells are square unless that makes the figure too flat or too high.
    let square = (right - left) * Double(rows) / Double(columns)
    let height = style.height ?? (top + min(max(square, 120), 1.1 * style.width) + foot)
    let frame = FigureFrame(left: left, top: top, right: right, bottom: height - foot)
    var figure = Figure(name: name, summary: summary, width: style.width, height: height)
    var body = GnuplotScript()
    func part(_ value: Double) -> String { GnuplotScript.number((value * 1e5).rounded() / 1e5) }
    body.add(frame.script(width: style.width, height: height))
    body.add(
      Text.label(
        style.title ?? title, x: left, y: 18, style, height: height, size: size + 2,
        room: style.width - left - 8))
    if !subtitle.isEmpty {
      body.add(
        Text.label(
          subtitle, x: left, y: 38, style, height: height, size: size - 1,
          room: style.width - left - 8, color: "muted"))
    }
    body.add(
      "unset grid", "unset key", "set tics scale 0",
      "set xlabel \(GnuplotScript.quote(columnLabel)) offset 0,0.8",
      "set ylabel \(GnuplotScript.quote(rowLabel))",
      "set xrange [-0.5:\(Double(columns) - 0.5)]", "set yrange [\(Double(rows) - 0.5):-0.5]")
    body.add(
      Self.tics("x", columnNames, group.column, room: isSlanted ? 120 : .infinity, size)
        + (isSlanted ? " rotate by 90 right" : ""))
    body.add(Self.tics("y", rowNames, group.row, room: left - 2.6 * size, size))
    switch palette {
    case .sequential(let limit, let words):
      body.add(
        "set palette @sequential", "set cbrange [0:\(GnuplotScript.number(limit))]",
        "set cblabel \(GnuplotScript.quote(words)) offset -0.5,0")
    case .diverging(let limit, let words):
      body.add(
        "set palette @diverging",
        "set cbrange [\(GnuplotScript.number(-limit)):\(GnuplotScript.number(limit))]",
        "set cblabel \(GnuplotScript.quote(words)) offset -0.5,0")
    }
    body.add(
      "set colorbox user origin screen \(part((right + 10) / style.width)), "
        + "screen \(part(1 - frame.bottom / height)) size screen \(part(12 / style.width)), "
        + "screen \(part((frame.bottom - frame.top) / height))")
    let file = "\(name).csv"
    figure.tables = [FigureTableText.matrix(file, values, columns: columns)]
    var elements = [GnuplotScript.image(file, inPixels: values.count <= Self.pixelCeiling)]
    if let numbers {
      let cells = "\(name)-numbers.csv"
      let places = (0..<numbers.count).filter { numbers[$0] != 0 && numbers[$0].isFinite }
      figure.tables.append(
        FigureTableText.table(
          cells,
          [
            ("column", places.map { Double($0 % columns) }),
            ("row", places.map { Double($0 / columns) }),
            ("number", places.map { numbers[$0] }), ("value", places.map { values[$0] }),
          ]))
      // The palette ends opposite to the paper: cells in its upper half have numbers of that colour.
      let limit: Double
      switch palette {
      case .sequential(let value, _), .diverging(let value, _): limit = value
      }
      let proportion = min(1, (right - left) / Double(columns) / (3.2 * size))
      for (test, color) in [("<", "ink"), (">=", "paper")] {
        elements.append(
          GnuplotScript.curve(
            cells,
            "1:2:($4 \(test) \(GnuplotScript.number(limit / 2)) ? sprintf('%g', $3) : '')",
            "labels noenhanced textcolor rgb \(color) \(GnuplotScript.font(0.9 * proportion))"))
      }
    }
    body.plot(elements)
    figure.body = body
    return figure
  }

  private static func tics(
    _ axis: String, _ names: [String], _ group: Int, room: Double, _ size: Double
  ) -> String {
    guard !names.isEmpty else {
      return group == 1
        ? "set \(axis)tics autofreq format '%.0f'"
        : "unset \(axis)tics"
    }
    let marks = names.enumerated().map { index, name in
      let fitted = room.isFinite ? Text.fitted(name, size: size, room: room) : name
      return "\(GnuplotScript.quote(fitted)) \(index)"
    }
    return "set \(axis)tics (\(marks.joined(separator: ", "))) noenhanced"
  }
}
