/// How the controlled system is brought to equilibrium, and what counts as one.
public struct SettlingDescription: Sendable, Equatable {
  public enum Method: String, Sendable, CaseIterable {
    case auto, bdf, adams, newton, anderson
    case fixedPoint = "fixed-point"
    case descent
  }
  public enum Criterion: String, Sendable, CaseIterable {
    case perVariable = "per-variable"
    case joint
  }
  public enum Unsettled: String, Sendable, CaseIterable {
    case exclude, fail, keep
  }
  public enum ByDescent: String, Sendable, CaseIterable {
    case learn, exclude
  }

  /// One tolerance for each variable.
  public struct Tolerance: Sendable, Equatable {
    public var phi: Double
    public var psi: Double
    public var u: Double

    public init(_ value: Double) { (phi, psi, u) = (value, value, value) }
  }

  public struct LinearSolver: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      case auto, dense, spgmr
    }
    public enum Preconditioner: String, Sendable, CaseIterable {
      case none
      case meanJacobian = "mean-jacobian"
    }

    public var kind = Kind.auto
    /// Largest Krylov dimension.
    public var krylov = 20
    public var preconditioner = Preconditioner.none

    public init() {}
  }

  public struct Steps: Sendable, Equatable {
    /// Nil: the integrator chooses.
    public var first: Double?
    public var min = 0.0
    public var max = Double.infinity
    public var growth = 10.0
    /// Nil: 2 with BDF, 12 with Adams.
    public var order: Int?

    public init() {}
  }

  public struct Limits: Sendable, Equatable {
    public var time = 1.0e4
    public var steps = 100_000
    public var evaluations = 50_000
    /// Multiplies the limits for slow samples.
    public var straggler = 10.0

    public init() {}
  }

  public struct Polish: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      case anderson, newton, none
    }

    public var kind = Kind.anderson
    public var depth = 12
    /// Joint residual at which integration hands over.
    public var start = 1.0e-5
    public var iterations = 200

    public init() {}
  }

  public var method = Method.auto
  public var criterion = Criterion.perVariable
  public var residual = 1.0e-6
  public var floor = 1.0e-3
  public var rtol = Tolerance(3.0e-2)
  public var atol = Tolerance(3.0e-3)
  public var linearSolver = LinearSolver()
  public var steps = Steps()
  public var limits = Limits()
  public var polish = Polish()
  /// Whether another controller with the same equilibria may find them.
  public var guide = false
  public var descent = true
  public var unsettled = Unsettled.exclude
  public var byDescent = ByDescent.learn
  public var warmStart = false
  public var eigenvalues = false

  public init() {}
}
