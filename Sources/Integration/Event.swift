public import LinearAlgebra

/// A function of time and state whose zeros are found while integrating.
public struct Event<Element: Scalar> {
  /// Which way the value crosses zero.
  public enum Direction: Int32, Sendable, Equatable {
    /// Only zeros where the function decreases.
    case falling = -1
    /// Either way.
    case either = 0
    /// Only zeros where the function increases.
    case rising = 1
  }

  /// For reports.
  public let name: String
  /// The crossing that counts.
  public let direction: Direction
  /// g(t, z), continuous. An error thrown comes out of the integrator unchanged.
  public let value: (_ time: Double, _ state: Span<Element>) throws -> Double

  /// From its parts.
  public init(
    _ name: String, direction: Direction = .either,
    value: @escaping (_ time: Double, _ state: Span<Element>) throws -> Double
  ) {
    self.name = name
    self.direction = direction
    self.value = value
  }
}

/// An event that happened.
public struct FiredEvent: Sendable, Equatable {
  /// Its place in ``Integrator/events``.
  public let index: Int
  /// The name of the event.
  public let name: String
  /// Whether its function was increasing.
  public let isRising: Bool
}
