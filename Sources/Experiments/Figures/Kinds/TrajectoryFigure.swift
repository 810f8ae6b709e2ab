/// Time courses of one sample: a panel for each quantity of each population.
struct TrajectoryFigure {
  let source: RunSource
  let path: String
  let request: FigureRequest
  /// Nil: the table has no column of samples.
  let sample: Int?
  /// Whether others are in the table.
  let isOneOfMany: Bool

  /// More panels do not fit on a page.
  private static let panelCeiling = 10

  /// A figure for each sample that is asked for.
  static func figures(
    _ source: RunSource, _ path: String, _ request: FigureRequest, _ kind: FigureKind
  ) throws(InputError) -> [Figure] {
    let all = try samples(in: path)
    for sample in request.samples where !all.contains(sample) {
      throw InputError(
        path, .whole, "has no sample \(sample)",
        try: "it has \(all.prefix(12).map(String.init).joined(separator: ", "))"
          + (all.count > 12 ? ", …" : ""))
    }
    var figures: [Figure] = []
    for sample in request.samples.isEmpty ? Array(all.prefix(1)) : request.samples {
      let name =
        request.name(kind) + (request.samples.count > 1 ? "-sample-\(sample)" : "")
      var figure = try TrajectoryFigure(
        source: source, path: path, request: request, sample: sample, isOneOfMany: all.count > 1
      ).figure(name, heatOnly: kind == .heatMap)
      if request.samples.isEmpty && all.count > 1 {
        figure.notes.append(
          "this is sample \(sample), the first of \(all.count); choose others with --sample")
      }
      figures.append(figure)
    }
    return figures
  }

  /// The samples of a trajectory: all of them have a row at its first time.
  private static func samples(in path: String) throws(InputError) -> [Int] {
    let reader = try CSVReader(path)
    let time = try reader.index(of: "time")
    let column = try reader.index(of: "sample")
    var record = CSVRecord()
    var samples: [Int] = []
    var first: Double?
    while try reader.next(&record) {
      guard let now = record.number(time), let sample = Int(record[column]) else { continue }
      if let first, now != first || samples.contains(sample) { break }
      first = now
      samples.append(sample)
    }
    if samples.isEmpty {
      throw InputError(path, .whole, "has no row to draw", try: "is the run complete?")
    }
    return samples
  }

  private func figure(_ name: String, heatOnly: Bool) throws(InputError) -> Figure {
    let wanted = try columns(heatOnly: heatOnly)
    let series = try Series(
      reading: path,
      SeriesRequest(
        x: "time", columns: wanted.map(\.name), only: sample.map { ("sample", String($0)) },
        phase: "phase"))
    var stack = PanelStack(
      title: source.title + (isOneOfMany ? ", sample \(sample ?? 0)" : ""),
      xLabel: "time (unit of τ)")
    let start = series.segments.map(\.start).min() ?? 0
    let end = series.segments.map(\.end).max() ?? 0
    let range = start < end ? start...end : start - 0.5...start + 0.5
    stack.xRange = range
    stack.footnote = series.note
    stack.stretches = stretches(series, wanted)

    var tables: [Figure.Table] = []
    let file = "\(name).csv"
    var lines: [(name: String, values: [Double])] = [("time", series.x)]
    var hidden = 0
    let targets = TrajectoryTargets(source, sample: sample)
    for group in Self.grouped(wanted) {
      let columns = group.map { series.columns[$0] }
      guard columns.contains(where: { $0.contains { !$0.isNaN } }) else { continue }
      if stack.panels.count == Self.panelCeiling {
        hidden += 1
        continue
      }
      let first = wanted[group[0]]
      var panel = Panel(first.panelLabel)
      if first.isOfUnits && (heatOnly || group.count > request.maximumLines) {
        let table = "\(name)-units-\(stack.panels.count + 1).csv"
        tables.append(makeHeat(&panel, table, group.map { wanted[$0] }, series.x, columns, range))
      } else {
        panel.curves = group.enumerated().map { index, column in
          Panel.Curve(
            file: file, y: lines.count + index + 1, lineType: index % 8 + 1,
            title: group.count > 1 && group.count <= 12
              ? wanted[column].lineTitle : nil,
            isMarked: series.x.count <= 3)
        }
        lines += group.map { (wanted[$0].name, series.columns[$0]) }
        let aims = group.indices.compactMap { index in
          targets.course(of: wanted[group[index]].name, over: series).map { (index, $0) }
        }
        for (number, (index, course)) in aims.enumerated() {
          lines.append(("target of \(wanted[group[index]].name)", course))
          panel.curves.append(
            Panel.Curve(
              file: file, y: lines.count, lineType: index % 8 + 1,
              title: number == 0 ? "target" : nil, isTarget: true))
        }
        panel.axis = Axis(
          (columns + aims.map(\.1)).joined(),
          decades: ["loss", "residual"].contains(first.quantity) ? 2 : nil)
      }
      stack.panels.append(panel)
    }
    if hidden > 0 {
      let more = "\(hidden) panels more: choose with --variables"
      stack.footnote = stack.footnote.map { "\($0); \(more)" } ?? more
    }
    guard !stack.panels.isEmpty else {
      throw InputError(
        path, .whole, "has no finite number in the columns that are to be drawn",
        try: "choose others with --variables")
    }
    var figure = stack.figure(
      name, summary: "Time courses of \(stack.title).", request.style)
    figure.tables = (lines.count > 1 ? [FigureTableText.table(file, lines)] : []) + tables
    return figure
  }

