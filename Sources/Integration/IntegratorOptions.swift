/// Everything that can be chosen about an ``Integrator``.
///
/// The defaults are CVODE's own, except for the tolerances (CVODE has none) and the Krylov dimension.
public struct IntegratorOptions: Sendable, Equatable {
  /// The family of formulas.
  public enum Method: String, Sendable, Equatable, CaseIterable {
    /// Backward differentiation, orders 1 to 5: for stiff problems, and for settling.
    case bdf
    /// Adams–Moulton, orders 1 to 12: for problems that are not stiff.
    case adams
  }

  /// The family of formulas.
  public var method = Method.bdf
  /// Local error allowed in proportion to a variable's magnitude.
  public var relativeTolerance = Tolerance.scalar(1e-4)
  /// Local error allowed for variables near zero.
  public var absoluteTolerance = Tolerance.scalar(1e-8)
  /// What solves the linear systems inside implicit steps.
  public var linearSolver = LinearSolverChoice.automatic

  /// The first step; nil lets CVODE estimate it.
  public var initialStep: Double?
  /// Steps below this are an error.
  public var minimumStep = 0.0
  /// The largest step in model time; nil: no bound.
  public var maximumStep: Double?
  /// The most by which a step may exceed the one before. More than 1.5.
  public var maximumGrowth = 10.0
  /// The same after the first step, which is usually far too small.
  public var maximumFirstGrowth = 10_000.0
  /// 1...5 for BDF, 1...12 for Adams; nil for the highest.
  public var maximumOrder: Int?

  /// Steps allowed from one start to the next.
  public var stepLimit = 100_000
  /// Failures of the error test allowed in one step.
  public var errorTestFailureLimit = 7
  /// Failures of the corrector allowed in one step.
  public var convergenceFailureLimit = 10
  /// Iterations of the corrector allowed in one attempt.
  public var nonlinearIterationLimit = 3
  /// The corrector's tolerance, as a part of the local error allowed.
  public var nonlinearToleranceFactor = 0.1
  /// The Krylov solver's tolerance, as a part of the corrector's (EpsLin).
  public var linearToleranceFactor = 0.05
  /// Watches for BDF of order 3 and more being unstable near the imaginary axis, and lowers the
  /// order.
  public var detectsStabilityLimit = false

  /// From its parts.
  public init(
    method: Method = .bdf, relativeTolerance: Tolerance = 1e-4, absoluteTolerance: Tolerance = 1e-8,
    linearSolver: LinearSolverChoice = .automatic
  ) {
    self.method = method
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.linearSolver = linearSolver
  }

  /// Throws where a number makes no sense, naming it.
  func validate() throws(IntegrationError) {
    try require(minimumStep >= 0 && minimumStep.isFinite, "minimumStep", minimumStep, "≥ 0")
    if let initialStep {
      try require(initialStep != 0 && initialStep.isFinite, "initialStep", initialStep, "≠ 0")
    }
    if let maximumStep {
      try require(
        maximumStep > 0 && maximumStep >= minimumStep, "maximumStep", maximumStep,
        "> 0, and no less than minimumStep")
    }
    try require(maximumGrowth > 1.5, "maximumGrowth", maximumGrowth, "> 1.5")
    try require(maximumFirstGrowth > 1.5, "maximumFirstGrowth", maximumFirstGrowth, "> 1.5")
    if let maximumOrder {
      let highest = method == .bdf ? 5 : 12
      try require(
        (1...highest).contains(maximumOrder), "maximumOrder", maximumOrder, "1...\(highest)")
    }
    try require(stepLimit > 0, "stepLimit", stepLimit, "> 0")
    try require(
      errorTestFailureLimit > 0, "errorTestFailureLimit", errorTestFailureLimit, "> 0")
    try require(
      convergenceFailureLimit > 0, "convergenceFailureLimit", convergenceFailureLimit, "> 0")
    try require(
      nonlinearIterationLimit > 0, "nonlinearIterationLimit", nonlinearIterationLimit, "> 0")
    try require(
      nonlinearToleranceFactor > 0, "nonlinearToleranceFactor", nonlinearToleranceFactor, "> 0")
    try require(linearToleranceFactor > 0, "linearToleranceFactor", linearToleranceFactor, "> 0")
    switch linearSolver {
    case .krylov(let dimension, _):
      try require(dimension > 0, "linearSolver.krylov.dimension", dimension, "> 0")
    case .functional(let depth):
      try require(depth >= 0, "linearSolver.functional.andersonDepth", depth, "≥ 0")
    case .automatic, .dense: break
    }
  }

  private func require<Value>(
    _ holds: Bool, _ name: String, _ value: Value, _ wanted: String
  ) throws(IntegrationError) {
    if !holds { throw .badInput("\(name) is \(value), and must be \(wanted)") }
  }
}
