/// Another schedule after a linear rise: update k of the first ``updates``, counted from 1, has the
/// fraction k/updates of the rate. The schedule itself runs over the rest.
public struct Warmup: Schedule {
  public var updates: Int
  public var schedule: any Schedule
  public var name: String { schedule.name }

  public init(_ updates: Int, then schedule: any Schedule) {
    precondition(updates >= 0, "a warmup of \(updates) updates")
    self.updates = updates
    self.schedule = schedule
  }

  public func factor(step: Int, of total: Int) -> Double {
    step < updates
      ? Double(step + 1) / Double(updates)
      : schedule.factor(step: step - updates, of: max(total - updates, 0))
  }
}
