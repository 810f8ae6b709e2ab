/// Another schedule with a linear rise before it: update k of the first ``updates``, counted from 1, has
/// the fraction k/updates of the rate.
public struct Warmup: Schedule {
  /// Updates over which the rate rises.
  public var updates: Int
  /// What is multiplied by the rise, or follows it.
  public var schedule: any Schedule
  /// Whether the schedule begins after the rise; else it runs over all updates, hidden at first.
  public var comesFirst: Bool
  public var name: String { schedule.name }

  /// - Parameters:
  ///   - updates: over which the rate rises.
  ///   - schedule: runs over the updates that are left.
  public init(_ updates: Int, then schedule: any Schedule) {
    self.init(updates, schedule, comesFirst: true)
  }

  /// - Parameters:
  ///   - updates: over which the rate rises.
  ///   - schedule: counts all updates, those of the rise included.
  public init(_ updates: Int, within schedule: any Schedule) {
    self.init(updates, schedule, comesFirst: false)
  }

  private init(_ updates: Int, _ schedule: any Schedule, comesFirst: Bool) {
    precondition(updates >= 0, "a warmup of \(updates) updates")
    self.updates = updates
    self.schedule = schedule
    self.comesFirst = comesFirst
  }

  public func factor(step: Int, of total: Int) -> Double {
    if step < updates { return Double(step + 1) / Double(updates) }
    return comesFirst
      ? schedule.factor(step: step - updates, of: max(total - updates, 0))
      : schedule.factor(step: step, of: total)
  }
}
