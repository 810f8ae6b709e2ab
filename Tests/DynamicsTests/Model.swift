import Dynamics
import Integration
import LinearAlgebra

/// A network with its controller, parameters and samples: all that a settling needs.
struct Model: Sendable {
  let network: Network
  var controller: any Controller
  var parameters: ParameterSet
  var samples: Samples

  init(
    _ network: Network, _ controller: any Controller, _ samples: Samples,
    _ values: [String: [Double]] = [:]
  ) {
    self.network = network
    self.controller = controller
    self.samples = samples
    parameters = controller.emptyParameters(for: network)
    for (name, numbers) in values { parameters[name].values = ContiguousArray(numbers) }
  }

  /// The same under another controller; parameters that only one of them has start at zero.
  func under(_ controller: any Controller) -> Model {
    var other = Model(network, controller, samples)
    for index in 0..<other.parameters.count {
      let name = other.parameters[index].name
      if parameters.index(of: name) != nil {
        other.parameters[index].values = parameters[name].values
      }
    }
    return other
  }

  func batchSettler(
    _ options: SettlingOptions = Example.tight, precision: Precision = .double, threads: Int = 1
  ) throws -> BatchSettler {
    let settler = try BatchSettler(
      network, controller: controller, options: options, precision: precision, threads: threads)
    settler.load(parameters)
    return settler
  }

  /// Where the samples settle, which must be few enough for one chunk.
  func settle(
    _ options: SettlingOptions = Example.tight, precision: Precision = .double,
    from phi: ContiguousArray<Double>? = nil
  ) throws -> SettledState {
    let states = try batchSettler(options, precision: precision).settle(samples, initialPhi: phi)
    precondition(states.count == 1, "more samples than a chunk")
    return states[0]
  }

  /// The controlled system with the samples loaded.
  func system() -> any ControlledSystem<Double> {
    let system = controller.makeSystem(network, capacity: samples.count, Double.self)
    system.load(parameters)
    system.load(
      inputs: samples.inputs.span, targets: samples.targets.isEmpty ? nil : samples.targets.span,
      count: samples.count)
    return system
  }

  /// The Jacobian of the controlled system at an equilibrium of the only sample.
  func jacobian(at state: SettledState) throws -> DenseMatrix {
    let system = system()
    return try denseJacobian(system, at: system.compose(state.observation))
  }

  /// J = −D (∂f/∂φ)⁻¹ of outputs that are units, at the φ of a settled state of one sample.
  func sensitivity(at state: SettledState) throws -> DenseMatrix {
    let field = try denseJacobian(under(NoControl()).system(), at: state.observation.phi)
    var selection = DenseMatrix(rows: network.unitCount, columns: network.outputCount)
    let start = network.columns(of: network.output.population).lowerBound
    for (k, unit) in network.outputUnits.enumerated() { selection[start + unit, k] = -1 }
    return try LinearAlgebra.LUFactorization(field).solve(selection, transposed: true).transposed
  }
}

/// The Jacobian of a system that holds one sample, from its products with the unit vectors.
func denseJacobian(
  _ system: any ControlledSystem<Double>, at z: ContiguousArray<Double>
) throws -> DenseMatrix {
  var matrix = DenseMatrix(rows: system.dimension, columns: system.dimension)
  for column in 0..<system.dimension {
    var unit = ContiguousArray<Double>(repeating: 0, count: system.dimension)
    unit[column] = 1
    for (row, value) in try jacobianProduct(system, z, unit).enumerated() {
      matrix[row, column] = value
    }
  }
  return matrix
}

extension DenseMatrix {
  func leadingEigenvalue() throws -> Double { try eigenvalues().map(\.real).max()! }
}

extension SettledState {
  /// ½‖ψ‖² + L/α_eff of all samples together; without a leak the loss is zero, and so is its part.
  func augmentedEnergy(leak: Double) -> Double {
    (0..<count).reduce(0) {
      $0 + controlEnergy($1) + (leak > 0 ? observation.losses[$1] / leak : 0)
    }
  }

  var areSettled: Bool { certificates.allSatisfy { $0.outcome == .settled } }

  var summaries: String { certificates.map(\.summary).joined(separator: "\n") }

  /// −∂F/∂θ as the theorem has it, summed over the samples: control of the target times rate of the
  /// source for weights, the control itself for biases.
  func leastControlUpdate() -> [String: [Double]] {
    var update: [String: [Double]] = [:]
    for projection in network.projections {
      let source = network.population(projection.source)
      let target = network.population(projection.target)
      var sum = Array(repeating: 0.0, count: source.size * target.size)
      for row in 0..<count {
        let control = control(of: target, row)
        let rate = rates(of: source, row)
        for i in 0..<target.size {
          for j in 0..<source.size { sum[i * source.size + j] += control[i] * rate[j] }
        }
      }
      update[projection.weightName] = sum
    }
    for population in network.populations where population.hasBias {
      var sum = Array(repeating: 0.0, count: population.size)
      for row in 0..<count {
        for (i, control) in control(of: population, row).enumerated() { sum[i] += control }
      }
      update[population.biasName] = sum
    }
    return update
  }

  private func rates(of population: Population, _ row: Int) -> [Double] {
    let columns = network.columns(of: population.name)
    let values = population.role == .input ? samples.inputs : observation.rates
    let width = population.role == .input ? network.inputCount : network.unitCount
    return columns.map { values[row * width + $0] }
  }

  private func control(of population: Population, _ row: Int) -> [Double] {
    guard population.role == .readout else {
      return network.columns(of: population.name).map {
        observation.psi[row * network.unitCount + $0]
      }
    }
    var control = Array(repeating: 0.0, count: population.size)
    for (k, unit) in network.outputUnits.enumerated() {
      control[unit] = observation.u[row * network.outputCount + k]
    }
    return control
  }
}

func norm(_ x: some Sequence<Double>) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

func dot(_ x: some Sequence<Double>, _ y: some Sequence<Double>) -> Double {
  zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
}

func largestDifference(_ x: some Sequence<Double>, _ y: some Sequence<Double>) -> Double {
  zip(x, y).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
