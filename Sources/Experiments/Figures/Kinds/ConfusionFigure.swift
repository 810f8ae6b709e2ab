/// Which class was taken for which, from `confusion.csv`: the last evaluation of the held-out samples.
struct ConfusionFigure {
  let source: RunSource
  let path: String
  let request: FigureRequest

  /// With more classes there is no room for numbers.
  private static let numberedClasses = 20

  func figure() throws(InputError) -> Figure {
    let header = try CSVReader(path).header
    let answers = header.filter { $0.hasPrefix("as_") }
    let hasSplit = header.contains("split")
    let table = try NamedColumns(reading: path, texts: ["class"] + (hasSplit ? ["split"] : []))
    guard !answers.isEmpty else {
      throw InputError(path, .line(1, column: nil), "has no columns `as_<class>`")
    }
    var rows = Array(0..<table.rowCount)
    var subject = ""
    if hasSplit {
      let splits = table.texts(of: "split")
      let wanted = ["test", "validation", "train"].first { splits.contains($0) } ?? splits[0]
      let steps = try table["step"]
      let last = rows.filter { splits[$0] == wanted }.map { steps[$0] }.max() ?? .nan
      rows = rows.filter { splits[$0] == wanted && steps[$0] == last }
      subject = "\(wanted) samples after \(HeatGrid.digits(last, 9)) updates"
    }
    let classes = table.texts(of: "class")
    var counts: [[Double]] = []
    for answer in answers {
      let column = try table[answer]
      counts.append(rows.map { column[$0] })
    }
    let samples = try table["samples"]
    let correct = try table["correct"]
    let total = rows.reduce(0) { $0 + samples[$1] }
    let right = rows.reduce(0) { $0 + correct[$1] }
    if total > 0 {
      subject +=
        (subject.isEmpty ? "" : ", ") + "\(HeatGrid.digits(100 * right / total, 4)) % correct"
    }
    let map = MatrixFigure(
      title: source.title, subtitle: subject,
      rowLabel: "class", columnLabel: "taken for",
      rowNames: rows.map { classes[$0] }, columnNames: answers.map { String($0.dropFirst(3)) })
    // Shares of the class, so that rare classes are seen as well as frequent ones.
    var shares: [Double] = []
    var cells: [Double] = []
    for (index, row) in rows.enumerated() {
      for column in counts {
        shares.append(samples[row] > 0 ? 100 * column[index] / samples[row] : .nan)
        cells.append(column[index])
      }
    }
    return map.figure(
      request.name(.confusion), summary: "Confusion of \(source.title): \(subject).",
      shares, numbers: rows.count <= Self.numberedClasses ? cells : nil,
      palette: .sequential(100, "% of the class"), request.style)
  }
}
