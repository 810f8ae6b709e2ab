/// Why an integration or a root search could not go on.
///
/// Errors thrown by a field or an event function are not wrapped in this type: they come out as they
/// are.
public enum IntegrationError: Error, Sendable, Equatable {
  /// Where an integration was when it failed.
  public struct Situation: Sendable, Equatable {
    public var time: Double
    public var stepSize: Double
    public var order: Int
    public var steps: Int
    /// The variable with the largest estimated local error in proportion to its tolerance.
    public var worst: Component?
  }

  /// One variable of one sample.
  public struct Component: Sendable, Equatable {
    public var name: String
    public var column: Int
    /// The row of the batch as it is now, after compaction.
    public var sample: Int
    public var value: Double
  }

  /// What was found to be NaN or infinite.
  public enum Quantity: String, Sendable, Equatable {
    case field = "the field"
    case jacobianProduct = "the Jacobian product"
    case preconditioner = "the preconditioner's solution"
    case state = "the state"
  }

  /// Which part of a linear solver failed.
  public enum LinearPhase: String, Sendable, Equatable {
    case initialization, setup, solution
  }

  // MARK: Input
  /// The sentence says what is wrong and what is wanted.
  case badInput(String)
  case outOfMemory(String)
  /// A call that needs a started integration, or its first step.
  case notStarted
  /// Dense output covers the last step alone.
  case outsideLastStep(time: Double, from: Double, to: Double)

  // MARK: The integration cannot go on
  case stepLimitReached(limit: Int, Situation)
  /// The tolerances are below rounding; `factor` times as large they would be in reach.
  case toleranceOutOfReach(factor: Double, Situation)
  case errorTestFailed(Situation)
  case correctorNotConverged(Situation)
  case linearSolverFailed(LinearPhase, String, Situation)
  case nonlinearSolverFailed(String, Situation)
  /// t + h = t: steps have become so small that time stands still.
  case timeUnderflow(Situation)

  // MARK: Numbers that are none
  case notFinite(Quantity, Component, Situation)
  /// Both tolerances of a variable are zero, or its state is zero and its absolute tolerance is.
  case noTolerance(Component, Situation)
  case eventNotFinite(name: String, Situation)

  // MARK: Roots
  /// No root: how the search ended, and the largest scaled residual at its end.
  case rootNotFound(RootOutcome, residual: Double, iterations: Int)

  /// Anything else SUNDIALS reports, in its own words.
  case unexpected(String, Situation)

  /// Whether a number that is NaN or infinite was the cause.
  public var isNotFinite: Bool {
    switch self {
    case .notFinite, .eventNotFinite: true
    default: false
    }
  }

  /// Where the integration was, if it had begun.
  public var situation: Situation? {
    switch self {
    case .stepLimitReached(_, let situation), .toleranceOutOfReach(_, let situation),
      .errorTestFailed(let situation), .correctorNotConverged(let situation),
      .linearSolverFailed(_, _, let situation), .nonlinearSolverFailed(_, let situation),
      .timeUnderflow(let situation), .notFinite(_, _, let situation),
      .noTolerance(_, let situation), .eventNotFinite(_, let situation),
      .unexpected(_, let situation):
      situation
    case .badInput, .outOfMemory, .notStarted, .outsideLastStep, .rootNotFound: nil
    }
  }
}
