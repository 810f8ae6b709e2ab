/// A named group of units.
public struct PopulationDescription: Sendable, Equatable {
  /// Whether it has a state, is given from outside, or only reads.
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
    /// How it begins, [units].
    public var source = ParameterSource.initialization(.init(kind: "zeros"))
    /// Whether the bias learns.
    public var learn = true
    /// Multiplies the optimizer's rate.
    public var rate = 1.0

    /// Every key at its default.
    public init() {}
  }

  /// Unique among the populations and projections.
  public var name = ""
  /// `state`: units with a state φ; `input`: rates from outside; `readout`: y = Wσ(φ) + b
  /// without a state.
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

  /// Every key at its default.
  public init() {}
}
