/// Curves of one run or of many over epochs or updates: a panel for each quantity, groups of runs that
/// differ only in their seed as a mean with a band.
struct CurveFigure {
  /// What a panel is like.
  struct Plan {
    var label: String
    /// Decades over which a logarithmic axis is chosen; nil: never.
    var decades: Double?
    /// What the axis shows whatever the values are.
    var include: ClosedRange<Double>?
    /// A horizontal line.
    var level: Double?
  }

  struct Curve {
    /// The number of its panel.
    var panel: Int
    /// In the legend, where there is one group.
    var title: String?
    /// The column's name in the figure's table.
    var column: String
    var factor = 1.0
    /// Where there is one group; else the group has one.
    var lineType: Int
    /// Of each run.
    var runs: [(x: [Double], values: [Double])]
  }

  struct Group {
    var label: String
    var runCount: Int
    var curves: [Curve]
  }

  var title: String
  var xLabel: String
  var plans: [Plan]
  var groups: [Group]
  var band = Band.deviation
  /// Where the legend of one group stands: above all panels, each of which then has the same titles.
  var legendIsOnTop = false
  /// The place that the figure begins at, where there is more than one from there on.
  var start: Double?
  /// What is to be said of the data.
  var notes: [String] = []

  /// More places are thinned out: they would be closer than pixels.
  private static let placeCeiling = 4000

  /// - Throws: ``InputError`` where there is not one finite value; `file` is what was read.
  func figure(
    _ name: String, summary: String, _ style: FigureStyle, file: String
  ) throws(InputError) -> Figure {
    var panels = plans.map { Panel($0.label) }
    var values: [[Double]] = plans.map { _ in [] }
    var tables: [Figure.Table] = []
    var notes = self.notes
    var range: (Double, Double) = (.infinity, -.infinity)
    for (index, group) in groups.enumerated() {
      let table = groups.count > 1 ? "\(name)-group-\(index + 1).csv" : "\(name).csv"
      var places = Array(
        Set(group.curves.flatMap { $0.runs.flatMap(\.x) }.filter(\.isFinite))
      ).sorted()
      if let start, places.count(where: { $0 >= start }) > 1 {
        places.removeAll { $0 < start }
      }
      if places.count > Self.placeCeiling {
        let every = (places.count + Self.placeCeiling - 1) / Self.placeCeiling
        places = places.indices.filter { $0 % every == 0 }.map { places[$0] }
        notes.append("one of \(every) rows is drawn")
      }
      guard let first = places.first, let last = places.last else { continue }
      range = (min(range.0, first), max(range.1, last))
      var columns: [(String, [Double])] = [(xLabel, places)]
      for curve in group.curves {
        let spread = Spread(curve.runs, at: places, band)
        guard spread.mean.contains(where: { $0.isFinite }) else { continue }
        var drawn = Panel.Curve(
          file: table, y: columns.count + 1, factor: curve.factor,
          lineType: groups.count > 1 ? index % 8 + 1 : curve.lineType,
          title: groups.count > 1 || legendIsOnTop ? nil : curve.title, isMarked: places.count <= 40
        )
        columns.append((curve.column, spread.mean))
        if group.runCount > 1 {
          drawn.band = (columns.count + 1, columns.count + 2)
          columns.append(("\(curve.column)_low", spread.low))
          columns.append(("\(curve.column)_high", spread.high))
          columns.append(("\(curve.column)_runs", spread.counts))
        }
        panels[curve.panel].curves.append(drawn)
        let shown = spread.mean + (group.runCount > 1 ? spread.low + spread.high : [])
        values[curve.panel] += shown.map { $0 * curve.factor }
      }
      tables.append(FigureTableText.table(table, columns))
    }
    for index in panels.indices {
      let plan = plans[index]
      panels[index].axis = Axis(values[index], decades: plan.decades, include: plan.include)
      panels[index].level = plan.level
      panels[index].height = 100
    }
    panels.removeAll { $0.curves.isEmpty }
    guard !panels.isEmpty else {
      throw InputError(
        file, .whole, "has no finite number in the columns that are to be drawn",
        try: "wait until the run has written some, or choose others with --variables")
    }
    var stack = PanelStack(title: title, xLabel: xLabel)
    stack.xRange = range.0 < range.1 ? range.0...range.1 : range.0 - 0.5...range.0 + 0.5
    stack.isCounted = true
    stack.panels = panels
    if groups.count > 1 {
      stack.legend = .top(
        groups.map { $0.runCount > 1 ? "\($0.label) (\($0.runCount) seeds)" : $0.label })
    } else if legendIsOnTop {
      stack.legend = .top(
        groups[0].curves.filter { $0.panel == groups[0].curves[0].panel }.compactMap(\.title))
    }
    let counts = groups.map(\.runCount)
    if let most = counts.max(), most > 1 {
      notes.insert(
        groups.count > 1 ? "\(band.words) over the seeds" : "\(band.words) over \(most) seeds",
        at: 0)
    }
    stack.footnote = notes.isEmpty ? nil : notes.joined(separator: "; ")
    var figure = stack.figure(name, summary: summary, style)
    figure.tables = tables
    return figure
  }
}
