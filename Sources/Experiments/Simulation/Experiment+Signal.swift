internal import Dynamics

extension Experiment {
  /// The signal that a phase describes, for those columns of the inputs.
  ///
  /// - Parameters:
  ///   - samples: whose inputs of the moment it may start from.
  ///   - key: of the signal, for errors.
  /// - Throws: ``ModelFileError`` and ``InputError``.
  func signal(
    _ description: InputSignalDescription, columns: Range<Int>, of samples: Samples, key: String
  ) throws -> InputSignal {
    let width = columns.count
    func level(_ source: ArraySource, _ name: String) throws -> ContiguousArray<Double> {
      try values(of: source, shape: [width], key: "\(key).\(name)")
    }
    /// A level for each sample, so that those that start from different inputs can.
    func repeated(_ values: ContiguousArray<Double>) -> ContiguousArray<Double> {
      ContiguousArray((0..<samples.count).flatMap { _ in values })
    }
    func ends() throws -> (from: ContiguousArray<Double>, to: ContiguousArray<Double>) {
      let to = try level(description.to, "to")
      if let given = description.from { return (try level(given, "from"), to) }
      let all = samples.inputs.count / samples.count
      let now = (0..<samples.count).flatMap { row in
        samples.inputs[row * all + columns.lowerBound..<row * all + columns.upperBound]
      }
      return (ContiguousArray(now), repeated(to))
    }
    switch description.kind {
    case .step:
      let (from, to) = try ends()
      return InputSignal(
        .step(from: from, to: to, at: description.at, until: description.until))
    case .ramp:
      let (from, to) = try ends()
      return InputSignal(
        .ramp(from: from, to: to, start: description.start, duration: description.duration))
    case .sinusoid:
      return InputSignal(
        .sinusoid(
          mean: try level(description.mean, "mean"),
          amplitude: try level(description.amplitude, "amplitude"), period: description.period,
          phase: description.phase))
    case .file:
      let (times, rows) = try table(description, width: width)
      return InputSignal(
        .table(
          times: times, rows: rows,
          description.interpolation == .linear ? .linear : .previous))
    }
  }

  private func table(
    _ description: InputSignalDescription, width: Int
  ) throws(InputError) -> (times: ContiguousArray<Double>, rows: ContiguousArray<Double>) {
    let path = file.path(of: description.path)
    let reader = try CSVReader(path)
    func column(_ name: String) throws(InputError) -> Int {
      if let index = reader.header.firstIndex(of: name) { return index }
      throw InputError(
        path, .line(1, column: nil),
        Suggestion.message(unknown: "column", name, of: reader.header))
    }
    let time = try column(description.time)
    var chosen: [Int] = []
    for name in description.columns { chosen.append(try column(name)) }
    if chosen.isEmpty { chosen = reader.header.indices.filter { $0 != time } }
    guard chosen.count == width else {
      throw InputError(
        path, .line(1, column: nil),
        "\(counted(chosen.count, "column")) for \(counted(width, "input unit"))",
        try: "name one column for each unit: columns: [a, b]")
    }
    var times: ContiguousArray<Double> = []
    var rows: ContiguousArray<Double> = []
    var record = CSVRecord()
    while try reader.next(&record) {
      func number(_ column: Int) throws(InputError) -> Double {
        guard let value = record.number(column), value.isFinite else {
          throw InputError(
            path, record.place(column), "'\(record[column])' is no finite number",
            try: "correct the value")
        }
        return value
      }
      let moment = try number(time)
      if let last = times.last, moment <= last {
        throw InputError(
          path, record.place(time), "the time \(moment) comes after \(last)",
          try: "sort the rows by time, each time once; for jumps there is `interpolation: previous`"
        )
      }
      times.append(moment)
      for column in chosen { rows.append(try number(column)) }
    }
    if times.isEmpty { throw InputError(path, .whole, "has no rows") }
    return (times, rows)
  }
}