  private func columns(heatOnly: Bool) throws(InputError) -> [TrajectoryColumn] {
    let header = try CSVReader(path).header
    let fixed: Set<String> = ["time", "phase", "sample"]
    let all = header.filter { !fixed.contains($0) }.map(TrajectoryColumn.init)
      .filter { !heatOnly || $0.isOfUnits }
    for variable in request.variables where !all.contains(where: { $0.isAskedFor(by: variable) }) {
      var known: [String] = []
      for column in all {
        let name = column.owner.isEmpty ? column.quantity : "\(column.quantity).\(column.owner)"
        if !known.contains(name) { known.append(name) }
      }
      throw InputError(
        path, .line(1, column: nil),
        Suggestion.message(unknown: "variable", variable, of: known))
    }
    let chosen = all.filter { column in
      request.variables.isEmpty || request.variables.contains { column.isAskedFor(by: $0) }
    }
    if chosen.isEmpty {
      throw InputError(
        path, .line(1, column: nil),
        heatOnly ? "has no columns of units" : "has no columns but \(fixed.sorted().listed())",
        try: "record variables with `record.variables` of the model or --record")
    }
    return chosen
  }

  /// Indices of columns with the same quantity and owner, in the order in which they come.
  private static func grouped(_ columns: [TrajectoryColumn]) -> [[Int]] {
    var groups: [[Int]] = []
    for (index, column) in columns.enumerated() {
      let group = groups.firstIndex {
        columns[$0[0]].quantity == column.quantity && columns[$0[0]].owner == column.owner
      }
      if let group { groups[group].append(index) } else { groups.append([index]) }
    }
    return groups
  }

  private func makeHeat(
    _ panel: inout Panel, _ file: String, _ columns: [TrajectoryColumn], _ x: [Double],
    _ values: [[Double]], _ range: ClosedRange<Double>
  ) -> Figure.Table {
    let cells = HeatGrid.cells
    let grid = HeatGrid.resample(x: x, values, range: range, cells: cells)
    let (compact, group) = HeatGrid.compact(grid, columns: cells)
    let rows = compact.count / cells
    let first = columns[0].unit ?? 0
    let isContiguous = columns.indices.allSatisfy { columns[$0].unit == first + $0 }
    panel.heat = Panel.Heat(
      file: file, units: rows, first: isContiguous && group == 1 ? first : 0,
      start: range.lowerBound, step: (range.upperBound - range.lowerBound) / Double(cells),
      limit: HeatGrid.limit(compact))
    if group > 1 { panel.label += " (÷\(group))" }
    panel.height = min(160, max(70, 5 * Double(rows)))
    return FigureTableText.matrix(file, compact, columns: cells)
  }

  // MARK: Phases

  private func stretches(_ series: Series, _ columns: [TrajectoryColumn]) -> [PanelStack.Stretch] {
    let kinds = phaseKinds()
    let controls = columns.indices.filter { ["u", "psi"].contains(columns[$0].quantity) }
    return series.segments.map { segment in
      let isControlled =
        kinds[segment.phase].map { $0 == "controlled" }
        ?? (controls.isEmpty
          ? segment.phase.contains("control")
          : controls.contains { k in
            segment.rows.contains { series.columns[k][$0] != 0 && !series.columns[k][$0].isNaN }
          })
      // `2-controlled` is the second phase, called `controlled`.
      let dash = segment.phase.firstIndex(of: "-")
      let name = dash.map { segment.phase[segment.phase.index(after: $0)...] } ?? segment.phase[...]
      return PanelStack.Stretch(
        name: String(name), start: segment.start, end: segment.end, isShaded: isControlled)
    }
  }

  /// What the summary beside the trajectory says of its phases: free or controlled.
  private func phaseKinds() -> [String: String] {
    guard let path = source.companion("summary.json"), let summary = try? JSONValue.read(path)
    else { return [:] }
    var kinds: [String: String] = [:]
    for phase in summary["phases"]?.arrayValue ?? [] {
      if let name = phase["phase"]?.stringValue, let kind = phase["kind"]?.stringValue {
        kinds[name] = kind
      }
    }
    return kinds
  }
}
