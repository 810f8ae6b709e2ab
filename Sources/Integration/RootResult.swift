/// How a search for a root ended.
public struct RootResult: Sendable, Equatable {
  /// What KINSOL counts.
  public struct Statistics: Sendable, Equatable, Codable {
    /// Nonlinear iterations.
    public var iterations = 0
    /// Evaluations of the field, those for difference quotients and the last check included.
    public var fieldEvaluations = 0
    /// Jacobian–vector products.
    public var jacobianProducts = 0
    /// Iterations of the linear solver.
    public var krylovIterations = 0
    /// Linear systems that were not solved to their tolerance.
    public var linearConvergenceFailures = 0
    /// Steps that the line search shortened.
    public var backtracks = 0
    /// Steps that failed the line search's condition on the slope.
    public var betaConditionFailures = 0
    /// The norm of the last step, scaled.
    public var lastStep = 0.0

    /// All counts zero.
    public init() {}
  }

  /// What became of the search.
  public let outcome: RootOutcome
  /// max |Fᵢ| / residualScaleᵢ, evaluated on the state that is returned.
  public let residual: Double
  /// What it took.
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
