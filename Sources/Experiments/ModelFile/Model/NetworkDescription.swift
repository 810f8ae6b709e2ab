/// Populations, projections and the loss.
public struct NetworkDescription: Sendable, Equatable {
  /// In the order of the state vector.
  public var populations: [PopulationDescription] = []
  /// The projections between them.
  public var projections: [ProjectionDescription] = []
  /// Nil: nothing to control; the controller is then `none`.
  public var loss: LossDescription?

  /// Every key at its default.
  public init() {}

  /// The only projection that leads back along one between different populations.
  func partner(of projection: ProjectionDescription) -> ProjectionDescription? {
    guard projection.from != projection.to else { return nil }
    let back = projections.filter { $0.from == projection.to && $0.to == projection.from }
    return back.count == 1 ? back[0] : nil
  }

  /// The population of that name.
  public func population(named name: String) -> PopulationDescription? {
    populations.first { $0.name == name }
  }

  /// Units that the loss reads, in the order it reads them; nil without a loss or its population.
  public var lossUnits: [Int]? {
    guard let loss, let population = population(named: loss.population) else { return nil }
    return loss.units ?? Array(0..<population.size)
  }
}

/// A loss on the state of one population (on the output of a readout).
public struct LossDescription: Sendable, Equatable {
  /// Looked up in the registry of losses.
  public var kind = ""
  /// The population whose state is y; of a readout, its output.
  public var population = ""
  /// The units read, 0-based; nil: all.
  public var units: [Int]?
  /// ε of soft targets: 1 − ε for the class, ε/(N−1) for each other.
  public var soft = 0.0

  /// Every key at its default.
  public init() {}
}
