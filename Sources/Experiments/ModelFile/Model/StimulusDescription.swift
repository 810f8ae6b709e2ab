/// What the loss should see.
public enum TargetDescription: Sendable, Equatable {
  /// One number for each unit that the loss reads.
  case vector([Double])
  /// A class, from 0.
  case label(Int)
}

/// Numbers for the units of one population.
public struct PopulationValues<Value: Sendable & Equatable>: Sendable, Equatable {
  /// The population's name.
  public var population: String
  /// What it gets.
  public var value: Value

  /// A population and what it gets.
  public init(_ population: String, _ value: Value) {
    self.population = population
    self.value = value
  }
}

/// One sample, given inline.
public struct StimulusDescription: Sendable, Equatable {
  /// Rates of the input populations.
  public var inputs: [PopulationValues<ArraySource>] = []
  /// Target of the loss: a vector, a class number, or a class name.
  public var target: TargetDescription?

  /// Every key at its default.
  public init() {}
}

/// The state at time 0; populations that are not named start at 0.
public struct InitialDescription: Sendable, Equatable {
  /// How a variable begins.
  public enum Value: Sendable, Equatable {
    /// With these numbers.
    case values(ArraySource)
    /// Normal with that standard deviation.
    case normal(scale: Double)
  }

  /// States φ.
  public var phi: [PopulationValues<Value>] = []
  /// Control states ψ (dynamic inversion).
  public var psi: [PopulationValues<Value>] = []
  /// State of the output integrator.
  public var u: [PopulationValues<Value>] = []

  /// Every key at its default.
  public init() {}
}
