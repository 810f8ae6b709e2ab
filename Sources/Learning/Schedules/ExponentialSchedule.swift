#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// From 1 down to ``final`` by the same factor every update: final^(step/total).
public struct ExponentialSchedule: Schedule {
  public let name = "exponential"
  /// The fraction of the rate that is left after the last update, above 0.
  public var final: Double

  /// From its parts.
  public init(final: Double = 0.1) {
    precondition(final > 0, "a final fraction of \(final)")
    self.final = final
  }

  public func factor(step: Int, of total: Int) -> Double {
    pow(final, total > 0 ? min(1, Double(step) / Double(total)) : 0)
  }
}
