/// What the loss should see.
public enum TargetDescription: Sendable, Equatable {
  /// One number for each unit that the loss reads.
  case vector([Double])
  /// A class, from 0.
  case label(Int)
}

/// Numbers for the units of one population.
public struct PopulationValues<Value: Sendable & Equatable>: Sendable, Equatable {
  public var population: String
  public var value: Value

  public init(_ population: String, _ value: Value) {
    self.population = population
    self.value = value
  }
}

/// One sample, given inline.
public struct StimulusDescription: Sendable, Equatable {
  public var inputs: [PopulationValues<ArraySource>] = []
  public var target: TargetDescription?

  public init() {}
}

/// The state at time 0; populations that are not named start at 0.
public struct InitialDescription: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    case values(ArraySource)
    /// Normal with that standard deviation.
    case normal(scale: Double)
  }

  public var phi: [PopulationValues<Value>] = []
  public var psi: [PopulationValues<Value>] = []
  /// State of the output integrator.
  public var u: [PopulationValues<Value>] = []

  public init() {}
}
