internal import Foundation

/// How a sample that did not settle went in the end.
public enum Course: Sendable, Equatable {
  /// Around something that it does not reach, with a factor of its swings from one period to the next.
  case oscillates(component: String, period: Double, growth: Double)
  /// Away from everything; the time in which it becomes e times as large.
  case explodes(component: String, foldTime: Double)
  /// On and on, so much in a unit of time.
  case drifts(component: String, speed: Double)
  /// To an equilibrium; the time in which the residual falls e-fold, and the time that is left.
  case approaches(foldTime: Double, left: Double)
  /// Nowhere: steps have become minute, of so much time each.
  case stuck(step: Double)
  /// Around its end, by no more than the solver's errors.
  case hovers
  /// Too little was seen.
  case unknown

  /// As files have it.
  public var name: String {
    switch self {
    case .oscillates: "oscillates"
    case .explodes: "explodes"
    case .drifts: "drifts"
    case .approaches: "approaches"
    case .stuck: "stuck"
    case .hovers: "hovers"
    case .unknown: "unknown"
    }
  }
}

extension Course {
  /// Steps this short, in proportion to the quickest time constant, lead nowhere.
  private static let minute = 1e-4
  /// Residuals up to so many times the one asked for can be the solver's own doing.
  private static let noise = 100.0

  /// Reads the last steps of a sample.
  ///
  /// - Parameters:
  ///   - names: of the columns.
  ///   - tolerance: the residual that is asked for.
  ///   - constants: the shortest and the longest time constant of the model.
  package init(
    _ track: StateTrack, names: (Int) -> String, tolerance: Double,
    constants: ClosedRange<Double>
  ) {
    guard let last = track.lastFinite, last >= 8 else {
      self = .unknown
      return
    }
    if let swing = Swing(track, from: last / 2, to: last), swing.isRegular {
      let residual = track.residuals[(last / 2)...last].max() ?? .nan
      if residual < Self.noise * tolerance, swing.growth > 0.9, swing.growth < 1.1 {
        self = .hovers
      } else {
        self = .oscillates(
          component: names(swing.column), period: swing.period, growth: swing.growth)
      }
      return
    }
    // By time, not by steps: where little changes these become as long as all that went before.
    let (begin, end) = (track.times[0], track.times[last])
    let span = end - begin
    let mean = (end - track.times[last / 2]) / Double(last - last / 2)
    if mean < Self.minute * constants.lowerBound, last >= 100 {
      self = .stuck(step: mean)
      return
    }
    let (half, third, quarter) = (end - span / 2, end - span / 3, end - span / 4)
    let size = track.norm(last)
    // What drifts grows by the factor 3/2 in the last third of its time; what explodes, by more.
    let growth = log(size / max(StateTrack.norm(track.state(at: third)), 1e-300))
    if size > 1e3 * max(1, track.norm(0)) || size > 1e6, growth > 0.5 {
      let column = (0..<track.width).max {
        track.value(last, $0).magnitude < track.value(last, $1).magnitude
      }
      self = .explodes(component: names(column ?? 0), foldTime: span / 3 / growth)
      return
    }
    let (first, second, now) = (
      track.state(at: half), track.state(at: quarter), track.state(last)
    )
    func moved(_ from: ContiguousArray<Double>, _ to: ContiguousArray<Double>) -> Double {
      StateTrack.norm(zip(to, from).map { $0 - $1 })
    }
    let (before, after) = (moved(first, second), moved(second, now))
    // A residual is in proportion to the state: of what drifts it falls, too, but motion does not.
    let rate =
      4 / span * log(track.largest(from: half, to: quarter) / track.largest(from: quarter, to: end))
    let left = track.residuals[last]
    if rate.isFinite, rate * span > 0.1, after < 0.95 * before, left > tolerance {
      self = .approaches(foldTime: 1 / rate, left: log(left / tolerance) / rate)
      return
    }
    if after < 0.01 * size, track.largest(from: quarter, to: end) < Self.noise * tolerance {
      self = .hovers
      return
    }
    // Everything moves on evenly at first, and what wanders about turns.
    let along = (0..<track.width).reduce(0.0) {
      $0 + (second[$1] - first[$1]) * (now[$1] - second[$1])
    }
    guard span > 5 * constants.upperBound, along > 0.9 * before * after else {
      self = .unknown
      return
    }
    let column = (0..<track.width).max { abs(now[$0] - second[$0]) < abs(now[$1] - second[$1]) }
    self = .drifts(
      component: names(column ?? 0), speed: (now[column ?? 0] - second[column ?? 0]) / (span / 4))
  }
}

/// The swings of the component that moves most: from one turning point to the next.
struct Swing {
  let column: Int
  /// The time between a turning point and the next but one.
  private(set) var period = Double.nan
  /// By how much swings are larger one period later.
  private(set) var growth = Double.nan
  private(set) var isRegular = false

  /// Nil where nothing swings.
  init?(_ track: StateTrack, from start: Int, to end: Int) {
    func range(_ column: Int) -> Double {
      var (low, high) = (Double.infinity, -Double.infinity)
      for step in start...end {
        low = min(low, track.value(step, column))
        high = max(high, track.value(step, column))
      }
      return high - low
    }
    guard let column = (0..<track.width).max(by: { range($0) < range($1) }), range(column) > 0
    else { return nil }
    self.column = column
    let turns = Self.turns(track, column, through: end, least: 1e-6 * range(column)).suffix(24)
    guard turns.count >= 6 else { return nil }
    // From one turn to the next but one: ways up and down need not take the same time.
    let periods = zip(turns.dropFirst(2), turns).map { $0.time - $1.time }
    let swings = zip(turns.dropFirst(), turns).map { abs($0.value - $1.value) }
    // The first turns may be of how it began: what counts are the last ones that keep time.
    let typical = periods.sorted()[periods.count / 2]
    let begin = (periods.lastIndex { abs($0 - typical) > 0.2 * typical } ?? -1) + 1
    let kept = periods[begin...]
    guard kept.count >= 4 else { return nil }
    period = kept.reduce(0, +) / Double(kept.count)
    let between = swings.count - 1 - begin
    growth = pow(swings[swings.count - 1] / swings[begin], 2 / Double(between))
    isRegular = growth.isFinite
  }

  private struct Turn {
    var time: Double
    var value: Double
  }

  /// Where a component turns, each at the vertex of the parabola through three steps.
  private static func turns(
    _ track: StateTrack, _ column: Int, through end: Int, least: Double
  ) -> [Turn] {
    var turns: [Turn] = []
    guard end >= 2 else { return [] }
    for k in 1..<end {
      let (a, b, c) = (
        track.value(k - 1, column), track.value(k, column), track.value(k + 1, column)
      )
      guard (b - a) * (c - b) < 0 || (b != a && b == c) else { continue }
      let (before, after) = (
        track.times[k] - track.times[k - 1], track.times[k + 1] - track.times[k]
      )
      guard before > 0, after > 0 else { continue }
      let (left, right) = ((b - a) / before, (c - b) / after)
      let curvature = (right - left) / (before + after)
      let slope = (left * after + right * before) / (before + after)
      let offset = curvature == 0 ? 0 : max(-before, min(after, -slope / (2 * curvature)))
      let turn = Turn(
        time: track.times[k] + offset, value: b + offset * (slope + curvature * offset))
      if let last = turns.last, abs(turn.value - last.value) < least { continue }
      turns.append(turn)
    }
    return turns
  }
}
