/// Why an integration or a root search could not go on.
///
/// Errors thrown by a field or an event function are not wrapped in this type: they come out as they
/// are.
public enum IntegrationError: Error, Sendable, Equatable {
  /// Where an integration was when it failed.
  public struct Situation: Sendable, Equatable {
    /// Model time.
    public var time: Double
    /// The step that was tried, in model time.
    public var stepSize: Double
    /// The order of the method.
    public var order: Int
    /// Steps since the start.
    public var steps: Int
    /// The variable with the largest estimated local error in proportion to its tolerance.
    public var worst: Component?

    package init(time: Double, stepSize: Double, order: Int, steps: Int, worst: Component?) {
      self.time = time
      self.stepSize = stepSize
      self.order = order
      self.steps = steps
      self.worst = worst
    }
  }

  /// One variable of one sample.
  public struct Component: Sendable, Equatable {
    /// The name of the component, such as `phi.hidden.3`.
    public var name: String
    /// Its column in the state.
    public var column: Int
    /// The row of the batch as it is now, after compaction.
    public var sample: Int
    /// Its value.
    public var value: Double

    package init(name: String, column: Int, sample: Int, value: Double) {
      self.name = name
      self.column = column
      self.sample = sample
      self.value = value
    }
  }

  /// What was found to be NaN or infinite.
  public enum Quantity: String, Sendable, Equatable {
    /// ż.
    case field = "the field"
    /// A Jacobian–vector product.
    case jacobianProduct = "the Jacobian product"
    /// What the preconditioner solved.
    case preconditioner = "the preconditioner's solution"
    /// z.
    case state = "the state"
  }

  /// Which part of a linear solver failed.
  public enum LinearPhase: String, Sendable, Equatable {
    /// When it was set up for the first time.
    case initialization
    /// Before steps with a new matrix.
    case setup
    /// While it solved.
    case solution
  }

  // MARK: Input
  /// The sentence says what is wrong and what is wanted.
  case badInput(String)
  /// An allocation of SUNDIALS failed; which one.
  case outOfMemory(String)
  /// A call that needs a started integration, or its first step.
  case notStarted
  /// Dense output covers the last step alone.
  case outsideLastStep(time: Double, from: Double, to: Double)

  // MARK: The integration cannot go on
  /// More internal steps than allowed.
  case stepLimitReached(limit: Int, Situation)
  /// The tolerances are below rounding; `factor` times as large they would be in reach.
  case toleranceOutOfReach(factor: Double, Situation)
  /// The local error stays above its tolerance at the smallest step.
  case errorTestFailed(Situation)
  /// The nonlinear iteration of a step does not converge at the smallest step.
  case correctorNotConverged(Situation)
  /// The linear solver inside a step gave up; its own words.
  case linearSolverFailed(LinearPhase, String, Situation)
  /// The nonlinear solver inside a step gave up; its own words.
  case nonlinearSolverFailed(String, Situation)
  /// t + h = t: steps have become so small that time stands still.
  case timeUnderflow(Situation)

  // MARK: Numbers that are none
  /// A number that is infinite or none, and where.
  case notFinite(Quantity, Component, Situation)
  /// Both tolerances of a variable are zero, or its state is zero and its absolute tolerance is.
  case noTolerance(Component, Situation)
  /// An event's value is infinite or no number.
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
