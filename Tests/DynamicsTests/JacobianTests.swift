import Dynamics
import Integration
import LinearAlgebra
import Testing

@Suite("Jacobian products of controlled systems")
struct JacobianTests {
  static let activations: [any Activation] = [Identity(), Tanh(), Sigmoid(), ReLU(), Softplus()]
  static let losses: [any Loss] = [SquaredError(), CrossEntropy()]

  struct Case: Sendable, CustomTestStringConvertible {
    let activation: any Activation
    let loss: any Loss
    let controller: any Controller
    let label: String
    var testDescription: String { "\(activation.name), \(loss.name), \(label)" }
  }

  static var controllers: [(String, any Controller)] {
    let loops: [(String, OutputController)] = [
      ("leaky integral", .leakyIntegral(leak: 0.3, timeConstant: 2)),
      ("integral", .leakyIntegral(leak: 0, timeConstant: 3)),
      ("proportional", .proportional(0.7)),
      ("PI, leak on integral", OutputController(integral: 1.3, proportional: 0.4, leak: 0.2)),
      (
        "PI, leak on total",
        OutputController(integral: 1.3, proportional: 0.4, leak: 0.2, leakOn: .total)
      ),
    ]
    var controllers: [(String, any Controller)] = [("free", NoControl())]
    for (name, loop) in loops {
      controllers.append(
        ("dynamic inversion, \(name)", DynamicInversion(output: loop, timeConstant: 1.7)))
      controllers.append(
        (
          "dynamic inversion, direct, \(name)",
          DynamicInversion(output: loop, outputStage: .direct)
        ))
      controllers.append(("energy, \(name)", EnergyBased(output: loop)))
      controllers.append(("linear feedback, \(name)", LinearFeedback(output: loop)))
    }
    return controllers
  }

  static var cases: [Case] {
    activations.flatMap { activation in
      losses.flatMap { loss in
        controllers.map {
          Case(activation: activation, loss: loss, controller: $0.1, label: $0.0)
        }
      }
    }
  }

  /// Two populations with a loop between them and one onto itself, time constants of their own, and
  /// an output that is either units or a readout.
  static func network(
    _ activation: any Activation, _ loss: any Loss, readout: Bool, separate: Bool
  ) throws -> Network {
    try Network(
      populations: [
        Population(name: "x", size: 3, role: .input),
        Population(name: "a", size: 4, activation: activation, timeConstant: 1.5),
        Population(name: "b", size: 3, activation: activation, timeConstant: 0.8),
        Population(name: "y", size: 3, role: readout ? .readout : .units),
      ],
      projections: [
        DenseProjection(from: "x", to: "a"),
        DenseProjection(from: "a", to: "a", separateFeedback: separate),
        DenseProjection(from: "a", to: "b"), DenseProjection(from: "b", to: "a"),
        DenseProjection(from: "b", to: "y", separateFeedback: separate),
        DenseProjection(from: "x", to: "y"),
      ],
      loss: loss, output: .init(population: "y"))
  }

  @Test("J·v agrees with central differences of the field", arguments: cases)
  func product(_ item: Case) throws {
    var random = RandomStream(seed: 7, name: "jacobian")
    for (readout, separate) in [(false, false), (false, true), (true, false), (true, true)] {
      let network = try Self.network(
        item.activation, item.loss, readout: readout, separate: separate)
      var parameters = item.controller.emptyParameters(for: network)
      for index in 0..<parameters.count {
        for i in parameters[index].values.indices {
          parameters[index].values[i] = 0.6 * random.normal()
        }
      }
      let samples = 5
      let system = item.controller.makeSystem(network, capacity: samples, Double.self)
      system.load(parameters)
      let inputs = ContiguousArray((0..<samples * 3).map { _ in random.normal() })
      var targets = ContiguousArray<Double>(repeating: 0.1, count: samples * 3)
      for s in 0..<samples { targets[s * 3 + s % 3] = 0.8 }
      system.load(inputs: inputs.span, targets: targets.span, count: samples)

      let count = samples * system.dimension
      // Away from the kink of the rectifier, where no derivative exists.
      let z = ContiguousArray(
        (0..<count).map { _ in
          let value = random.normal()
          return value + (value < 0 ? -0.05 : 0.05)
        })
      let v = ContiguousArray((0..<count).map { _ in random.normal() })
      let product = try jacobianProduct(system, z, v)
      let h = 1e-5
      let ahead = try derivative(system, ContiguousArray(zip(z, v).map { $0 + h * $1 }))
      let behind = try derivative(system, ContiguousArray(zip(z, v).map { $0 - h * $1 }))
      for i in 0..<count {
        let difference = (ahead[i] - behind[i]) / (2 * h)
        // Truncation h²·|F‴| and rounding ε·|F|/h, each about 1e-10 for numbers of order ten.
        #expect(
          abs(product[i] - difference) < 1e-7,
          "\(system.componentName(i % system.dimension)): \(product[i]) and \(difference)")
      }
    }
  }
}

func derivative(
  _ system: any ControlledSystem<Double>, _ z: ContiguousArray<Double>
) throws -> ContiguousArray<Double> {
  var result = ContiguousArray<Double>(repeating: .nan, count: z.count)
  var span = result.mutableSpan
  try system.derivative(at: 0, z.span, into: &span)
  return result
}

func jacobianProduct(
  _ system: any ControlledSystem<Double>, _ z: ContiguousArray<Double>,
  _ v: ContiguousArray<Double>
) throws -> ContiguousArray<Double> {
  try system.linearize(at: 0, z.span)
  // An evaluation elsewhere in between must not disturb the linearisation.
  _ = try derivative(system, v)
  var result = ContiguousArray<Double>(repeating: .nan, count: z.count)
  var span = result.mutableSpan
  try system.jacobianProduct(v.span, into: &span)
  return result
}
