/// What acts on the network to lower the loss.
public struct ControllerDescription: Sendable, Equatable {
  public enum OutputStage: String, Sendable, CaseIterable {
    /// ψ of the loss population has its own dynamics.
    case dynamic
    /// ψ of the loss population is u.
    case direct
  }

  /// How u follows from the loss gradient.
  public struct Output: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      case pi
      /// The output is held at the target.
      case clamp
    }
    public enum LeakOn: String, Sendable, CaseIterable {
      /// α acts on the integral part: α_eff = 1/(k_i/α + k_p).
      case integral
      /// α acts on the whole of u: α_eff = α.
      case total
    }

    public var kind = Kind.pi
    /// k_i; 0 is proportional control, without a state of its own.
    public var integral = 1.0
    /// k_p.
    public var proportional = 0.0
    /// α.
    public var leak = 1.0
    /// τ_u.
    public var tau = 5.0
    public var leakOn = LeakOn.integral

    public init() {}

    /// α_eff of α_eff·u\* = −∇L at the equilibrium (SCIENCE.md 2.1); infinite without any control,
    /// 0 for a clamped output.
    public var effectiveLeak: Double {
      if kind == .clamp { return 0 }
      if integral == 0 { return 1 / proportional }
      if leak == 0 { return 0 }
      return leakOn == .total ? leak : 1 / (integral / leak + proportional)
    }
  }

  /// The matrix Q [n, n_y] through which linear feedback acts on one population.
  public struct Feedback: Sendable, Equatable {
    public var population = ""
    public var source = ParameterSource.initialization(.init(kind: "normal"))

    public init() {}
  }

  /// Noise on φ.
  public struct Noise: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      case none
      case ornsteinUhlenbeck = "ornstein-uhlenbeck"
    }

    public var kind = Kind.none
    public var sigma = 0.01
    public var tau = 0.2
    /// Euler–Maruyama step.
    public var step = 0.04
    public var steps = 800

    public init() {}
  }

  /// Looked up in the registry of controllers.
  public var kind = "dynamic-inversion"
  /// τ_ψ.
  public var tau = 1.0
  public var outputStage = OutputStage.dynamic
  public var output = Output()
  /// One entry for each population with a state under linear feedback, else empty.
  public var feedback: [Feedback] = []
  public var noise = Noise()

  public init() {}
}
