/// The part that one variable has in the local error of a step.
public struct LocalError: Sendable, Equatable {
  /// The variable, of a sample of the batch as it is now.
  public var component: IntegrationError.Component
  /// The estimated error in proportion to its tolerance.
  public var weighted: Double
  /// Its part of the sum of squares over the variables of its sample, from 0 to 1.
  public var share: Double
}
