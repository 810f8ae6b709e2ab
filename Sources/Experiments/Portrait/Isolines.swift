/// Lines of equal value of a function on a rectangular grid, by marching squares: straight within each
/// cell, joined to polylines across them.
struct Isolines {
  typealias Point = (x: Double, y: Double)

  let xs: [Double]
  let ys: [Double]
  /// Row by row, [ys × xs]; NaN where it is not known, and no line goes there.
  let values: [Double]

  /// The polylines at a level; one that closes ends where it begins.
  func lines(at level: Double) -> [[Point]] {
    var points: [Int: Point] = [:]
    var ends: [Int: [Int]] = [:]
    for row in 0..<max(0, ys.count - 1) {
      for column in 0..<max(0, xs.count - 1) {
        for (a, b) in segments(row, column, level, &points) {
          ends[a, default: []].append(b)
          ends[b, default: []].append(a)
        }
      }
    }
    var lines: [[Point]] = []
    func walk(from start: Int) {
      var line = [start]
      var place = start
      while let next = ends[place]?.popLast() {
        if let back = ends[next]?.firstIndex(of: place) { ends[next]?.remove(at: back) }
        line.append(next)
        place = next
      }
      if line.count > 1 { lines.append(line.compactMap { points[$0] }) }
    }
    // Open lines from their ends first; what is left are rings. In order, so that files are the same.
    for start in ends.keys.sorted() where ends[start]?.count == 1 { walk(from: start) }
    for start in ends.keys.sorted() where ends[start]?.isEmpty == false { walk(from: start) }
    return lines
  }

  /// The lines through one cell, each between two of its edges.
  private func segments(
    _ row: Int, _ column: Int, _ level: Double, _ points: inout [Int: Point]
  ) -> [(Int, Int)] {
    let width = xs.count
    // Counter-clockwise from the lower left corner, and the edge after each corner.
    let corners = [
      (row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column),
    ]
    let heights = corners.map { values[$0.0 * width + $0.1] - level }
    guard heights.allSatisfy(\.isFinite) else { return [] }
    let edges = [
      2 * (row * width + column), 2 * (row * width + column + 1) + 1,
      2 * ((row + 1) * width + column), 2 * (row * width + column) + 1,
    ]
    var crossed: [Int] = []
    for k in 0..<4 where (heights[k] >= 0) != (heights[(k + 1) % 4] >= 0) {
      let (from, to) = (corners[k], corners[(k + 1) % 4])
      let part = heights[k] / (heights[k] - heights[(k + 1) % 4])
      // From the same end for both cells of an edge, to the same bits.
      if points[edges[k]] == nil {
        points[edges[k]] = (
          xs[from.1] + part * (xs[to.1] - xs[from.1]), ys[from.0] + part * (ys[to.0] - ys[from.0])
        )
      }
      crossed.append(k)
    }
    switch crossed.count {
    case 2: return [(edges[crossed[0]], edges[crossed[1]])]
    case 4:
      // A saddle: the corners that agree with its middle are joined.
      let middle = heights.reduce(0, +) / 4
      let joinsFirst = (middle >= 0) == (heights[0] >= 0)
      return joinsFirst
        ? [(edges[0], edges[1]), (edges[2], edges[3])]
        : [(edges[3], edges[0]), (edges[1], edges[2])]
    default: return []
    }
  }
}
