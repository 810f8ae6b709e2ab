/// Inputs of some columns that change with time, from the moment at which they begin.
///
/// Between two ``breaks`` the course is smooth; there it may jump or bend, and an integrator must end a
/// step. At a jump itself the new value holds.
public struct InputSignal: Sendable, Equatable {
  /// How a table goes on between two of its rows.
  public enum Interpolation: Sendable, Equatable {
    /// On a straight line.
    case linear
    /// As the last row has it.
    case previous
  }

  /// The course; all levels have the same number of values, one for each element.
  public enum Course: Sendable, Equatable {
    /// `from` before `at`, `to` from then on, and `from` again from `until` on.
    case step(
      from: ContiguousArray<Double>, to: ContiguousArray<Double>, at: Double, until: Double?)
    /// From the one to the other on a straight line, which takes `duration` from `start` on.
    case ramp(
      from: ContiguousArray<Double>, to: ContiguousArray<Double>, start: Double, duration: Double)
    /// mean + amplitude·sin(2πt/period + phase)
    case sinusoid(
      mean: ContiguousArray<Double>, amplitude: ContiguousArray<Double>, period: Double,
      phase: Double)
    /// Rows at ascending times; before the first and after the last its values hold.
    case table(
      times: ContiguousArray<Double>, rows: ContiguousArray<Double>, Interpolation)
  }

  /// A moment at which the course is not smooth.
  public struct Break: Sendable, Equatable {
    /// When, counted from where the signal begins.
    public var time: Double
    /// Whether the value itself jumps, rather than its slope.
    public var isJump: Bool

    /// From its parts.
    public init(time: Double, isJump: Bool) {
      self.time = time
      self.isJump = isJump
    }
  }

  /// The course of the values over time.
  public let course: Course
  /// The number of values at a time.
  public let count: Int
  /// In ascending order, none before 0.
  public let breaks: [Break]

  /// A signal that goes so, from time 0 on.
  public init(_ course: Course) {
    self.course = course
    switch course {
    case .step(let from, let to, let at, let until):
      precondition(from.count == to.count, "\(from.count) and \(to.count) values")
      count = from.count
      breaks = [at, until].compactMap(\.self).filter { $0 > 0 }
        .map { .init(time: $0, isJump: true) }
    case .ramp(let from, let to, let start, let duration):
      precondition(from.count == to.count && duration > 0)
      count = from.count
      breaks = [start, start + duration].filter { $0 > 0 }.map { .init(time: $0, isJump: false) }
    case .sinusoid(let mean, let amplitude, let period, _):
      precondition(mean.count == amplitude.count && period > 0)
      count = mean.count
      breaks = []
    case .table(let times, let rows, let interpolation):
      precondition(!times.isEmpty && rows.count % times.count == 0)
      count = rows.count / times.count
      let jumps = interpolation == .previous
      breaks = times.filter { $0 > 0 }.map { .init(time: $0, isJump: jumps) }
    }
  }

  /// The time from which on nothing changes any more; nil: never.
  public var end: Double? {
    if case .sinusoid = course { return nil }
    return breaks.last?.time ?? 0
  }

  /// The longest step of an integrator that cannot overlook a period; nil: any.
  public var longestStep: Double? {
    if case .sinusoid(_, _, let period, _) = course { return period / 8 }
    return nil
  }

  /// The values at a time.
  ///
  /// - Parameters:
  ///   - time: from the origin of the signal.
  ///   - isBefore: at a jump, the value before it.
  public func values(at time: Double, before isBefore: Bool = false) -> ContiguousArray<Double> {
    func hasPassed(_ moment: Double) -> Bool { isBefore ? time > moment : time >= moment }
    switch course {
    case .step(let from, let to, let at, let until):
      return hasPassed(at) && !(until.map(hasPassed) ?? false) ? to : from
    case .ramp(let from, let to, let start, let duration):
      return Self.mix(from, to, min(1, max(0, (time - start) / duration)))
    case .sinusoid(let mean, let amplitude, let period, let phase):
      let wave = InputSignal.sine(2 * .pi * (time / period) + phase)
      var values = mean
      for i in values.indices { values[i] += amplitude[i] * wave }
      return values
    case .table(let times, let rows, let interpolation):
      func row(_ index: Int) -> ContiguousArray<Double> {
        ContiguousArray(rows[index * count..<(index + 1) * count])
      }
      // The number of rows that have passed, by bisection.
      var low = 0
      var high = times.count
      while low < high {
        let middle = (low + high) / 2
        if hasPassed(times[middle]) { low = middle + 1 } else { high = middle }
      }
      if low == 0 { return row(0) }
      if low == times.count || interpolation == .previous { return row(low - 1) }
      return Self.mix(
        row(low - 1), row(low), (time - times[low - 1]) / (times[low] - times[low - 1]))
    }
  }

  /// a + (b − a)·part, with the ends exact.
  private static func mix(
    _ a: ContiguousArray<Double>, _ b: ContiguousArray<Double>, _ part: Double
  ) -> ContiguousArray<Double> {
    if part <= 0 { return a }
    if part >= 1 { return b }
    var mixed = a
    for i in mixed.indices { mixed[i] += (b[i] - a[i]) * part }
    return mixed
  }
}
