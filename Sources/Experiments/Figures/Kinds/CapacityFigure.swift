/// What training came to over a key in which runs differ, such as the width of a population: the final
/// loss, and the control ‖ψ‖ = √(2H) that is still needed.
struct CapacityFigure {
  let groups: [RunGroup]
  let request: FigureRequest

  private struct Point {
    var x: Double
    var runs: [RunSource]
  }

  /// The key over which runs are drawn: what was asked for, else a size, else the only number.
  static func key(_ groups: [RunGroup], asked: String?) throws(InputError) -> String {
    let differing = groups.first?.settings.keys.sorted() ?? []
    let numeric = differing.filter { key in
      groups.allSatisfy { $0.settings[key].flatMap(Double.init) != nil }
    }
    if let asked {
      if numeric.contains(asked) { return asked }
      throw InputError(
        "--x", .whole,
        "the runs have no different numbers as `\(asked)`",
        try: numeric.isEmpty ? "" : "they differ in \(numeric.listed())")
    }
    let sizes = numeric.filter { $0.hasPrefix("network.populations.") && $0.hasSuffix(".size") }
    if sizes.count == 1 { return sizes[0] }
    if sizes.isEmpty, numeric.count == 1 { return numeric[0] }
    throw InputError(
      groups.first?.runs.first?.path ?? "", .whole,
      numeric.isEmpty
        ? "the runs do not differ in a number of their model"
        : "the runs differ in \(numeric.listed())", try: "name the key of the axis with --x")
  }

  func figure() throws(InputError) -> Figure {
    let key = try Self.key(groups, asked: request.x)
    // Keys that follow from the one on the axis, as a population's shape does, tell no series apart.
    let others = (groups.first?.settings.keys.sorted() ?? []).filter { other in
      other != key
        && !Dictionary(grouping: groups) { $0.settings[key] }.values.allSatisfy { same in
          Set(same.map { $0.settings[other] }).count == 1
        }
    }
    var series: [(label: String, points: [Point])] = []
    for group in groups {
      guard let x = group.settings[key].flatMap(Double.init) else { continue }
      let label = others.map { other in
        other.split(separator: ".").suffix(2).joined(separator: ".") + " = "
          + (group.settings[other] ?? "none")
      }.joined(separator: ", ")
      if let index = series.firstIndex(where: { $0.label == label }) {
        series[index].points.append(Point(x: x, runs: group.runs))
      } else {
        series.append((label, [Point(x: x, runs: group.runs)]))
      }
    }
    let name = request.name(.capacity)
    var stack = PanelStack(
      title: "", xLabel: key.split(separator: ".").suffix(2).joined(separator: " "))
    var loss = Panel("train loss")
    var control = Panel("‖ψ‖ = √(2H)")
    var all: (loss: [Double], control: [Double]) = ([], [])
    var tables: [Figure.Table] = []
    for (index, one) in series.enumerated() {
      let points = one.points.sorted { $0.x < $1.x }
      var losses: [(mean: Double, low: Double, high: Double)] = []
      var controls: [(mean: Double, low: Double, high: Double)] = []
      for point in points {
        var ends: [(loss: Double, control: Double)] = []
        for run in point.runs { ends.append(try Self.end(of: run)) }
        losses.append(Spread.summary(ends.map(\.loss).filter(\.isFinite), request.band))
        controls.append(Spread.summary(ends.map(\.control).filter(\.isFinite), request.band))
      }
      let file = series.count > 1 ? "\(name)-\(index + 1).csv" : "\(name).csv"
      tables.append(
        FigureTableText.table(
          file,
          [
            (key, points.map(\.x)), ("runs", points.map { Double($0.runs.count) }),
            ("train_loss", losses.map(\.mean)), ("train_loss_low", losses.map(\.low)),
            ("train_loss_high", losses.map(\.high)), ("control", controls.map(\.mean)),
            ("control_low", controls.map(\.low)), ("control_high", controls.map(\.high)),
          ]))
      let hasBand = points.contains { $0.runs.count > 1 }
      func curve(_ y: Int) -> Panel.Curve {
        Panel.Curve(
          file: file, y: y, lineType: index % 8 + 1, band: hasBand ? (y + 1, y + 2) : nil,
          isMarked: true)
      }
      if losses.contains(where: { $0.mean.isFinite }) { loss.curves.append(curve(3)) }
      if controls.contains(where: { $0.mean.isFinite }) { control.curves.append(curve(6)) }
      all.loss += losses.map(\.mean)
      all.control += controls.map(\.mean)
    }
    loss.axis = Axis(all.loss, decades: 1.3)
    control.axis = Axis(all.control, decades: 1.3)
    loss.height = 150
    control.height = 150
    stack.panels = [loss, control].filter { !$0.curves.isEmpty }
    guard !stack.panels.isEmpty else {
      throw InputError(
        groups[0].runs[0].path, .whole, "no run has a finite loss or control at its end")
    }
    let places = series.flatMap { $0.points.map(\.x) }
    let least = places.min() ?? 0
    let greatest = places.max() ?? 0
    stack.isLogX = least > 0 && greatest >= 4 * least
    let pad = stack.isLogX ? 1.1 : 0.04 * (greatest - least)
    stack.xRange =
      stack.isLogX
      ? least / pad...greatest * pad : least - pad...max(greatest + pad, least - pad + 1e-9)
    let ticks = Array(Set(places)).sorted()
    if ticks.count <= 9 { stack.xTicks = ticks }
    stack.title = "after training, over \(key)"
    if series.count > 1 { stack.legend = .top(series.map(\.label)) }
    if groups.contains(where: { $0.runs.count > 1 }) {
      stack.footnote = "\(request.band.words) over the seeds"
    }
    var figure = stack.figure(
      name, summary: "Final training loss and control over \(key).", request.style)
    figure.tables = tables
    return figure
  }

  /// The last row of a run's metrics.
  private static func end(of run: RunSource) throws(InputError) -> (loss: Double, control: Double) {
    let table = try NamedColumns(reading: TrainingFigure.path(.capacity, run))
    let energy = table.has("control_energy") ? try table["control_energy"].last ?? .nan : .nan
    return (try table["train_loss"].last ?? .nan, (2 * energy).squareRoot())
  }
}
