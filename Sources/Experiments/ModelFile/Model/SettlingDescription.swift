/// How the controlled system is brought to equilibrium, and what counts as one.
public struct SettlingDescription: Sendable, Equatable {
  /// How samples come to rest.
  public enum Method: String, Sendable, CaseIterable {
    /// Integration into the basin, then a polish.
    case auto
    /// CVODE's backward differentiation formulas, all the way.
    case bdf
    /// CVODE's Adams–Moulton formulas, all the way.
    case adams
    /// KINSOL's Newton–Krylov iteration.
    case newton
    /// KINSOL's fixed-point iteration with Anderson acceleration.
    case anderson
    /// z ← z + ż.
    case fixedPoint = "fixed-point"
    /// Descent on F.
    case descent
  }
  /// What is measured against the residual.
  public enum Criterion: String, Sendable, CaseIterable {
    /// φ, ψ and u, each by its own norm.
    case perVariable = "per-variable"
    /// One norm over all.
    case joint
  }
  /// What becomes of samples that do not settle.
  public enum Unsettled: String, Sendable, CaseIterable {
    /// They are left out of the update.
    case exclude
    /// They are an error.
    case fail
    /// They are used as they are.
    case keep
  }
  /// What becomes of samples that only the descent settles.
  public enum ByDescent: String, Sendable, CaseIterable {
    /// They are learned from.
    case learn
    /// They are left out of the update.
    case exclude
  }

  /// What a training sample starts with that has settled under control before.
  public enum WarmStart: String, Sendable, CaseIterable {
    /// With its u, and all else at zero.
    case control
    /// With its φ, ψ and u.
    case equilibrium
  }

  /// One tolerance for each variable.
  public struct Tolerance: Sendable, Equatable {
    /// Of φ.
    public var phi: Double
    /// Of ψ.
    public var psi: Double
    /// Of u.
    public var u: Double

    /// The same for all.
    public init(_ value: Double) { (phi, psi, u) = (value, value, value) }
  }

  /// What solves the linear systems inside implicit steps.
  public struct LinearSolver: Sendable, Equatable {
    /// The linear solver.
    public enum Kind: String, Sendable, CaseIterable {
      /// Dense for few variables, else Krylov.
      case auto
      /// One LU factorization a sample.
      case dense
      /// GMRES with exact products.
      case spgmr
    }
    /// What makes its systems easier.
    public enum Preconditioner: String, Sendable, CaseIterable {
      /// Nothing.
      case none
      /// The Jacobian of the mean sample, factorized.
      case meanJacobian = "mean-jacobian"
    }

    /// The linear solver.
    public var kind = Kind.auto
    /// Largest Krylov dimension.
    public var krylov = 20
    /// Preconditioner of the Krylov solver.
    public var preconditioner = Preconditioner.none

    /// Every key at its default.
    public init() {}
  }

  /// Bounds of the integrator's steps.
  public struct Steps: Sendable, Equatable {
    /// Nil: the integrator chooses.
    public var first: Double?
    /// Smallest step.
    public var min = 0.0
    /// Largest step.
    public var max = Double.infinity
    /// Largest factor between steps.
    public var growth = 10.0
    /// Nil: 2 with BDF, 12 with Adams.
    public var order: Int?

    /// Every key at its default.
    public init() {}
  }

  /// When to give up.
  public struct Limits: Sendable, Equatable {
    /// Model time.
    public var time = 1.0e4
    /// Steps.
    public var steps = 100_000
    /// Evaluations of the vector field.
    public var evaluations = 50_000
    /// Multiplies the limits for slow samples.
    public var straggler = 10.0

    /// Every key at its default.
    public init() {}
  }

  /// How `auto` finishes.
  public struct Polish: Sendable, Equatable {
    /// The method of the polish.
    public enum Kind: String, Sendable, CaseIterable {
      /// Anderson acceleration, sample by sample.
      case anderson
      /// KINSOL's Newton–Krylov iteration.
      case newton
      /// None: integration goes all the way.
      case none
    }

    /// Anderson acceleration of each sample with outputs and u solved for; KINSOL's
    /// Newton–Krylov; or not at all: integration goes all the way.
    public var kind = Kind.anderson
    /// Iterates that `anderson` combines.
    public var depth = 8
    /// ‖F‖ / (floor + ‖z‖) at which integration hands a sample over.
    public var start = 3e-6
    /// Most iterations of `newton`, `anderson` and `fixed-point` (a polish gives up after
    /// 40).
    public var iterations = 200

    /// Every key at its default.
    public init() {}
  }

  /// `auto`: integrate into the basin of the equilibrium, then polish, and descend on F where
  /// that does not settle; `bdf`, `adams`: integrate all the way; `newton`, `anderson`:
  /// KINSOL; `fixed-point`; `descent`: on F.
  public var method = Method.auto
  /// `per-variable`: φ, ψ and u each; `joint`: the reference code's one norm.
  public var criterion = Criterion.perVariable
  /// Settled: ‖F‖ <= residual·(floor + ‖z‖).
  public var residual = 1.0e-6
  /// See `residual`.
  public var floor = 1.0e-3
  /// Relative tolerance along the path.
  public var rtol = Tolerance(3.0e-2)
  /// Absolute tolerance along the path.
  public var atol = Tolerance(3.0e-3)
  /// Inside implicit steps.
  public var linearSolver = LinearSolver()
  /// Bounds of the integrator's steps.
  public var steps = Steps()
  /// When to give up.
  public var limits = Limits()
  /// How `auto` finishes.
  public var polish = Polish()
  /// Whether another controller with the same equilibria may find them.
  public var guide = false
  /// Last resort of `auto`: descend on F (transpose feedback and a positive leak only).
  public var descent = true
  /// Samples that do not settle: left out of the update, an error, or used as they are.
  public var unsettled = Unsettled.exclude
  /// Samples that only the descent settled: learned from, or left out.
  public var byDescent = ByDescent.learn
  /// Training: what a sample starts with of its last controlled equilibrium, kept in memory and in
  /// checkpoints. Nil: nothing. Evaluation always starts from zero.
  public var warmStart: WarmStart?
  /// Certify stability by the leading eigenvalue.
  public var eigenvalues = false

  /// Every key at its default.
  public init() {}
}
