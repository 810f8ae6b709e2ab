/// Makes an SVG of gnuplot's smaller without changing what is to be seen.
///
/// gnuplot opens a group for every change of colour or width, most of which are empty or as the one before, and
/// draws every row of a table, however many fall on the same pixel.
package enum SVGText {
  /// How far a line may pass by a point that is left out, in pixels.
  package static let tolerance = 0.05

  private typealias Point = (x: Double, y: Double)

  package static func compact(_ svg: [UInt8]) -> [UInt8] { withFewerGroups(withFewerPoints(svg)) }

  // MARK: Groups

  /// Without groups that have nothing in them, and with neighbours of the same attributes as one.
  private static func withFewerGroups(_ svg: [UInt8]) -> [UInt8] {
    let (opening, closing, empty) = (
      Array("<g ".utf8), Array("</g>".utf8), Array("<text></text>".utf8)
    )
    var result: [UInt8] = []
    result.reserveCapacity(svg.count)
    // Of each open group: its tag, and where it and its contents begin in the result.
    var groups: [(tag: ArraySlice<UInt8>, start: Int, contents: Int)] = []
    // The group that was closed last, and where it ends.
    var last: (tag: ArraySlice<UInt8>, start: Int, contents: Int, end: Int)?
    var position = 0
    while position < svg.count {
      let rest = svg[position...]
      if rest.first == opening[0], rest.starts(with: opening),
        let end = rest.firstIndex(of: UInt8(ascii: ">"))
      {
        let tag = svg[position...end]
        position = end + 1
        if let previous = last, previous.tag == tag, isBlank(result[previous.end...]) {
          // Opened again: without its end.
          result.removeLast(result.count - previous.end + closing.count)
          groups.append((tag, previous.start, previous.contents))
        } else {
          groups.append((tag, result.count, result.count + tag.count))
          result += tag
        }
      } else if rest.first == closing[0], rest.starts(with: closing), let group = groups.popLast() {
        position += closing.count
        if isBlank(result[group.contents...]) {
          result.removeLast(result.count - group.start)
          while let byte = result.last, isBlank([byte]) { result.removeLast() }
          result.append(UInt8(ascii: "\n"))
        } else {
          result += closing
          last = (group.tag, group.start, group.contents, result.count)
        }
      } else if rest.first == empty[0], rest.starts(with: empty) {
        position += empty.count
      } else {
        result.append(svg[position])
        position += 1
      }
    }
    return result
  }

  private static func isBlank(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.allSatisfy {
      $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t")
    }
  }

  // MARK: Lines

  /// Polylines without the points that they would pass through anyway.
  private static func withFewerPoints(_ svg: [UInt8]) -> [UInt8] {
    let opening = Array(" d='".utf8)
    var result: [UInt8] = []
    result.reserveCapacity(svg.count)
    var position = 0
    while position < svg.count {
      guard svg[position] == opening[0], svg[position...].starts(with: opening) else {
        result.append(svg[position])
        position += 1
        continue
      }
      let start = position + opening.count
      let end = svg[start...].firstIndex(of: UInt8(ascii: "'")) ?? svg.count
      result += opening
      result += simplified(svg[start..<end]) ?? Array(svg[start..<end])
      position = end
    }
    return result
  }

  /// A path of the commands `M` and `L` with absolute coordinates; nil for any other.
  private static func simplified(_ path: ArraySlice<UInt8>) -> [UInt8]? {
    var lines: [[(point: Point, text: Substring)]] = []
    let text = String(decoding: path, as: UTF8.self)
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let command = word.first, command == "M" || command == "L" else { return nil }
      let coordinates = word.dropFirst()
      let parts = coordinates.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count == 2, let x = Double(parts[0]), let y = Double(parts[1]) else { return nil }
      if command == "M" { lines.append([]) }
      guard !lines.isEmpty else { return nil }
      lines[lines.count - 1].append(((x, y), coordinates))
    }
    var result = ""
    for line in lines {
      let kept = places(line.map(\.point))
      for (number, index) in kept.enumerated() {
        result += (result.isEmpty ? "" : " ") + (number == 0 ? "M" : "L") + line[index].text
      }
    }
    return Array(result.utf8)
  }

  /// The points that a polyline needs, by Douglas and Peucker: where the farthest one from a chord is
  /// farther than the tolerance, the chord is broken there.
  private static func places(_ points: [Point]) -> [Int] {
    guard points.count > 2 else { return Array(points.indices) }
    var isKept = [Bool](repeating: false, count: points.count)
    isKept[0] = true
    isKept[points.count - 1] = true
    var chords = [(0, points.count - 1)]
    while let (first, last) = chords.popLast() {
      var farthest = first
      var greatest = tolerance
      for index in first + 1..<max(last, first + 1) {
        let distance = distance(points[index], points[first], points[last])
        if distance > greatest { (farthest, greatest) = (index, distance) }
      }
      guard farthest > first else { continue }
      isKept[farthest] = true
      chords += [(first, farthest), (farthest, last)]
    }
    return points.indices.filter { isKept[$0] }
  }

  /// From a point to the stretch between two others.
  private static func distance(_ point: Point, _ start: Point, _ end: Point) -> Double {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let square = dx * dx + dy * dy
    let along = square > 0 ? ((point.x - start.x) * dx + (point.y - start.y) * dy) / square : 0
    let part = min(max(along, 0), 1)
    let (x, y) = (point.x - start.x - part * dx, point.y - start.y - part * dy)
    return (x * x + y * y).squareRoot()
  }
}
