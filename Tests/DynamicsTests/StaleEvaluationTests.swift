import Dynamics
import Integration
import LinearAlgebra
import Testing

/// Systems reuse what they have just evaluated. It must be void once anything but the state changes.
@Suite("Nothing of an earlier evaluation is reused")
struct StaleEvaluationTests {
  @Test("new targets, inputs, parameters and orders are seen at the same state")
  func changes() throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input),
        Population(name: "h", size: 2, activation: Tanh()),
        Population(name: "y", size: 1, role: .readout),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h"),
        DenseProjection(from: "x", to: "y"), DenseProjection(from: "h", to: "y"),
      ], loss: SquaredError(), output: .init(population: "y"))
    let controller = DynamicInversion(output: .proportional(2))
    var parameters = controller.emptyParameters(for: network)
    parameters["h-y.weight"].values = [1, -1]
    parameters["x-y.weight"].values = [0.5]
    let state: ContiguousArray<Double> = [0.3, -0.2, 0.1, 0.4, 0.3, -0.2, 0.1, 0.4]

    func observed(_ system: any ControlledSystem<Double>) throws -> [Double] {
      var observation = Observation(network)
      try system.observe(state.span, into: &observation)
      return Array(observation.u) + Array(observation.outputs)
    }
    func load(
      _ system: any ControlledSystem<Double>, _ inputs: ContiguousArray<Double>,
      _ targets: ContiguousArray<Double>
    ) {
      system.load(inputs: inputs.span, targets: targets.span, count: 2)
    }
    /// The same by a system that has evaluated nothing before.
    func fresh(
      _ parameters: ParameterSet, _ inputs: ContiguousArray<Double>,
      _ targets: ContiguousArray<Double>
    ) throws -> [Double] {
      let system = controller.makeSystem(network, capacity: 2, Double.self)
      system.load(parameters)
      load(system, inputs, targets)
      return try observed(system)
    }

    let system = controller.makeSystem(network, capacity: 2, Double.self)
    func evaluate() throws {
      var derivative = state
      var span = derivative.mutableSpan
      try system.derivative(at: 0, state.span, into: &span)
    }
    system.load(parameters)
    load(system, [1, 2], [0.5, -1])
    try evaluate()
    load(system, [3, 4], [2, 5])
    #expect(try observed(system) == fresh(parameters, [3, 4], [2, 5]))
    try evaluate()
    system.exchangeSamples(0, 1)
    #expect(try observed(system) == fresh(parameters, [4, 3], [5, 2]))
    try evaluate()
    var other = parameters
    other["h-y.weight"].values = [-3, 2]
    system.load(other)
    load(system, [1, 2], [0.5, -1])
    #expect(try observed(system) == fresh(other, [1, 2], [0.5, -1]))
  }
}
