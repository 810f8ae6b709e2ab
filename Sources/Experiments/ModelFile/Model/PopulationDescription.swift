/// A named group of units.
public struct PopulationDescription: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    /// Units with a state φ of their own (and ψ under control).
    case state
    /// Rates given from outside; the activation is the identity and there is no state.
    case input
    /// y = Wσ(φ) + b, algebraic; no φ, no ψ, not part of H.
    case readout
  }

  /// Initial bias and how it learns.
  public struct Bias: Sendable, Equatable {
    public var source = ParameterSource.initialization(.init(kind: "zeros"))
    public var learn = true
    /// Multiplies the optimizer's rate.
    public var rate = 1.0

    public init() {}
  }

  public var name = ""
  public var role = Role.state
  /// Number of units: the product of `shape`.
  public var size = 0
  /// `[size]` unless given, else for instance `[channels, height, width]`.
  public var shape: [Int] = []
  /// Looked up in the registry of activations.
  public var activation = "identity"
  /// Time constant τ.
  public var tau = 1.0
  /// Nil: no bias. Inputs have none.
  public var bias: Bias? = Bias()

  public init() {}
}
