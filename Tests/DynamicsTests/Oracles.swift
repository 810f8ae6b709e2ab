import Dynamics
import Integration

/// The linear and tanh examples of SCIENCE 8.1 and 8.2: three units, of which the last two are read.
enum Example {
  static let weights: [[Double]] = [[0.2, -0.3, 0.1], [0.4, 0.1, -0.2], [-0.1, 0.3, 0.2]]
  static let inputWeights: [[Double]] = [[1, 0.5], [-0.5, 1], [0.3, -0.7]]
  static let input: ContiguousArray<Double> = [1, -0.5]
  static let target: ContiguousArray<Double> = [0.5, -0.2]

  static func network(_ activation: any Activation) throws -> Network {
    try Network(
      populations: [
        Population(name: "input", size: 2, role: .input),
        Population(name: "hidden", size: 3, activation: activation, hasBias: false),
      ],
      projections: [
        DenseProjection(from: "input", to: "hidden"), DenseProjection(from: "hidden", to: "hidden"),
      ],
      loss: SquaredError(), output: .init(population: "hidden", units: [1, 2]))
  }

  static func parameters(
    _ network: Network, _ controller: any Controller
  ) -> ParameterSet {
    var parameters = controller.emptyParameters(for: network)
    parameters["input-hidden.weight"].values = ContiguousArray(inputWeights.joined())
    parameters["hidden-hidden.weight"].values = ContiguousArray(weights.joined())
    return parameters
  }

  static var samples: Samples { Samples(count: 1, inputs: input, targets: target) }

  /// Settles the example and returns its one settled state.
  static func settle(
    _ activation: any Activation, _ controller: any Controller,
    precision: Precision = .double, change: (inout ParameterSet) -> Void = { _ in },
    options: SettlingOptions = tight
  ) throws -> SettledState {
    let network = try network(activation)
    let settler = try BatchSettler(
      network, controller: controller, options: options, precision: precision)
    var parameters = parameters(network, controller)
    change(&parameters)
    settler.load(parameters)
    return try settler.settle(samples)[0]
  }

  /// A residual far below the printed digits of the oracles.
  static var tight: SettlingOptions {
    var options = SettlingOptions(method: .bdf, residual: 1e-12)
    options.relativeTolerance = 1e-6
    options.absoluteTolerance = 1e-10
    return options
  }
}

func near(_ a: some Sequence<Double>, _ b: [Double], _ tolerance: Double = 2e-10) -> Bool {
  let a = Array(a)
  return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}
