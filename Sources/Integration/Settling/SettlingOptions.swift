/// How equilibria are sought, and when one is believed.
public struct SettlingOptions: Sendable, Equatable {
  /// The way to the equilibrium.
  public enum Method: String, Sendable, CaseIterable {
    /// Integration by BDF into the basin of the equilibrium, then iteration without time; more
    /// integration, and descent on F where there is one, for what that does not settle.
    case automatic = "auto"
    /// Integration all the way by backward differentiation.
    case bdf
    /// Integration all the way by Adams–Moulton.
    case adams
    /// KINSOL's Newton–Krylov iteration on the field, without time.
    case newton
    /// KINSOL's fixed-point iteration z ← z + F(z) with Anderson acceleration.
    case anderson
    /// Plain iteration z ← z + ż, the explicit Euler method with unit step that published code uses.
    case fixedPoint = "fixed-point"
    /// Descent on F = ½‖f‖² + L/α alone, for controllers whose equilibria are its stationary points.
    case descent
  }

  /// How `auto` finishes what the integration has brought near.
  public enum Polish: String, Sendable, CaseIterable {
    /// Anderson acceleration of each sample, with outputs and u solved for.
    case anderson
    /// KINSOL's Newton–Krylov iteration on the field.
    case newton
    /// Not at all: integration goes all the way.
    case none
  }

  /// The norm in which the residual is measured.
  public enum Criterion: String, Sendable, CaseIterable {
    /// Every variable by its own norm: ‖F_k‖ ≤ residual · (floor + ‖z_k‖) for φ, ψ and u each.
    case perVariable = "per-variable"
    /// One norm over the whole sample, ‖ż‖ ≤ residual · (1e-5 + ‖z‖), as the least-control paper's
    /// code has it; for comparisons on equal work. It lets small variables stop early.
    case joint
  }

  /// A number for every variable, or one by the variable's name (`phi`, `psi`, `u`).
  public struct VariableTolerance: Sendable, Equatable, ExpressibleByFloatLiteral {
    /// Of every variable that is not named.
    public var standard: Double
    /// Of variables by their names: `phi`, `psi`, `u`.
    public var byName: [String: Double]

    /// One tolerance for all variables, and others for some.
    public init(_ standard: Double, byName: [String: Double] = [:]) {
      self.standard = standard
      self.byName = byName
    }

    public init(floatLiteral value: Double) { self.init(value) }

    func perColumn(_ variables: [StateVariable], dimension: Int) -> Tolerance {
      if byName.isEmpty { return .scalar(standard) }
      var values = Array(repeating: standard, count: dimension)
      for variable in variables {
        for column in variable.columns { values[column] = byName[variable.name] ?? standard }
      }
      return .perColumn(values)
    }
  }

  /// What a sample may cost.
  public struct Limits: Sendable, Equatable {
    /// In the model's unit of time.
    public var time: Double
    /// Steps of the integrator.
    public var steps: Int
    /// Evaluations of the field.
    public var evaluations: Int
    /// Samples that have not settled with the others within these limits go on alone, with the
    /// limits multiplied by this.
    public var straggler: Double

    /// From its parts.
    public init(
      time: Double = 1e4, steps: Int = 100_000, evaluations: Int = 50_000, straggler: Double = 10
    ) {
      self.time = time
      self.steps = steps
      self.evaluations = evaluations
      self.straggler = straggler
    }

    func scaled(by factor: Double) -> Limits {
      func scaled(_ count: Int) -> Int { Int(min(Double(count) * factor, 1e15)) }
      return Limits(
        time: time * factor, steps: scaled(steps), evaluations: scaled(evaluations), straggler: 1)
    }
  }

  /// How samples come to rest.
  public var method = Method.bdf
  /// One norm for each variable, or one for all.
  public var criterion = Criterion.perVariable
  /// ε: settled is ‖F_k‖ ≤ ε·(floor + ‖z_k‖).
  public var residual = 1e-6
  /// What is added to ‖z_k‖, so that a variable near 0 can settle.
  public var floor = 1e-3
  /// Tolerances along the path. They decide the way, not the end: the end is the residual's.
  public var relativeTolerance: VariableTolerance = 3e-2
  /// Of the path, by variable.
  public var absoluteTolerance: VariableTolerance = 3e-3
  /// What solves the linear systems inside implicit steps.
  public var linearSolver = LinearSolverChoice.automatic
  /// The first step in model time; nil: the solver's choice.
  public var initialStep: Double?
  /// The smallest step in model time.
  public var minimumStep = 0.0
  /// The largest step in model time; nil: no bound.
  public var maximumStep: Double?
  /// The largest factor from one step to the next.
  public var maximumGrowth = 10.0
  /// Nil: 2 with BDF (5 in second tries, at tolerances that hold it back), 12 with Adams. BDF of higher
  /// order is unstable near the imaginary axis: it keeps oscillations alive that the system itself damps,
  /// and they never settle.
  public var maximumOrder: Int?
  /// When to give up.
  public var limits = Limits()
  /// How `auto` finishes.
  public var polish = Polish.anderson
  /// ‖F‖ / (floor + ‖z‖), over all variables and in their units, at which `auto` hands a sample over from
  /// integration to the polish; three thousand times that where the network's activity dies out by itself, and at least
  /// 0.3 where it does under control, too.
  public var polishStart = 3e-6
  /// Whether samples that do not start at zero start with what they settled with before, under slightly other
  /// parameters, be it u alone: `auto` then takes less care of which equilibrium their own flow leads to, and hands
  /// them over to the polish at 10⁻³ by the measure of ``polishStart``.
  public var startsWarm = false
  /// The number of iterates that Anderson acceleration combines.
  public var andersonDepth = 8
  /// Iterations allowed to the methods without time.
  public var iterations = 200
  /// Whether what does not settle by itself may be settled by descent on F where that exists.
  public var allowsDescent = true
  /// Whether `auto` may find equilibria by the flow of another controller that has the same ones, before
  /// the model's own field is asked. Of several equilibria it may come to another one than the model's own
  /// flow.
  public var usesGuide = false
  /// Whether certificates carry the leading eigenvalue and the distance to the equilibrium.
  public var certifiesStability = false

  /// The residual up to which it can be single precision's rounding that keeps a sample from the one that is asked for.
  package var nearlySettled: Double { min(1e3 * residual, 1e-3) }
  /// Whether somebody does finish it, so that `auto` need not try everything else first.
  package var isFinishedInDouble = false

  /// From its parts.
  public init(method: Method = .bdf, residual: Double = 1e-6) {
    self.method = method
    self.residual = residual
  }

  /// The integrator's part.
  package func integratorOptions(_ variables: [StateVariable], dimension: Int) -> IntegratorOptions
  {
    var options = IntegratorOptions(
      method: method == .adams ? .adams : .bdf,
      relativeTolerance: relativeTolerance.perColumn(variables, dimension: dimension),
      absoluteTolerance: absoluteTolerance.perColumn(variables, dimension: dimension),
      linearSolver: linearSolver)
    options.initialStep = initialStep
    options.minimumStep = minimumStep
    options.maximumStep = maximumStep
    options.maximumGrowth = maximumGrowth
    options.maximumOrder =
      method == .adams ? min(maximumOrder ?? 12, 12) : min(maximumOrder ?? 2, 5)
    // From rest into an input that begins to change, a step may be too long by many orders of magnitude.
    options.errorTestFailureLimit = 20
    // The settling keeps count itself, over restarts too.
    options.stepLimit = Int(Int32.max)
    return options
  }
}
