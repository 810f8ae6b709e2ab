/// Some columns of a training's table over epochs or updates.
struct TrainingColumns {
  let file: String
  let x: [Double]
  /// Those of the wanted columns that the table has.
  private(set) var columns: [String: [Double]] = [:]
  /// How rows were drawn together, if they were.
  let note: String?

  /// - Parameters:
  ///   - required: columns without which there is nothing to draw.
  ///   - mayDecimate: whether rows of a long table may be drawn together. Those of runs that are to be
  ///     compared row by row may not.
  /// - Throws: ``InputError`` where the file cannot be read, has no row, or lacks a required column.
  init(
    reading path: String, x axis: String, wanted: [String], required: [String], mayDecimate: Bool
  ) throws(InputError) {
    file = path
    let reader = try CSVReader(path)
    for name in required { _ = try reader.index(of: name) }
    var names: [String] = []
    for name in wanted where reader.header.contains(name) && !names.contains(name) {
      names.append(name)
    }
    if mayDecimate {
      let series = try Series(reading: path, SeriesRequest(x: axis, columns: names))
      x = series.x
      note = series.note
      for (name, values) in zip(series.names, series.columns) { columns[name] = values }
    } else {
      let table = try NamedColumns(reading: path)
      x = try table[axis]
      note = nil
      for name in names { columns[name] = try table[name] }
    }
  }
}
