/// Why parameters cannot be made or kept as asked.
public struct ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  /// With its message.
  public init(_ description: String) { self.description = description }
}
