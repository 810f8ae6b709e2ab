/// One panel of a stack.
struct Panel {
  /// A curve of a table's columns, which are counted from 1.
  struct Curve {
    var file: String
    var x = 1
    var y: Int
    /// What values are multiplied by: 100 for percent.
    var factor = 1.0
    var lineType: Int
    /// In the legend; nil: not there.
    var title: String?
    /// Columns of the lower and upper edge of a band.
    var band: (low: Int, high: Int)?
    /// Whether the points are few enough to be marked.
    var isMarked = false
    /// Whether it is what another curve is to reach: thin and dashed.
    var isTarget = false
  }

  /// An image over the horizontal axis: a row a unit, the first on top.
  struct Heat {
    var file: String
    var units: Int
    /// The number of the first unit; the others follow.
    var first = 0
    /// Where the image begins, and how wide a column is.
    var start: Double
    var step: Double
    /// The palette goes from −limit to limit.
    var limit: Double
  }

  /// Of the vertical axis.
  var label: String
  var height = 92.0
  var axis = Axis([])
  /// A horizontal line.
  var level: Double?
  var curves: [Curve] = []
  var heat: Heat?

  var isHeat: Bool { heat != nil }

  /// How far a label may reach beyond its panel, above and below together.
  static let labelOverhang = 16.0

  /// What the label and the legend need.
  var leastHeight: Double {
    let names = Double(curves.count { $0.title != nil })
    let length = Text.width(axis.labelled(label), size: 11.4) - Self.labelOverhang
    return max(names * 15 + 8, min(length, 160))
  }

  init(_ label: String) { self.label = label }

  func addPlot(
    to body: inout GnuplotScript, frame: FigureFrame, _ style: FigureStyle, height: Double
  ) {
    let width = style.width
    // Upright beside the panel; the gaps between panels are free too. gnuplot's own label would be pushed
    // out of the picture by long ticks.
    body.add(
      Text.label(
        axis.labelled(label), x: 0.9 * style.fontSize, y: (frame.top + frame.bottom) / 2, style,
        height: height, size: 0.95 * style.fontSize,
        room: frame.bottom - frame.top + Self.labelOverhang, alignment: "center rotate by 90"))
    addVerticalAxis(to: &body)
    func part(_ value: Double) -> String { GnuplotScript.number((value * 1e5).rounded() / 1e5) }
    if let heat {
      let limit = GnuplotScript.number(heat.limit)
      body.add(
        "set palette @diverging", "set cbrange [-\(limit):\(limit)]",
        "set cbtics (-\(limit), 0, \(limit)) format '%g' offset -0.6,0",
        "set colorbox user origin screen \(part((frame.right + 10) / width)), "
          + "screen \(part(1 - frame.bottom / height)) size screen \(part(10 / width)), "
          + "screen \(part((frame.bottom - frame.top) / height))")
      body.plot([
        GnuplotScript.image(
          heat.file,
          x: "\(GnuplotScript.number(heat.start)) + ($1 + 0.5) * "
            + "\(GnuplotScript.number(heat.step))", y: "$2 + \(heat.first)")
      ])
      return
    }
    let hasLegend = curves.contains { $0.title != nil }
    if hasLegend {
      body.add(
        "set key at screen \(part((frame.right + 6) / width)), screen "
          + "\(part(1 - (frame.top - 3) / height)) left top Left reverse samplen 2 spacing 0.85 "
          + "vertical maxcols 1 notitle")
    } else {
      body.add("unset key")
    }
    if let level {
      body.add(
        "set arrow from graph 0, first \(GnuplotScript.number(level / axis.unit)) to graph 1, first "
          + "\(GnuplotScript.number(level / axis.unit)) nohead back lc rgb muted lw 0.8")
    }
    var elements: [String] = []
    func column(_ index: Int, _ factor: Double) -> String {
      let factor = factor / axis.unit
      return factor == 1 ? "\(index)" : "($\(index) * \(GnuplotScript.number(factor)))"
    }
    for curve in curves {
      guard let band = curve.band else { continue }
      elements.append(
        GnuplotScript.curve(
          curve.file,
          "\(curve.x):\(column(band.low, curve.factor)):\(column(band.high, curve.factor))",
          "filledcurves lt \(curve.lineType) fs transparent solid 0.2 noborder"))
    }
    for curve in curves {
      elements.append(
        GnuplotScript.curve(
          curve.file, "\(curve.x):\(column(curve.y, curve.factor))",
          "\(curve.isMarked ? "linespoints" : "lines") lt \(curve.lineType)"
            + (curve.isTarget ? " lw 1 dt (9,6)" : ""), title: curve.title))
    }
    body.plot(elements)
  }

  private func addVerticalAxis(to body: inout GnuplotScript) {
    if let heat {
      body.add(
        "unset logscale y", "set format y '%g'",
        "set yrange [\(Double(heat.first + heat.units) - 0.5):\(Double(heat.first) - 0.5)]",
        "set ytics \(heat.first),\(Self.tickStep(heat.units))")
      return
    }
    for line in axis.script() { body.add(line) }
  }

  /// A round distance that gives at most five ticks.
  private static func tickStep(_ units: Int) -> Int {
    var step = 1
    while units > 5 * step {
      // 1, 2, 5, 10, 20, 50, ...
      let leading = String(step).first
      step = leading == "2" ? step / 2 * 5 : step * 2
    }
    return step
  }
}
