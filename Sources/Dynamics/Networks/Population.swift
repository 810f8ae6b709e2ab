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

  public var name: String
  public var size: Int
  public var role: Role
  public var activation: any Activation
  /// τ, in the model's unit of time.
  public var timeConstant: Double
  /// Whether the units have a bias, the parameter `<name>.bias`.
  public var hasBias: Bool

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
