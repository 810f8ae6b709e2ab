#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The rate falls by the same factor at each milestone, as with PyTorch's `MultiStepLR`.
public struct MilestoneSchedule: Schedule {
  public let name = "steps"
  /// Numbers of updates after which the rate falls.
  public var milestones: [Int]
  /// What the rate is multiplied by at each.
  public var factor: Double

  /// From its parts.
  public init(_ milestones: [Int], factor: Double = 0.1) {
    self.milestones = milestones
    self.factor = factor
  }

  public func factor(step: Int, of total: Int) -> Double {
    pow(factor, Double(milestones.count { $0 <= step }))
  }
}

/// The rate falls by the same factor whenever so many updates are done, as with PyTorch's `StepLR`.
public struct PeriodicSchedule: Schedule {
  public let name = "steps"
  /// Updates from one fall to the next.
  public var every: Int
  /// What the rate is multiplied by each time.
  public var factor: Double

  /// From its parts.
  public init(every: Int, factor: Double = 0.1) {
    precondition(every > 0, "every \(every) updates")
    self.every = every
    self.factor = factor
  }

  public func factor(step: Int, of total: Int) -> Double { pow(factor, Double(step / every)) }
}
