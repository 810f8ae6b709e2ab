import Dynamics
import Integration
import LinearAlgebra

/// Random networks of every shape that the equilibrium maps tell apart, under every controller.
enum Zoo: String, CaseIterable, Sendable {
  case recurrent, deep, outputCycle, subsetOfCycle, subset, readout, direct, separateFeedback
  case proportionalIntegral, totalLeak, outputProjectsOn
  case energy, energyProportional, energyDeep
  case linear, linearWeights, linearReadout, linearOutputCycle
  case free, freeDeep

  /// Where the flow is a sweep, so that one evaluation of the map gives the equilibrium.
  var isExplicit: Bool { self == .freeDeep }

  var isEnergyBased: Bool { self == .energy || self == .energyDeep || self == .energyProportional }

  private var leaky: OutputController { .leakyIntegral(leak: 1, timeConstant: 5) }

  var controller: any Controller {
    switch self {
    case .recurrent, .deep, .outputCycle, .subsetOfCycle, .subset, .readout, .separateFeedback,
      .outputProjectsOn:
      DynamicInversion(output: leaky)
    case .direct: DynamicInversion(output: leaky, timeConstant: 2, outputStage: .direct)
    case .proportionalIntegral:
      DynamicInversion(
        output: OutputController(integral: 0.7, proportional: 0.3, leak: 0.8, timeConstant: 5))
    case .totalLeak:
      DynamicInversion(
        output: OutputController(
          integral: 0.7, proportional: 0.3, leak: 0.8, leakOn: .total, timeConstant: 5))
    case .energy, .energyDeep: EnergyBased(output: leaky)
    case .energyProportional: EnergyBased(output: .proportional(1))
    case .linear, .linearReadout, .linearOutputCycle: LinearFeedback(output: leaky)
    case .linearWeights: LinearFeedback(output: leaky, paths: ["y": .weights])
    case .free, .freeDeep: NoControl()
    }
  }

  /// Populations of units with their sizes, the last one being the output, and edges among them.
  private func shape(_ size: Int) -> (populations: [Population], edges: [(String, String)]) {
    func units(_ name: String, _ size: Int, _ activation: any Activation) -> Population {
      Population(name: name, size: size, activation: activation)
    }
    let half = max(1, size / 2)
    switch self {
    case .deep, .freeDeep, .energyDeep:
      return (
        [
          units("h", size, Tanh()), units("h2", half, Softplus()), units("h3", half, Sigmoid()),
          units("y", 3, Identity()),
        ], [("h", "h2"), ("h2", "h3"), ("h3", "y")]
      )
    case .outputCycle, .linearOutputCycle:
      return (
        [units("h", size, Tanh()), units("y", 3, Tanh())], [("h", "h"), ("h", "y"), ("y", "h")]
      )
    case .subsetOfCycle:
      return (
        [units("h2", half, Tanh()), units("y", size + 4, Tanh())],
        [("y", "y"), ("y", "h2"), ("h2", "y")]
      )
    case .subset:
      return ([units("h", size, Tanh()), units("y", 5, Tanh())], [("h", "h"), ("h", "y")])
    case .readout, .linearReadout:
      return (
        [units("h", size, Tanh()), Population(name: "y", size: 3, role: .readout)],
        [("h", "h"), ("h", "y")]
      )
    case .outputProjectsOn:
      return (
        [units("h", size, Tanh()), units("y", 3, Tanh()), units("after", half, Sigmoid())],
        [("h", "h"), ("h", "y"), ("y", "after")]
      )
    default:
      return ([units("h", size, Tanh()), units("y", 3, Identity())], [("h", "h"), ("h", "y")])
    }
  }

  private var outputUnits: [Int]? {
    switch self {
    case .subsetOfCycle: [1, 4, 2]
    case .subset: [0, 3]
    default: nil
    }
  }

  /// - Parameter gain: the spectral radius of recurrent weights, about.
  func model(
    _ loss: any Loss, size: Int = 8, gain: Double = 0.5, samples count: Int = 5, seed: UInt64,
    controller: (any Controller)? = nil, separate: Bool = false
  ) throws -> Model {
    let shape = shape(size)
    let isApart = separate || self == .separateFeedback
    let first = shape.populations[0].name
    let network = try Network(
      populations: [Population(name: "x", size: 4, role: .input)] + shape.populations,
      projections: [DenseProjection(from: "x", to: first)]
        + shape.edges.map { DenseProjection(from: $0.0, to: $0.1, separateFeedback: isApart) },
      loss: loss, output: .init(population: "y", units: outputUnits))
    var random = RandomStream(seed: seed, name: "zoo-\(rawValue)")
    let outputs = network.outputCount
    var targets = ContiguousArray<Double>(repeating: 0, count: outputs * count)
    for sample in 0..<count {
      if loss.isClassification {
        targets[outputs * sample + sample % outputs] = 1
      } else {
        for k in 0..<outputs { targets[outputs * sample + k] = random.normal() }
      }
    }
    let inputs = ContiguousArray((0..<4 * count).map { _ in random.normal() })
    var model = Model(
      network, controller ?? self.controller,
      Samples(count: count, inputs: inputs, targets: targets))
    for index in 0..<model.parameters.count {
      let name = model.parameters[index].name
      let shape = model.parameters[index].shape
      var scale = 0.2
      if name.hasSuffix(".weight") { scale = gain / Double(shape[1]).squareRoot() }
      if name.hasSuffix(".control") { scale = 0.2 }
      if name.hasPrefix("x-") { scale = 0.5 }
      for i in model.parameters[index].values.indices {
        model.parameters[index].values[i] = scale * random.normal()
      }
    }
    // Feedback that is something like the transpose.
    for projection in network.projections where projection.hasSeparateFeedback {
      let forward = model.parameters[projection.weightName].values
      for i in forward.indices {
        model.parameters[projection.feedbackName].values[i] =
          forward[i] + 0.1 * random.normal()
      }
    }
    return model
  }
}

extension Model {
  func system<E: Scalar>(_ precision: E.Type) -> any ControlledSystem<E> {
    let system = controller.makeSystem(network, capacity: samples.count, E.self)
    system.load(parameters)
    system.load(
      inputs: samples.inputs.span, targets: samples.targets.isEmpty ? nil : samples.targets.span,
      count: samples.count)
    return system
  }
}

/// The largest residual by variable of the plain field, ‖F_k‖ / (1e-3 + ‖z_k‖), for each row.
func fieldResiduals<E: Scalar>(
  _ system: any ControlledSystem<E>, _ z: ContiguousArray<E>
) throws -> [Double] {
  var dz = ContiguousArray<E>(repeating: .nan, count: z.count)
  var span = dz.mutableSpan
  try system.derivative(at: 0, z.span, into: &span)
  let width = system.dimension
  return z.withUnsafeBufferPointer { state in
    (0..<system.samples).map { row in
      system.variables.indices.map { index in
        let bracket = system.variables[index].columns.reduce(0.0) {
          let f = Double(dz[row * width + $1]) * Double(system.bracketWeights[$1])
          return $0 + f * f
        }
        return bracket.squareRoot()
          / (1e-3 + system.referenceNorm(of: index, sample: row, state: state.baseAddress!))
      }.max()!
    }
  }
}
