/// Draws rows together so that a figure of any table has a few thousand, and no extreme is lost.
///
/// Each segment is cut into bins, of equal width in x, or of equally many rows where x goes back and forth.
/// A bin with more than two rows becomes two: at its first x and at its last, with the least and the
/// greatest value of each column in the order in which they came. A bin is narrower than a pixel.
struct Decimator {
  /// For all segments together.
  static let bins = 1500
  /// So many rows are drawn as they are.
  static let limit = 4000

  private(set) var x: [Double] = []
  private(set) var columns: [[Double]]
  /// The rows of each segment.
  private(set) var rows: [Range<Int>]
  private(set) var isDecimated: Bool

  private let plan: SeriesPlan
  private let binCounts: [Int]
  private var segment = 0
  private var bin = -1
  private var rowsInSegment = 0
  private var rowsInBin = 0
  private var firstX = 0.0
  private var lastX = 0.0
  private var extremes: [Extremes]

  private struct Extremes {
    var first = Double.nan
    var last = Double.nan
    var least = Double.nan
    var greatest = Double.nan
    var leastCameFirst = true

    mutating func add(_ value: Double, isFirst: Bool) {
      if isFirst { self = Extremes(first: value) }
      last = value
      guard !value.isNaN else { return }
      if !(value >= least) {
        least = value
        leastCameFirst = false
      }
      if !(value <= greatest) {
        greatest = value
        leastCameFirst = true
      }
    }
  }

  init(_ plan: SeriesPlan) {
    self.plan = plan
    columns = plan.request.columns.map { _ in [] }
    extremes = plan.request.columns.map { _ in Extremes() }
    rows = plan.segments.map { _ in 0..<0 }
    let total = Double(max(plan.rowCount, 1))
    isDecimated = plan.rowCount > Self.limit
    // Scaled, so that not even the widest segments there can be have an infinite sum.
    let scale = 0.5 / Double(max(plan.segments.count, 1))
    let width = plan.segments.reduce(0) { $0 + ($1.high * scale - $1.low * scale) }
    let isOrdered = plan.isOrdered && width > 0
    binCounts = plan.segments.map { segment in
      let part =
        isOrdered
        ? (segment.high * scale - segment.low * scale) / width : Double(segment.rowCount) / total
      return max(1, Int((Double(Self.bins) * part).rounded()))
    }
  }

  mutating func add(_ segment: Int, _ x: Double, _ values: [Double]) {
    if segment != self.segment {
      flush()
      rows[self.segment] = start..<self.x.count
      start = self.x.count
      self.segment = segment
      bin = -1
      rowsInSegment = 0
    }
    let next = isDecimated ? bin(of: x) : rowsInSegment
    if next != bin {
      flush()
      bin = next
    }
    let isFirst = rowsInBin == 0
    if isFirst { firstX = x }
    lastX = x
    for (k, value) in values.enumerated() { extremes[k].add(value, isFirst: isFirst) }
    rowsInBin += 1
    rowsInSegment += 1
  }

  mutating func finish() {
    flush()
    if !rows.isEmpty { rows[segment] = start..<x.count }
  }

  /// The first row of the segment at hand.
  private var start = 0

  private func bin(of x: Double) -> Int {
    let part = plan.segments[segment]
    let count = Double(binCounts[segment])
    let place =
      plan.isOrdered
      ? (x / 2 - part.low / 2) / (part.high / 2 - part.low / 2)
      : Double(rowsInSegment) / Double(max(part.rowCount, 1))
    // A segment without width is one bin; a file that grew meanwhile goes beyond the last.
    return place.isFinite ? Int(min(max(place * count, 0), count - 1)) : 0
  }

  private mutating func flush() {
    guard rowsInBin > 0 else { return }
    defer { rowsInBin = 0 }
    x.append(firstX)
    if rowsInBin == 1 {
      for k in columns.indices { columns[k].append(extremes[k].first) }
      return
    }
    x.append(lastX)
    for (k, part) in extremes.enumerated() {
      if rowsInBin == 2 {
        columns[k] += [part.first, part.last]
      } else {
        columns[k] +=
          part.leastCameFirst ? [part.least, part.greatest] : [part.greatest, part.least]
      }
    }
  }
}
