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
  ///   - quickest: the shortest time constant.
  package init(_ track: StateTrack, names: (Int) -> String, tolerance: Double, quickest: Double) {
    guard let last = track.lastFinite, last >= 8 else {
      self = .unknown
      return
    }
    let middle = last / 2
    let span = track.times[last] - track.times[middle]
    if let swing = Swing(track, from: middle, to: last), swing.isRegular {
      let residual = track.residuals[middle...last].max() ?? .nan
      if residual < Self.noise * tolerance, swing.growth > 0.9, swing.growth < 1.1 {
        self = .hovers
      } else {
        self = .oscillates(
          component: names(swing.column), period: swing.period, growth: swing.growth)
      }
      return
    }
    // By time, not by steps: of what drifts these grow with the time that has passed.
    let latest = track.times[last] - (track.times[last] - track.times[0]) / 3
    let start = min(track.times.firstIndex { $0 >= latest } ?? last, last - 1)
    let growth = log(track.norm(last) / max(track.norm(start), 1e-300))
    let isLarge = track.norm(last) > 1e3 * max(1, track.norm(0)) || track.norm(last) > 1e6
    // What drifts grows by the factor 3/2 in the last third of its time.
    if isLarge, growth > 0.5 {
      let rate = growth / (track.times[last] - track.times[start])
      let column = (0..<track.width).max {
        track.value(last, $0).magnitude < track.value(last, $1).magnitude
      }
      self = .explodes(component: names(column ?? 0), foldTime: 1 / rate)
      return
    }
    if span / Double(last - middle) < Self.minute * quickest, last >= 100 {
      self = .stuck(step: span / Double(last - middle))
      return
    }
    let quarter = last - last / 4
    let earlier = track.residuals[middle...quarter].max() ?? .nan
    let later = track.residuals[quarter...last].max() ?? .nan
    let between =
      (track.times[quarter] + track.times[last] - track.times[middle] - track.times[quarter]) / 2
    let rate = log(earlier / later) / between
    if rate.isFinite, rate * span > 0.05, later > tolerance {
      self = .approaches(foldTime: 1 / rate, left: log(later / tolerance) / rate)
      return
    }
    if later < Self.noise * tolerance {
      self = .hovers
      return
    }
    let column = (0..<track.width).max {
      abs(track.value(last, $0) - track.value(quarter, $0))
        < abs(track.value(last, $1) - track.value(quarter, $1))
    }
    let moved = track.value(last, column ?? 0) - track.value(quarter, column ?? 0)
    self = .drifts(
      component: names(column ?? 0), speed: moved / (track.times[last] - track.times[quarter]))
  }
}

/// The swings of the component that moves most: from one turning point to the next.
struct Swing {
  let column: Int
  /// Twice the time between two turning points.
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
    let gaps = zip(turns.dropFirst(), turns).map { $0.time - $1.time }
    let swings = zip(turns.dropFirst(), turns).map { abs($0.value - $1.value) }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    period = 2 * mean
    growth = pow(swings[swings.count - 1] / swings[0], 2 / Double(swings.count - 1))
    isRegular = variance.squareRoot() < 0.5 * mean && growth.isFinite
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
