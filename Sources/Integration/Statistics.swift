/// Everything CVODE counts, since the last start.
public struct Statistics: Sendable, Equatable, Codable {
  public var steps = 0
  /// Evaluations of the field by the integrator itself.
  public var fieldEvaluations = 0
  /// Evaluations of the field for difference quotients of the Jacobian.
  public var differenceEvaluations = 0
  public var errorTestFailures = 0
  public var stepSolveFailures = 0
  public var stabilityLimitOrderReductions = 0
  public var eventEvaluations = 0

  public var lastOrder = 0
  public var currentOrder = 0
  public var initialStep = 0.0
  public var lastStep = 0.0
  public var currentStep = 0.0
  public var currentTime = 0.0
  /// γ of the Newton matrix I − γJ.
  public var currentGamma = 0.0
  /// By how much the tolerances should be relaxed, where CVODE has found them out of reach.
  public var toleranceScaleFactor = 0.0

  public var nonlinearIterations = 0
  public var nonlinearConvergenceFailures = 0

  public var linearSolverSetups = 0
  public var jacobianEvaluations = 0
  public var jacobianProductSetups = 0
  /// Jacobian–vector products, those that make up a dense Jacobian included.
  public var jacobianProducts = 0
  public var krylovIterations = 0
  public var linearConvergenceFailures = 0
  public var preconditionerSetups = 0
  public var preconditionerSolves = 0

  /// Numbers held by CVODE and by its linear solver, in units of one state element.
  public var realWorkspace = 0
  public var integerWorkspace = 0
  public var linearRealWorkspace = 0
  public var linearIntegerWorkspace = 0

  public init() {}
}
