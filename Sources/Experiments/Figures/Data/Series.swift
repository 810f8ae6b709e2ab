/// Columns of a table over another one, as a figure shows them: every row where there are few, else for
/// each bin of rows the least and the greatest value of each column.
struct Series {
  /// A stretch of rows with the same phase.
  struct Segment {
    /// What stands in the column `phase`; empty where there is none.
    var phase: String
    var start: Double
    var end: Double
    /// Of `x` and of every column.
    var rows: Range<Int>
  }

  var names: [String]
  var x: [Double] = []
  /// For each of `names`, as many as `x`; NaN where the table has no finite number.
  var columns: [[Double]]
  var segments: [Segment] = []
  /// Rows of the table that were read.
  var rowCount = 0
  /// Whether rows were drawn together.
  var isDecimated = false

  /// How rows were drawn together, for those who look at the figure.
  var note: String? {
    isDecimated
      ? "\(rowCount) rows: the least and the greatest value of each of \(Decimator.bins) bins" : nil
  }

  /// The table that the figure reads: `x` and the columns under their names.
  func table(_ file: String, x name: String, with extra: [(String, [Double])] = []) -> Figure.Table
  {
    FigureTableText.table(
      file, [(name, x)] + zip(names, columns).map { ($0, $1) } + extra)
  }
}

/// Which rows and columns of a table to read.
struct SeriesRequest {
  var x: String
  var columns: [String]
  /// Rows whose field in this column is this text; nil: all.
  var only: (column: String, value: String)?
  /// The column that divides rows into segments, if the table has it.
  var phase: String?
}

extension Series {
  /// Reads a table in two passes and in constant memory.
  ///
  /// - Throws: ``InputError`` where the file cannot be read, has not the columns, or no row.
  init(reading path: String, _ request: SeriesRequest) throws(InputError) {
    let plan = try SeriesPlan(path, request)
    names = request.columns
    columns = request.columns.map { _ in [] }
    rowCount = plan.rowCount
    var decimator = Decimator(plan)
    try plan.forEachRow { (segment, x, values) throws(InputError) in
      decimator.add(segment, x, values)
    }
    decimator.finish()
    x = decimator.x
    columns = decimator.columns
    isDecimated = decimator.isDecimated
    for (index, segment) in plan.segments.enumerated() {
      segments.append(
        Segment(
          phase: segment.phase, start: segment.low, end: segment.high,
          rows: decimator.rows[index]))
    }
  }
}

/// The first pass: how many rows there are, and what range each segment has.
struct SeriesPlan {
  struct Segment {
    var phase: String
    var low: Double
    var high: Double
    var rowCount: Int
  }

  let path: String
  let request: SeriesRequest
  var segments: [Segment] = []
  /// Whether `x` never falls within a segment: bins are then of equal width, else of equal numbers of
  /// rows.
  var isOrdered = true
  var rowCount = 0

  init(_ path: String, _ request: SeriesRequest) throws(InputError) {
    self.path = path
    self.request = request
    var segments: [Segment] = []
    var previous = -Double.infinity
    var isOrdered = true
    var last = -1
    try Self.scan(path, request, columns: []) { (segment, phase, x, _) in
      if segment != last {
        segments.append(Segment(phase: phase, low: x, high: x, rowCount: 0))
        previous = -.infinity
        last = segment
      }
      segments[segment].rowCount += 1
      segments[segment].low = min(segments[segment].low, x)
      segments[segment].high = max(segments[segment].high, x)
      if x < previous { isOrdered = false }
      previous = x
    }
    self.segments = segments
    self.isOrdered = isOrdered
    rowCount = segments.reduce(0) { $0 + $1.rowCount }
    if rowCount == 0 {
      let which = request.only.map { " with \($0.column) \($0.value)" } ?? ""
      throw InputError(path, .whole, "has no row\(which) to draw", try: "is the run complete?")
    }
  }

  /// Hands over every wanted row: the segment, x, and the values of the columns.
  func forEachRow(_ body: (Int, Double, [Double]) throws(InputError) -> Void) throws(InputError) {
    try Self.scan(path, request, columns: request.columns) {
      (segment, _, x, values) throws(InputError) in
      // A file that grows while it is read has more rows the second time.
      if segment < segments.count { try body(segment, x, values) }
    }
  }

  /// Rows whose x is no finite number are passed over: they have no place in the figure.
  private static func scan(
    _ path: String, _ request: SeriesRequest, columns: [String],
    _ body: (Int, String, Double, [Double]) throws(InputError) -> Void
  ) throws(InputError) {
    let reader = try CSVReader(path)
    let x = try reader.index(of: request.x)
    let phase = request.phase.flatMap { reader.header.firstIndex(of: $0) }
    var wanted: [Int] = []
    for name in columns { wanted.append(try reader.index(of: name)) }
    var only: (index: Int, value: String)?
    if let filter = request.only { only = (try reader.index(of: filter.column), filter.value) }
    var record = CSVRecord()
    var segment = -1
    var name = ""
    var values = [Double](repeating: .nan, count: wanted.count)
    while try reader.next(&record) {
      if let only, record[only.index] != only.value { continue }
      guard let place = record.number(x), place.isFinite else { continue }
      let here = phase.map { record[$0] } ?? ""
      if segment < 0 || here != name {
        segment += 1
        name = here
      }
      for (k, column) in wanted.enumerated() {
        let value = record.number(column) ?? .nan
        values[k] = value.isFinite ? value : .nan
      }
      try body(segment, name, place, values)
    }
  }
}

extension CSVReader {
  /// Where the column of that name is.
  ///
  /// - Throws: ``InputError`` naming the columns that there are.
  func index(of name: String) throws(InputError) -> Int {
    if let index = header.firstIndex(of: name) { return index }
    throw InputError(
      file, .line(1, column: nil), Suggestion.message(unknown: "column", name, of: header))
  }
}
