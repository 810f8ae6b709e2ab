/// How a search for a root ended.
public struct RootResult: Sendable, Equatable {
  /// What KINSOL counts.
  public struct Statistics: Sendable, Equatable, Codable {
    public var iterations = 0
    /// Evaluations of the field, those for difference quotients and the last check included.
    public var fieldEvaluations = 0
    public var jacobianProducts = 0
    public var krylovIterations = 0
    public var linearConvergenceFailures = 0
    public var backtracks = 0
    public var betaConditionFailures = 0
    /// The norm of the last step, scaled.
    public var lastStep = 0.0

    public init() {}
  }

  public let outcome: RootOutcome
  /// max |Fᵢ| / residualScaleᵢ, evaluated on the state that is returned.
  public let residual: Double
  public let statistics: Statistics

  /// Throws ``IntegrationError/rootNotFound(_:residual:iterations:)`` where KINSOL claims no root.
  public func checked() throws -> RootResult {
    guard outcome.isConverged else {
      throw IntegrationError.rootNotFound(
        outcome, residual: residual, iterations: statistics.iterations)
    }
    return self
  }
}
