/// From 1 down to ``final`` on a straight line: 1 + (final − 1)·step/total.
public struct LinearSchedule: Schedule {
  public let name = "linear"
  /// The fraction of the rate that is left after the last update.
  public var final: Double

  /// From its parts.
  public init(final: Double = 0.1) { self.final = final }

  public func factor(step: Int, of total: Int) -> Double {
    let progress = total > 0 ? min(1, Double(step) / Double(total)) : 0
    return 1 + (final - 1) * progress
  }
}
