public import Dynamics

/// The samples of a simulation: their inputs, and their targets where they have any.
public struct Stimulus: Sendable {
  /// Inputs and targets.
  public var samples: Samples

  /// From its parts.
  public init(_ samples: Samples) { self.samples = samples }

  /// The stimulus that the model file gives inline; inputs that it does not name are zero.
  public init(inline experiment: Experiment) throws {
    var samples = Samples(
      count: 1,
      inputs: ContiguousArray(repeating: 0, count: experiment.network.inputCount))
    if let given = experiment.model.stimulus {
      try experiment.set(given.inputs, in: &samples, key: "stimulus.inputs")
      if let target = given.target {
        samples.targets = experiment.encode(target)
      }
    }
    self.init(samples)
  }
}

extension Experiment {
  /// Replaces inputs of every sample, population by population.
  func set(
    _ inputs: [PopulationValues<ArraySource>], in samples: inout Samples, key: String
  ) throws {
    let width = network.inputCount
    for given in inputs {
      let columns = network.columns(of: given.population)
      let values = try values(
        of: given.value, shape: [columns.count], key: "\(key).\(given.population)")
      for row in 0..<samples.count {
        for (k, column) in columns.enumerated() {
          samples.inputs[row * width + column] = values[k]
        }
      }
    }
  }

  /// The target of every sample.
  func set(_ target: TargetDescription, in samples: inout Samples) {
    let encoded = encode(target)
    samples.targets = []
    for _ in 0..<samples.count { samples.targets += encoded }
  }

  func encode(_ target: TargetDescription) -> ContiguousArray<Double> {
    switch target {
    case .vector(let values): ContiguousArray(values)
    case .label(let label):
      ContiguousArray(targetEncoding.values(label: label, count: network.outputCount))
    }
  }
}
