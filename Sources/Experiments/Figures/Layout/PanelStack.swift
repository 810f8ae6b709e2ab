/// Panels one below the other over a common horizontal axis: time courses, learning curves, heat maps.
struct PanelStack {
  /// A stretch of the horizontal axis that has a name.
  struct Stretch {
    var name: String
    var start: Double
    var end: Double
    var isShaded: Bool
  }

  enum Legend {
    /// Beside each panel.
    case right
    /// Above all panels, a line each: the names, and the line types from 1.
    case top([String])
  }

  var title: String
  var xLabel: String
  var isLogX = false
  /// The horizontal ticks; empty: where gnuplot puts them.
  var xTicks: [Double] = []
  /// Whether the horizontal axis counts something: no ticks between integers.
  var isCounted = false
  /// Nil: as the data are.
  var xRange: ClosedRange<Double>?
  var panels: [Panel] = []
  var stretches: [Stretch] = []
  var legend = Legend.right
  /// In small letters at the bottom.
  var footnote: String?

  private static let top = 30.0
  /// Ticks at the ends of two panels have room in it, superscripts too.
  private static let gap = 20.0
  private static let legendLine = 15.0

  /// The figure, but for its tables.
  func figure(_ name: String, summary: String, _ style: FigureStyle) -> Figure {
    let size = style.fontSize
    var top = Self.top
    if !stretches.isEmpty { top += 16 }
    if case .top(let names) = legend { top += Self.legendLine * Double(names.count) + 6 }
    let bottom = footnote == nil ? 46.0 : 62.0
    let gaps = Self.gap * Double(panels.count - 1)
    let heights = panels.map { max($0.height, $0.leastHeight) }
    let panelHeights = heights.reduce(0, +)
    // A height that was asked for is shared among the panels, as far as they can be read.
    let least = top + 0.35 * panelHeights + gaps + bottom
    let height = style.height.map { max($0, least) } ?? top + panelHeights + gaps + bottom
    let scale = (height - top - bottom - gaps) / panelHeights
    let frames = FigureFrame.stack(
      left: 6.2 * size, right: style.width - rightMargin(style), top: top,
      heights: heights.map { $0 * scale }, gap: Self.gap)

    var figure = Figure(name: name, summary: summary, width: style.width, height: height)
    if let footnote { figure.notes.append(footnote) }
    var body = GnuplotScript()
    addFrame(to: &body, style, height)
    for (index, panel) in panels.enumerated() {
      body.blank()
      body.comment("Panel: \(panel.label)")
      body.add(frames[index].script(width: style.width, height: height))
      addAxes(to: &body, index, panel, frames[index], style, height)
      panel.addPlot(to: &body, frame: frames[index], style, height: height)
      body.add("unset object", "unset label", "unset arrow")
    }
    body.blank()
    body.add("unset multiplot")
    figure.body = body
    return figure
  }

  /// Room for the legends and palettes beside the panels.
  private func rightMargin(_ style: FigureStyle) -> Double {
    let size = style.fontSize
    var margin = 16.0
    for panel in panels {
      if panel.isHeat { margin = max(margin, 5.6 * size) }
      for title in panel.curves.compactMap(\.title) {
        margin = max(margin, 4.6 * size + Text.width(title, size: size))
      }
    }
    return min(margin, 0.4 * style.width)
  }

  /// What belongs to the figure as a whole.
  private func addFrame(to body: inout GnuplotScript, _ style: FigureStyle, _ height: Double) {
    let size = style.fontSize
    body.add("set multiplot")
    body.add(
      Text.label(
        style.title ?? title, x: 6.2 * size, y: 18, style, height: height,
        size: size + 2, room: style.width - 7 * size))
    if case .top(let names) = legend {
      for (index, name) in names.enumerated() {
        let y = Self.top + Self.legendLine * (Double(index) + 0.5)
        let screen = GnuplotScript.number(1 - y / height)
        body.add(
          "set arrow from screen \(6.2 * size / style.width), screen \(screen) to "
            + "screen \((6.2 * size + 34) / style.width), screen \(screen) nohead lt \(index + 1)")
        body.add(
          Text.label(
            name, x: 6.2 * size + 42, y: y, style, height: height, size: size,
            room: style.width - 7 * size - 42))
      }
    }
    if let footnote {
      body.add(
        Text.label(
          footnote, x: 6.2 * size, y: height - 10, style, height: height, size: size - 2,
          room: style.width - 7 * size, color: "muted"))
    }
  }

  private func addAxes(
    to body: inout GnuplotScript, _ index: Int, _ panel: Panel, _ frame: FigureFrame,
    _ style: FigureStyle, _ height: Double
  ) {
    if let xRange {
      body.add(
        "set xrange [\(GnuplotScript.number(xRange.lowerBound)):"
          + "\(GnuplotScript.number(xRange.upperBound))]")
    }
    if isLogX { body.add("set logscale x") }
    if !xTicks.isEmpty {
      let ticks = xTicks.map(GnuplotScript.number).joined(separator: ", ")
      body.add("set xtics (\(ticks))", "unset mxtics")
    } else if isCounted, let xRange, xRange.upperBound - xRange.lowerBound < 8 {
      body.add("set xtics 1")
    }
    if index == panels.count - 1 {
      body.add("set format x '%g'", "set xlabel \(GnuplotScript.quote(xLabel)) offset 0,0.8")
    } else {
      body.add("set format x ''", "set xlabel ''")
    }
    for stretch in stretches {
      let start = GnuplotScript.number(stretch.start)
      let end = GnuplotScript.number(stretch.end)
      if stretch.isShaded && !panel.isHeat {
        body.add(
          "set object rectangle from first \(start), graph 0 to first \(end), graph 1 "
            + "fc rgb shade fs solid noborder behind")
      }
      if stretch.start > stretches[0].start {
        body.add(
          "set arrow from first \(start), graph 0 to first \(start), graph 1 nohead front "
            + "lc rgb \(panel.isHeat ? "paper" : "muted") lw 0.8 dt (2,2)")
      }
    }
    if index == 0 { addNames(to: &body, frame, style) }
  }

  /// The names of the stretches above the first panel, as far as there is room.
  private func addNames(to body: inout GnuplotScript, _ frame: FigureFrame, _ style: FigureStyle) {
    guard let xRange, xRange.upperBound > xRange.lowerBound else { return }
    let scale = (frame.right - frame.left) / (xRange.upperBound - xRange.lowerBound)
    for (index, stretch) in stretches.enumerated() {
      let room = (stretch.end - stretch.start) * scale - 4
      var name = stretch.name
      if Text.width(name, size: style.fontSize - 1) > room { name = "\(index + 1)" }
      if Text.width(name, size: style.fontSize - 1) > room { continue }
      body.add(
        "set label \(GnuplotScript.quote(name)) at first "
          + "\(GnuplotScript.number((stretch.start + stretch.end) / 2)), graph 1 "
          + "center offset 0,0.6 noenhanced textcolor rgb ink \(GnuplotScript.font(0.92))")
    }
  }
}
