/// A matrix of weights as a heat map: a row for each unit that the synapses lead to.
enum WeightFigure {
  static func figures(
    _ arrays: ParameterArrays, _ request: FigureRequest
  ) throws(InputError) -> [Figure] {
    let names = request.variables.isEmpty ? arrays.recurrent : request.variables
    guard !names.isEmpty else {
      throw InputError(arrays.path, .whole, "has no matrix of weights to draw")
    }
    var figures: [Figure] = []
    for name in names {
      let (matrix, array) = try arrays.matrix(name)
      figures.append(
        figure(
          arrays, matrix, array, request,
          names.count > 1 ? "\(request.name(.weights))-\(fileName(matrix))" : request.name(.weights)
        ))
    }
    return figures
  }

  /// What a parameter's files are called.
  static func fileName(_ matrix: String) -> String {
    var stem = matrix
    if stem.hasSuffix(".weight") { stem.removeLast(7) }
    return String(stem.map { $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : "-" })
  }

  private static func figure(
    _ arrays: ParameterArrays, _ matrix: String, _ array: NumericArray, _ request: FigureRequest,
    _ name: String
  ) -> Figure {
    let (rows, rowGroup) = HeatGrid.compact(array.values, columns: array.shape[1])
    // Columns are drawn together as the rows of the transpose.
    let height = rows.count / array.shape[1]
    let transposed = transpose(rows, columns: array.shape[1])
    let (columns, columnGroup) = HeatGrid.compact(transposed, columns: height)
    let values = transpose(columns, columns: height)
    let ends = arrays.ends(of: matrix)
    func words(_ group: Int) -> String { group > 1 ? " (\(group) units a cell)" : "" }
    let map = MatrixFigure(
      title: "\(arrays.source.title): \(matrix)",
      rowLabel: "to unit of \(ends?.to ?? "post")\(words(rowGroup))",
      columnLabel: "from unit of \(ends?.from ?? "pre")\(words(columnGroup))",
      group: (rowGroup, columnGroup))
    var figure = map.figure(
      name, summary: "The weights \(matrix) of \(arrays.source.title), [post, pre].", values,
      columns: values.count / height, palette: .diverging(HeatGrid.limit(values), "weight"),
      request.style)
    if rowGroup > 1 || columnGroup > 1 {
      figure.notes.append(
        "a cell is the weight farthest from 0 of \(rowGroup) by \(columnGroup) synapses")
    }
    return figure
  }

  private static func transpose(_ values: [Double], columns: Int) -> [Double] {
    let rows = values.count / columns
    var result = values
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return result
  }
}
