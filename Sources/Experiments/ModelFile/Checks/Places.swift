/// The place of a dotted path, or of the nearest mapping around it that was written.
///
/// Projections and phases may be named by index or by name.
func nearestPlace(
  to path: [String], in places: [String: SourcePlace], _ model: ModelDescription
) -> SourcePlace {
  var path = path
  if path.count > 2, path.starts(with: ["network", "projections"]), Int(path[2]) == nil,
    let index = model.network.projections.firstIndex(where: { $0.name == path[2] })
  {
    path[2] = String(index)
  }
  if path.count > 1, path[0] == "protocol", Int(path[1]) == nil,
    let index = model.protocol.firstIndex(where: { $0.name == path[1] })
  {
    path[1] = String(index)
  }
  while !path.isEmpty {
    if let place = places[path.joined(separator: ".")] { return place }
    path.removeLast()
  }
  return .position(line: 1, column: 1)
}

extension Reader {
  /// The problems in the order of the file, those of `--set` arguments first.
  var sortedProblems: [ModelFileError.Problem] {
    func rank(_ place: SourcePlace) -> (Int, Int, Int) {
      switch place {
      case .argument(let number): (0, number, 0)
      case .option: (0, .max, 0)
      case .file: (1, 0, 0)
      case .position(let line, let column): (2, line, column)
      }
    }
    // `sorted` is stable only by promise of the enumeration.
    return problems.enumerated()
      .sorted { a, b in
        let (first, second) = (rank(a.element.place), rank(b.element.place))
        return first == second ? a.offset < b.offset : first < second
      }
      .map(\.element)
  }
}
