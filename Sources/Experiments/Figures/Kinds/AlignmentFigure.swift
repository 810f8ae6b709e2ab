/// How the updates of a rule lie to the gradients over training, from `audit.csv`.
struct AlignmentFigure {
  let groups: [RunGroup]
  let request: FigureRequest

  func figure() throws(InputError) -> Figure {
    var tables: [[NamedColumns]] = []
    for group in groups {
      var own: [NamedColumns] = []
      for run in group.runs {
        own.append(
          try NamedColumns(
            reading: TrainingFigure.path(.alignment, run), texts: ["parameter", "reference"]))
      }
      tables.append(own)
    }
    let all = tables.flatMap { $0 }
    let references = Self.distinct(all.flatMap { $0.texts(of: "reference") })
    let known = Self.distinct(all.flatMap { $0.texts(of: "parameter") })
    for variable in request.variables where !known.contains(variable) {
      throw InputError(
        all[0].file, .whole, Suggestion.message(unknown: "parameter", variable, of: known))
    }
    // Of several groups, only what stands for the whole network.
    let parameters =
      request.variables.isEmpty
      ? (groups.count > 1 ? known.filter { $0 == "all" } : known) : request.variables

    var plans: [CurveFigure.Plan] = []
    var curves: [[CurveFigure.Curve]] = groups.map { _ in [] }
    func add(_ column: String, _ reference: String, _ plan: CurveFigure.Plan) throws(InputError) {
      plans.append(plan)
      for (index, own) in tables.enumerated() {
        for (number, parameter) in parameters.enumerated() {
          var runs: [(x: [Double], values: [Double])] = []
          for table in own {
            let rows = Self.rows(table, parameter, reference)
            let steps = try table["step"]
            let values = try table[column]
            runs.append((rows.map { steps[$0] }, rows.map { values[$0] }))
          }
          curves[index].append(
            CurveFigure.Curve(
              panel: plans.count - 1, title: parameter,
              column: "\(column) \(reference) \(parameter)", lineType: number % 8 + 1, runs: runs))
        }
      }
    }
    for reference in references {
      try add(
        "cosine", reference,
        .init(label: "cosine to \(Self.symbol(reference))", include: 0...1.04))
    }
    for reference in references {
      try add(
        "norm_ratio", reference,
        .init(label: "size to \(Self.symbol(reference))", decades: 1.3))
    }
    let titles = Self.distinct(groups.flatMap { $0.runs.map(\.title) })
    let subject = titles.count == 1 ? titles[0] : "\(titles.count) models"
    var figure = CurveFigure(
      title: "\(subject): updates against gradients", xLabel: "update", plans: plans,
      groups: groups.indices.map {
        .init(label: groups[$0].label, runCount: groups[$0].runs.count, curves: curves[$0])
      }, band: request.band)
    // The names of parameters are long: they go above, as those of groups do.
    figure.legendIsOnTop = true
    return try figure.figure(
      request.name(.alignment), summary: "\(FigureKind.alignment.summary.capitalizedFirst).",
      request.style, file: all[0].file)
  }

  private static func rows(_ table: NamedColumns, _ parameter: String, _ reference: String) -> [Int]
  {
    let parameters = table.texts(of: "parameter")
    let references = table.texts(of: "reference")
    return parameters.indices.filter {
      parameters[$0] == parameter && references[$0] == reference
    }
  }

  private static func distinct(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }
  }

  private static func symbol(_ reference: String) -> String {
    switch reference {
    case "augmented-energy": "−∇F"
    case "control-energy": "−∇H"
    case "loss": "−∇L"
    default: reference
    }
  }
}
