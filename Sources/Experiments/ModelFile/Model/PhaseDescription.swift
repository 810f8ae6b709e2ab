/// One phase of a simulation.
public struct PhaseDescription: Sendable, Equatable {
  /// Whether the controller is on.
  public enum Kind: String, Sendable, CaseIterable {
    /// Controller off: ψ and u are 0.
    case free
    /// It is.
    case controlled
  }

  /// When the phase is over.
  public enum End: Sendable, Equatable {
    /// At rest.
    case equilibrium
    /// After so much model time.
    case duration(Double)
  }

  /// A kick at the start of the phase.
  public struct Perturbation: Sendable, Equatable {
    /// What is kicked.
    public var variable = RecordedVariable(quantity: .phi)
    /// Added to the units; nil: nothing.
    public var add: ArraySource?
    /// Standard deviation of normal noise added.
    public var noise = 0.0

    /// Every key at its default.
    public init() {}
  }

  /// Whether the controller is on.
  public var kind: Kind
  /// The kind unless given; the trajectory's phase column holds `index-name`.
  public var name: String
  /// When the phase is over.
  public var end = End.equilibrium
  /// Inputs from this phase on; those not named go on as they are.
  public var inputs: [PopulationValues<InputDescription>] = []
  /// Target from this phase on; nil: as before.
  public var target: TargetDescription?
  /// Start from the ψ and u of the previous controlled phase instead of 0.
  public var keepControl = false
  /// Kicks at its start.
  public var perturbations: [Perturbation] = []

  /// Until equilibrium, with every other key at its default.
  public init(_ kind: Kind = .controlled) {
    self.kind = kind
    name = kind.rawValue
  }
}
