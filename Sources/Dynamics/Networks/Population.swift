/// A named group of units that share an activation and a time constant.
public struct Population: Sendable {
  /// What the units of a population are.
  public enum Role: String, Sendable {
    /// Clamped from outside: the rate is the input itself, and there is no state.
    case input
    /// Neurons with a potential φ of their own, τφ̇ = f(φ).
    case units
    /// An algebraic function of the others, y = Σ Wσ(φ) + b, without a state: it can be the output
    /// and nothing else.
    case readout
  }

  /// Unique among the populations and projections of a network.
  public var name: String
  /// Number of units.
  public var size: Int
  /// Whether it has a state, is given from outside, or only reads.
  public var role: Role
  /// σ.
  public var activation: any Activation
  /// τ, in the model's unit of time.
  public var timeConstant: Double
  /// Whether the units have a bias, the parameter `<name>.bias`.
  public var hasBias: Bool

  /// From its parts.
  public init(
    name: String, size: Int, role: Role = .units, activation: any Activation = Identity(),
    timeConstant: Double = 1, hasBias: Bool = true
  ) {
    precondition(size > 0, "population \(name) has no units")
    precondition(timeConstant > 0, "population \(name) has the time constant \(timeConstant)")
    self.name = name
    self.size = size
    self.role = role
    self.activation = activation
    self.timeConstant = timeConstant
    self.hasBias = hasBias && role != .input
  }
}
