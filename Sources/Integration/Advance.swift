/// What one call of an ``Integrator`` did.
public struct Advance: Sendable, Equatable {
  /// Why the integrator came back.
  public enum Reason: Sendable, Equatable {
    /// One internal step was taken.
    case stepped
    /// The time asked for, or the limit, has been reached.
    case reached
    /// These events happened, at ``Advance/time``.
    case events([FiredEvent])
  }

  /// The time of the integrator's state now.
  public let time: Double
  /// Why the integrator came back.
  public let reason: Reason

  /// The events that happened at ``time``; none as a rule.
  public var events: [FiredEvent] {
    if case .events(let fired) = reason { return fired }
    return []
  }
}
