internal import Dynamics

/// The way of a sample as it is drawn in a plane, straight from step to step of the solver.
struct DrawnWay {
  private var times: [Double] = []
  private var places: [(x: Double, y: Double)] = []
  /// How far it has come at each of the times, in the plane.
  private var lengths: [Double] = []

  init(_ path: FlowPath, on plane: PortraitPlane) {
    times = path.times
    places = path.phi.map(plane.coordinates)
    var length = 0.0
    for (k, place) in places.enumerated() {
      if k > 0 {
        let (dx, dy) = (place.x - places[k - 1].x, place.y - places[k - 1].y)
        length += (dx * dx + dy * dy).squareRoot()
      }
      lengths.append(length)
    }
  }

  private var end: Double { times.last ?? 0 }
  var length: Double { lengths.last ?? 0 }

  /// Where it is at a time; at its end ever after.
  func place(at time: Double) -> (x: Double, y: Double) {
    guard let (k, part) = step(at: time) else { return places.last ?? (.nan, .nan) }
    let (a, b) = (places[k], places[k + 1])
    return (a.x + part * (b.x - a.x), a.y + part * (b.y - a.y))
  }

  private func length(at time: Double) -> Double {
    guard let (k, part) = step(at: time) else { return length }
    return lengths[k] + part * (lengths[k + 1] - lengths[k])
  }

  /// The step within which a time lies, and how much of it has passed.
  private func step(at time: Double) -> (index: Int, part: Double)? {
    guard time < end else { return nil }
    var (low, high) = (0, times.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle } else { high = middle }
    }
    return (low, (time - times[low]) / (times[high] - times[low]))
  }

  /// `count` + 1 times, between which ways that are drawn together come equally far, all told.
  static func times(_ ways: [DrawnWay], count: Int) -> [Double] {
    let all = Set(ways.flatMap(\.times)).sorted()
    let lengths = all.map { time in ways.reduce(0) { $0 + $1.length(at: time) } }
    guard let end = all.last, let total = lengths.last, total > 0, total.isFinite else {
      return Array(repeating: all.last ?? 0, count: count + 1)
    }
    var k = 0
    return (0...count).map { row in
      guard row < count else { return end }
      let wanted = total * Double(row) / Double(count)
      while lengths[k + 1] <= wanted { k += 1 }
      let part = (wanted - lengths[k]) / (lengths[k + 1] - lengths[k])
      return all[k] + part * (all[k + 1] - all[k])
    }
  }
}
