/// Why parameters cannot be made or kept as asked.
public struct ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
