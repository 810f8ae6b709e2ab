/// Reads a table with a header into samples.
struct TableReader {
  /// The table's path.
  var path: String
  /// The column of the class.
  var labels: String?
  /// The columns of the target vector.
  var targets: [String]
  /// The names of the classes; empty where labels are numbers.
  var classes: [String]
  var scale: Double
  var limit: Int?
  var expectation: DataExpectation

  func read() throws(InputError) -> SampleTable {
    let reader = try CSVReader(path)
    let labelColumn = try labels.map { (name) throws(InputError) in
      try column(name, "labels", in: reader.header)
    }
    var targetColumns: [Int] = []
    for name in targets { targetColumns.append(try column(name, "targets", in: reader.header)) }
    if let name = Self.firstDuplicate(targets) {
      throw InputError(path, .whole, "data.targets names the column '\(name)' twice")
    }
    let features = reader.header.indices.filter { $0 != labelColumn && !targetColumns.contains($0) }
    try checkWidths(features: features.count, reader.header)

    var values: [Double] = []
    var targetValues: [Double] = []
    var labelValues: [Int] = []
    var classReader = ClassReader(classes, limit: expectation.outputWidth, file: path)
    var record = CSVRecord()
    var count = 0
    while limit.map({ count < $0 }) ?? true, try reader.next(&record) {
      for column in features {
        let value = try number(record, column, reader.header)
        if !(value * scale).isFinite {
          throw InputError(
            path, record.place(column), "\(value) times the scale \(scale) is not finite")
        }
        values.append(value)
      }
      for column in targetColumns {
        targetValues.append(try number(record, column, reader.header))
      }
      if let labelColumn {
        labelValues.append(
          try classReader.label(record[labelColumn], at: record.place(labelColumn)))
      }
      count += 1
    }
    if count == 0 {
      throw InputError(path, .whole, "has a header and no samples", try: "add lines below it")
    }
    return SampleTable(
      source: path, count: count, sampleShape: [features.count], inputs: .doubles(values),
      labels: labelColumn == nil ? nil : labelValues,
      targets: targets.isEmpty ? nil : targetValues, targetWidth: targets.count)
  }

  private func number(
    _ record: CSVRecord, _ column: Int, _ header: [String]
  ) throws(InputError) -> Double {
    if let value = record.number(column), value.isFinite { return value }
    let text = record[column]
    throw InputError(
      path, record.place(column),
      text.isEmpty
        ? "the column '\(header[column])' is empty here"
        : "'\(Self.shortened(text))' in the column '\(header[column])' is not a finite number",
      try: "correct it or remove the line")
  }

  private func column(
    _ name: String, _ key: String, in header: [String]
  ) throws(InputError) -> Int {
    if let index = header.firstIndex(of: name) { return index }
    let shown = header.suffix(8).map { "'\($0)'" }.joined(separator: ", ")
    throw InputError(
      path, .line(1, column: nil), "has no column '\(name)', which data.\(key) names",
      try: (header.count > 8 ? "the last of its columns are " : "its columns are ") + shown)
  }

  private func checkWidths(features: Int, _ header: [String]) throws(InputError) {
    if features == 0 {
      throw InputError(
        path, .line(1, column: nil), "has no column left for the inputs",
        try: "every column that is neither label nor target is an input")
    }
    if let wanted = expectation.inputWidth, wanted != features {
      throw InputError(
        path, .line(1, column: nil),
        "has \(counted(features, "input column")); the network has \(counted(wanted, "input unit"))",
        try: "name the columns that are no inputs under labels or targets, or change the network")
    }
    if !targets.isEmpty, let wanted = expectation.outputWidth, wanted != targets.count {
      throw InputError(
        path, .line(1, column: nil),
        "has \(counted(targets.count, "column")) of targets; the loss reads \(counted(wanted, "unit"))",
        try: "name \(counted(wanted, "column")) under data.targets")
    }
  }

  private static func firstDuplicate(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }

  private static func shortened(_ text: String) -> String {
    text.count > 40 ? text.prefix(40) + "..." : text
  }
}
