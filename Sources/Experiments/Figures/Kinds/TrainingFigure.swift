/// Curves over a training, from `metrics.csv`, `steps.csv` or `audit-control.csv` of one run or many.
struct TrainingFigure {
  let groups: [RunGroup]
  let kind: FigureKind
  let request: FigureRequest

  private var plans: [MetricPlan] {
    guard request.variables.isEmpty else {
      return request.variables.map(MetricPlan.asked)
    }
    return switch kind {
    case .steps: MetricPlan.steps
    case .control: MetricPlan.auditControl
    default: MetricPlan.learning
    }
  }

  /// What lies along the horizontal axis: its column, and what it is called.
  private var axis: (column: String, label: String) {
    kind == .learning ? ("epoch", "epoch") : ("step", "update")
  }

  /// All columns that may be drawn.
  private var wanted: [String] {
    plans.flatMap { $0.metrics + $0.alternatives.joined() }.map(\.column)
  }

  func figure() throws(InputError) -> Figure {
    var tables: [[TrainingColumns]] = []
    for group in groups {
      var own: [TrainingColumns] = []
      for run in group.runs {
        own.append(
          try TrainingColumns(
            reading: Self.path(kind, run), x: axis.column, wanted: wanted,
            required: request.variables, mayDecimate: group.runs.count == 1))
      }
      tables.append(own)
    }
    let all = tables.flatMap { $0 }
    var plans: [CurveFigure.Plan] = []
    var curves: [[CurveFigure.Curve]] = groups.map { _ in [] }
    func add(_ metric: MetricPlan.Metric, _ lineType: Int) {
      for (index, own) in tables.enumerated() {
        var runs: [(x: [Double], values: [Double])] = []
        for table in own {
          if let values = table.columns[metric.column] { runs.append((table.x, values)) }
        }
        curves[index].append(
          CurveFigure.Curve(
            panel: plans.count - 1, title: metric.title, column: metric.column,
            factor: metric.factor, lineType: lineType, runs: runs))
      }
    }
    for plan in self.plans {
      if groups.count == 1 {
        plans.append(plan.panel)
        let known = plan.metrics.filter { metric in Self.isKnown(metric, all) }
        for (index, metric) in known.enumerated() { add(metric, index + 1) }
        // The panel's own label says it all.
        if known.count == 1, let last = curves[0].indices.last { curves[0][last].title = nil }
      } else {
        for choice in plan.alternatives {
          guard let metric = choice.first(where: { Self.isKnown($0, all) }) else { continue }
          var panel = plan.panel
          panel.label = metric.title
          plans.append(panel)
          add(metric, 1)
        }
      }
    }
    let titles = Set(groups.flatMap { $0.runs.map(\.title) })
    let subject = titles.count == 1 ? titles.first ?? "" : "\(titles.count) models"
    var figure = CurveFigure(
      title: subject, xLabel: axis.label, plans: plans,
      groups: groups.indices.map {
        .init(label: groups[$0].label, runCount: groups[$0].runs.count, curves: curves[$0])
      }, band: request.band)
    // Networks are compared by what they have learned, beside which the loss before is large.
    if kind == .learning && groups.count > 1 { figure.start = 1 }
    figure.notes = all.compactMap(\.note)
    return try figure.figure(
      request.name(kind), summary: "\(kind.summary.capitalizedFirst): \(subject).",
      request.style, file: all[0].file)
  }

  /// Whether any run has a finite value of it.
  private static func isKnown(_ metric: MetricPlan.Metric, _ tables: [TrainingColumns]) -> Bool {
    tables.contains { $0.columns[metric.column]?.contains { $0.isFinite } ?? false }
  }

  /// The table of that kind in a run.
  static func path(_ kind: FigureKind, _ run: RunSource) throws(InputError) -> String {
    if let file = kind.file, let path = run.file(file) { return path }
    throw InputError(
      run.path, .whole, "has no \(kind.file ?? "table") to draw \(kind.rawValue) from",
      try: "`settle plot \(run.path) --list` says what can be drawn")
  }
}

extension String {
  /// With a capital at its beginning.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
