/// Everything CVODE counts, since the last start.
public struct Statistics: Sendable, Equatable, Codable {
  /// Steps.
  public var steps = 0
  /// Evaluations of the field by the integrator itself.
  public var fieldEvaluations = 0
  /// Evaluations of the field for difference quotients of the Jacobian.
  public var differenceEvaluations = 0
  /// Steps that were too inaccurate and were tried again, shorter.
  public var errorTestFailures = 0
  /// Steps whose equations could not be solved.
  public var stepSolveFailures = 0
  /// Times that the order was lowered for the sake of stability.
  public var stabilityLimitOrderReductions = 0
  /// Evaluations of the events.
  public var eventEvaluations = 0

  /// The order of the last step.
  public var lastOrder = 0
  /// The order of the next one.
  public var currentOrder = 0
  /// The first step, in model time.
  public var initialStep = 0.0
  /// The last step, in model time.
  public var lastStep = 0.0
  /// The next step, in model time.
  public var currentStep = 0.0
  /// Where the integrator itself is, which may be beyond the time asked for.
  public var currentTime = 0.0
  /// γ of the Newton matrix I − γJ.
  public var currentGamma = 0.0
  /// By how much the tolerances should be relaxed, where CVODE has found them out of reach.
  public var toleranceScaleFactor = 0.0

  /// Iterations of the nonlinear solver.
  public var nonlinearIterations = 0
  /// Steps for which it did not converge.
  public var nonlinearConvergenceFailures = 0

  /// Times that the linear solver took a new matrix.
  public var linearSolverSetups = 0
  /// Dense Jacobians.
  public var jacobianEvaluations = 0
  /// Preparations of Jacobian–vector products.
  public var jacobianProductSetups = 0
  /// Jacobian–vector products, those that make up a dense Jacobian included.
  public var jacobianProducts = 0
  /// Iterations of the linear solver.
  public var krylovIterations = 0
  /// Linear systems that were not solved to their tolerance.
  public var linearConvergenceFailures = 0
  /// Times that the preconditioner was made.
  public var preconditionerSetups = 0
  /// Times that it was applied.
  public var preconditionerSolves = 0

  /// Numbers held by CVODE and by its linear solver, in units of one state element.
  public var realWorkspace = 0
  /// Integers held by CVODE.
  public var integerWorkspace = 0
  /// Numbers held by its linear solver.
  public var linearRealWorkspace = 0
  /// Integers held by its linear solver.
  public var linearIntegerWorkspace = 0

  /// All counts zero.
  public init() {}
}
