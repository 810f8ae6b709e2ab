/// Makes the figures of a run, of several, or of a single file.
public struct FigureMaker: Sendable {
  /// What is drawn.
  public let runs: [RunSource]
  /// How it is drawn.
  public var request: FigureRequest

  private let groups: [RunGroup]

  /// From its parts.
  public init(_ runs: [RunSource], _ request: FigureRequest = FigureRequest()) {
    self.runs = runs
    self.request = request
    groups = RunGroup.make(runs)
  }

  /// The kinds that can be drawn of what there is.
  public var available: [FigureKind] {
    FigureKind.allCases.filter { kind in
      guard runs.count == 1 || kind.takesManyRuns else { return false }
      switch kind {
      case .capacity:
        return hasAll("metrics.csv") && (try? CapacityFigure.key(groups, asked: request.x)) != nil
      case .features:
        guard let path = runs[0].file("parameters.safetensors"),
          let arrays = try? ParameterArrays(runs[0], path)
        else { return false }
        // Variables may be meant for another kind.
        var plain = request
        plain.variables = []
        return (try? FeatureFigure.figures(arrays, plain)) != nil
      case .table: return runs[0].file != nil
      default: return kind.file.map(hasAll) ?? false
      }
    }
  }

  /// The kinds that are drawn where none is asked for: one view of each thing that there is.
  public var standard: [FigureKind] {
    let all = available
    let chosen = all.filter { ![.heatMap, .steps, .table].contains($0) }
    return chosen.isEmpty ? Array(all.prefix(1)) : chosen
  }

  /// The figures of a kind.
  ///
  /// - Throws: ``InputError`` where the runs have not what it takes.
  public func figures(_ kind: FigureKind) throws(InputError) -> [Figure] {
    if runs.count > 1 && !kind.takesManyRuns {
      throw InputError(
        runs[1].path, .whole, "a figure of the kind \(kind.rawValue) is of one run",
        try: "draw the runs one by one")
    }
    let run = runs[0]
    switch kind {
    case .trajectory, .heatMap:
      return try TrajectoryFigure.figures(run, path(kind), request, kind)
    case .learning, .steps, .control:
      return [try TrainingFigure(groups: groups, kind: kind, request: request).figure()]
    case .alignment: return [try AlignmentFigure(groups: groups, request: request).figure()]
    case .capacity: return [try CapacityFigure(groups: groups, request: request).figure()]
    case .eigenvalues:
      return [try EigenvalueFigure(source: run, path: path(kind), request: request).figure()]
    case .confusion:
      return [try ConfusionFigure(source: run, path: path(kind), request: request).figure()]
    case .features:
      return try FeatureFigure.figures(ParameterArrays(run, path(kind)), request)
    case .weights: return try WeightFigure.figures(ParameterArrays(run, path(kind)), request)
    case .table:
      guard let file = run.file else {
        throw InputError(run.path, .whole, "is a folder", try: "name a CSV file in it")
      }
      return [try TableFigure(source: run, path: file, request: request).figure()]
    }
  }

  private func path(_ kind: FigureKind) throws(InputError) -> String {
    try TrainingFigure.path(kind, runs[0])
  }

  private func hasAll(_ file: String) -> Bool { runs.allSatisfy { $0.file(file) != nil } }
}
