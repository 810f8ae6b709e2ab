/// Populations joined by projections, with the loss that reads one of them.
///
/// Together they define the vector field of the free dynamics,
///
///     τ φ̇ = f(φ) = −φ + Σ W σ(φ_pre) + b
///
/// for every population of units. A network is a plain value: parameters live in a ``ParameterSet``
/// beside it, and the state in the system that simulates it.
public struct Network: Sendable {
  /// The populations, in the order of the state.
  public let populations: [Population]
  /// The projections between them.
  public let projections: [any Projection]
  /// What is to be lowered.
  public let loss: any Loss
  /// What the loss reads.
  public let output: Output

  /// The units whose state (or, for a readout, value) the loss reads.
  public struct Output: Sendable, Equatable {
    /// The population that the loss reads.
    public var population: String
    /// Indices of units; nil means all of them.
    public var units: [Int]?

    /// All units of a population, or some of them, from 0.
    public init(population: String, units: [Int]? = nil) {
      self.population = population
      self.units = units
    }
  }

  private let indices: [String: Int]

  /// - Throws: ``NetworkError`` where names clash, a projection leads from or to nowhere, or the loss
  ///   reads what does not exist.
  public init(
    populations: [Population], projections: [any Projection], loss: any Loss, output: Output
  ) throws(NetworkError) {
    var indices: [String: Int] = [:]
    for (index, population) in populations.enumerated() {
      guard indices.updateValue(index, forKey: population.name) == nil else {
        throw NetworkError("two populations are called \(population.name)")
      }
    }
    var names = Set(indices.keys)
    for projection in projections {
      guard names.insert(projection.name).inserted else {
        throw NetworkError("the name \(projection.name) is used twice")
      }
      guard let source = indices[projection.source] else {
        throw NetworkError(
          "projection \(projection.name) comes from \(projection.source), which does not exist")
      }
      guard let target = indices[projection.target] else {
        throw NetworkError(
          "projection \(projection.name) goes to \(projection.target), which does not exist")
      }
      guard populations[source].role != .readout else {
        throw NetworkError(
          "projection \(projection.name) comes from the readout \(projection.source), which has no "
            + "rate; make it a population of units")
      }
      guard populations[target].role != .input else {
        throw NetworkError(
          "projection \(projection.name) goes to the input \(projection.target), which is clamped")
      }
    }
    guard let position = indices[output.population] else {
      throw NetworkError("the loss reads \(output.population), which does not exist")
    }
    guard populations[position].role != .input else {
      throw NetworkError("the loss reads the input \(output.population)")
    }
    let size = populations[position].size
    if let units = output.units {
      guard !units.isEmpty, units.allSatisfy({ (0..<size).contains($0) }),
        Set(units).count == units.count
      else {
        throw NetworkError(
          "the loss reads the units \(units) of \(output.population), which has \(size)")
      }
    }
    for population in populations where population.role == .readout {
      guard population.name == output.population else {
        throw NetworkError("the loss does not read the readout \(population.name)")
      }
    }
    guard populations.contains(where: { $0.role == .units }) else {
      throw NetworkError("the network has no population of units, so nothing to settle")
    }
    self.populations = populations
    self.projections = projections
    self.loss = loss
    self.output = output
    self.indices = indices
  }

  /// The position of a population, or nil.
  public func index(of population: String) -> Int? { indices[population] }

  /// The population of that name, which must exist.
  public func population(_ name: String) -> Population { populations[indices[name]!] }

  /// The population that the loss reads.
  public var outputPopulation: Population { population(output.population) }

  /// Indices, within its population, of the units that the loss reads.
  public var outputUnits: [Int] { output.units ?? Array(0..<outputPopulation.size) }

  /// n_y, the number of outputs.
  public var outputCount: Int { output.units?.count ?? outputPopulation.size }

  /// The number of input values of one sample.
  public var inputCount: Int {
    populations.reduce(0) { $0 + ($1.role == .input ? $1.size : 0) }
  }

  /// The number of units with a state φ.
  public var unitCount: Int {
    populations.reduce(0) { $0 + ($1.role == .units ? $1.size : 0) }
  }

  /// Columns of a population among those of the same role, in the order of the populations.
  public func columns(of population: String) -> Range<Int> {
    let this = populations[indices[population]!]
    var start = 0
    for other in populations {
      if other.name == population { break }
      if other.role == this.role { start += other.size }
    }
    return start..<(start + this.size)
  }

  /// The parameters that the network has, all zero: weights and feedback in the order of the
  /// projections, then biases in the order of the populations.
  public func emptyParameters() -> ParameterSet {
    var parameters: [Parameter] = []
    for projection in projections {
      let shape = projection.weightShape(
        sourceSize: population(projection.source).size,
        targetSize: population(projection.target).size)
      parameters.append(Parameter(name: projection.weightName, shape: shape))
      if projection.hasSeparateFeedback {
        parameters.append(Parameter(name: projection.feedbackName, shape: shape))
      }
    }
    for population in populations where population.hasBias {
      parameters.append(Parameter(name: population.biasName, shape: [population.size]))
    }
    return ParameterSet(parameters)
  }
}

/// A network that cannot be.
public struct NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  /// With its message.
  public init(_ description: String) { self.description = description }
}

extension Projection {
  /// The name of its weights among the parameters, `<name>.weight`, [post, pre].
  public var weightName: String { "\(name).weight" }
  /// The name of its separate feedback among the parameters, `<name>.feedback`, [post, pre].
  public var feedbackName: String { "\(name).feedback" }
}

extension Population {
  /// The name of its bias among the parameters, `<name>.bias`, [units].
  public var biasName: String { "\(name).bias" }
  /// The parameter that holds Q, [size, n_y], under linear feedback.
  public var controlName: String { "\(name).control" }
}
