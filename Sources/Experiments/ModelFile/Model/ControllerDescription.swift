/// What acts on the network to lower the loss.
public struct ControllerDescription: Sendable, Equatable {
  /// How u enters ψ of the loss population.
  public enum OutputStage: String, Sendable, CaseIterable {
    /// ψ of the loss population has its own dynamics.
    case dynamic
    /// ψ of the loss population is u.
    case direct
  }

  /// How u follows from the loss gradient.
  public struct Output: Sendable, Equatable {
    /// How outputs are controlled.
    public enum Kind: String, Sendable, CaseIterable {
      /// Proportionally and by an integral.
      case pi
      /// The output is held at the target.
      case clamp
    }
    /// What the leak acts on.
    public enum LeakOn: String, Sendable, CaseIterable {
      /// α acts on the integral part: α_eff = 1/(k_i/α + k_p).
      case integral
      /// α acts on the whole of u: α_eff = α.
      case total
    }

    /// `pi`: proportional and integral; `clamp`: y is held at the target.
    public var kind = Kind.pi
    /// k_i; 0 is proportional control, without a state of its own.
    public var integral = 1.0
    /// k_p.
    public var proportional = 0.0
    /// α.
    public var leak = 1.0
    /// τ_u.
    public var tau = 5.0
    /// `integral`: α_eff = 1/(k_i/α + k_p); `total`: the leak acts on all of u, α_eff = α.
    public var leakOn = LeakOn.integral

    /// Every key at its default.
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
    /// The population that u is sent to.
    public var population = ""
    /// Q, [units, outputs].
    public var source = ParameterSource.initialization(.init(kind: "normal"))

    /// Every key at its default.
    public init() {}
  }

  /// Noise on φ.
  public struct Noise: Sendable, Equatable {
    /// The noise.
    public enum Kind: String, Sendable, CaseIterable {
      /// None.
      case none
      /// An Ornstein–Uhlenbeck process.
      case ornsteinUhlenbeck = "ornstein-uhlenbeck"
    }

    /// The noise.
    public var kind = Kind.none
    /// Its strength s.
    public var sigma = 0.01
    /// Its time constant τ_ε.
    public var tau = 0.2
    /// Euler–Maruyama step.
    public var step = 0.04
    /// Number of steps.
    public var steps = 800

    /// Every key at its default.
    public init() {}
  }

  /// Looked up in the registry of controllers.
  public var kind = "dynamic-inversion"
  /// τ_ψ.
  public var tau = 1.0
  /// `direct`: ψ of the loss population is u itself; only where it projects nowhere.
  public var outputStage = OutputStage.dynamic
  /// How u follows from the loss.
  public var output = Output()
  /// One entry for each population with a state under linear feedback, else empty.
  public var feedback: [Feedback] = []
  /// Noise on φ, from which Q can be learned.
  public var noise = Noise()

  /// Every key at its default.
  public init() {}
}
