import Dynamics
import Foundation
import Integration
import LinearAlgebra
import Testing

@Suite("One neuron that is its own output (SCIENCE 8.3)")
struct OneNeuronTests {
  private func model(_ controller: any Controller) throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input),
        Population(name: "h", size: 1, activation: Tanh(), hasBias: false),
      ],
      projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h"))
    return Model(
      network, controller, Samples(count: 1, inputs: [1], targets: [1.2]),
      ["x-h.weight": [0.5], "h-h.weight": [0.8]])
  }

  private func controllers(leak: Double) -> [any Controller] {
    let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 5)
    return [
      DynamicInversion(output: loop), EnergyBased(output: loop),
    ]
  }

  @Test("without a leak \u{3c6} is the target and \u{3c8} what holds it there")
  func exact() throws {
    // One unit has one way to be controlled: linear feedback is optimal as well.
    let feedback = LinearFeedback(output: .leakyIntegral(leak: 0, timeConstant: 5))
    for controller in controllers(leak: 0) + [feedback] {
      let state = try model(controller).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.phi, [1.2]))
      #expect(near(state.observation.psi, [0.0330763144]))
      #expect(abs(state.controlEnergy(0) - 5.470212868e-4) < 2e-12)
      let update = state.leastControlUpdate()
      #expect(near(update["h-h.weight"]!, [0.0275742219]))
      #expect(near(update["x-h.weight"]!, [0.0330763144]))
    }
  }

  @Test("with \u{3b1} = 0.1 it is at the printed equilibrium")
  func leaky() throws {
    for controller in controllers(leak: 0.1) {
      let state = try model(controller).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.phi, [1.1976374335]))
      #expect(near(state.observation.u, [0.0236256653]))
      #expect(near(state.observation.psi, [0.0312913885]))
      #expect(abs(state.augmentedEnergy(leak: 0.1) - 5.174841006e-4) < 2e-12)
    }
  }

  @Test("free, it has the printed loss and true gradient")
  func free() throws {
    let model = try model(NoControl())
    let state = try model.settle()
    #expect(near(state.observation.phi, [1.1557093111]))
    #expect(abs(state.observation.losses[0] - 9.808325612e-4) < 2e-12)
    let delta = try model.sensitivity(at: state)[0, 0] * (1.2 - state.observation.phi[0])
    #expect(abs(-delta * state.observation.rates[0] + 0.0492271984) < 2e-10)
  }
}

@Suite("The stability boundary of scalar dynamic inversion (SCIENCE 2.3 and 8.4)")
struct ScalarStabilityTests {
  /// One linear unit with the self weight 1 − a, driven by a bias, which is its own output.
  private func model(a: Double, timeConstant: Double, leak: Double) throws -> Model {
    let network = try Network(
      populations: [Population(name: "h", size: 1)],
      projections: [DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h"))
    return Model(
      network,
      DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: timeConstant)),
      Samples(count: 1, inputs: [], targets: [2]), ["h-h.weight": [1 - a], "h.bias": [1]])
  }

  private func leading(a: Double, timeConstant: Double, leak: Double) throws -> Double {
    let system = try model(a: a, timeConstant: timeConstant, leak: leak).system()
    return try denseJacobian(system, at: [0, 0, 0]).leadingEigenvalue()
  }

  @Test("the loop is stable if and only if 2a(a\u{3c4}_u + \u{3b1})\u{b2} > \u{3c4}_u")
  func boundary() throws {
    for a in [0.3, 0.5, 0.8, 1, 1.6] {
      for leak in [0, 0.05, 0.2, 0.5, 1.5] {
        for timeConstant in [0.05, 0.3, 1, 2.5, 4, 8, 30] {
          let sum = a * timeConstant + leak
          let margin = 2 * a * sum * sum / timeConstant - 1
          guard abs(margin) > 1e-9 else { continue }
          let leading = try leading(a: a, timeConstant: timeConstant, leak: leak)
          #expect((leading < 0) == (margin > 0), "a \(a), \(timeConstant), \(leak): \(leading)")
        }
      }
    }
  }

  @Test("it has the printed growth rates on both sides")
  func printed() throws {
    #expect(abs(try leading(a: 0.5, timeConstant: 1, leak: 0) - 0.179) < 5e-4)
    #expect(abs(try leading(a: 0.5, timeConstant: 3.99, leak: 0) - 0.00025) < 5e-6)
    #expect(abs(try leading(a: 0.5, timeConstant: 4.01, leak: 0) + 0.00025) < 5e-6)
    #expect(abs(try leading(a: 0.5, timeConstant: 4, leak: 0)) < 1e-12)
    #expect(abs(try leading(a: 0.5, timeConstant: 1, leak: 0.5)) < 1e-12)
  }

  @Test(
    "settling tells the two sides apart",
    arguments: [
      (5, 0, 1e-2), (20, 0, 1e-2), (1, 0.7, 1e-2), (1, 1, 1e-2), (4.4, 0, 1e-6), (1, 0.6, 1e-6),
      (2, 0, 1e-2), (1, 0, 1e-2), (1, 0.3, 1e-2), (0.5, 0.2, 1e-2), (3.6, 0, 1e-6), (1, 0.4, 1e-6),
    ])
  func outcome(timeConstant: Double, leak: Double, tolerance: Double) throws {
    let model = try model(a: 0.5, timeConstant: timeConstant, leak: leak)
    let isStable = try leading(a: 0.5, timeConstant: timeConstant, leak: leak) < 0
    var options = SettlingOptions()
    options.relativeTolerance = .init(tolerance)
    options.absoluteTolerance = .init(tolerance * 1e-2)
    let state = try model.settle(options)
    let outcome = state.certificates[0].outcome
    if isStable {
      #expect(outcome == .settled, "\(state.summaries)")
    } else {
      #expect(
        [.oscillating, .diverged, .outOfTime, .outOfSteps].contains(outcome), "\(state.summaries)")
    }
  }
}

@Suite("A chain of two layers (SCIENCE 8.5)")
struct ChainTests {
  private func model(leak: Double, energy: Bool) throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input),
        Population(name: "a", size: 1, hasBias: false),
        Population(name: "b", size: 1, hasBias: false),
      ],
      projections: [DenseProjection(from: "x", to: "a"), DenseProjection(from: "a", to: "b")],
      loss: SquaredError(), output: .init(population: "b"))
    let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 10)
    return Model(
      network, energy ? EnergyBased(output: loop) : DynamicInversion(output: loop),
      Samples(count: 1, inputs: [2], targets: [0.5]), ["x-a.weight": [0.7], "a-b.weight": [-1.3]])
  }

  @Test("it is at the printed equilibria with the printed gradients", arguments: [false, true])
  func equilibria(energy: Bool) throws {
    let state = try model(leak: 0, energy: energy).settle()
    #expect(state.areSettled, "\(state.summaries)")
    #expect(near(state.observation.u, [0.8624535316]))
    #expect(near(state.observation.psi, [-1.1211895911, 0.8624535316]))
    #expect(near(state.observation.phi, [0.2788104089, 0.5]))
    #expect(abs(state.controlEnergy(0) - 1.0004460967) < 2e-10)
    let update = state.leastControlUpdate()
    #expect(near(update["x-a.weight"]!, [-2.2423791822]))
    #expect(near(update["a-b.weight"]!, [0.2404610218]))

    let leaky = try model(leak: 0.5, energy: energy).settle()
    #expect(leaky.areSettled, "\(leaky.summaries)")
    #expect(near(leaky.observation.u, [0.7272727273]))
    #expect(abs(leaky.observation.phi[1] - 0.1363636364) < 2e-10)
    #expect(abs(leaky.augmentedEnergy(leak: 0.5) - 0.8436363636) < 2e-10)
    let leakyUpdate = leaky.leastControlUpdate()
    #expect(near(leakyUpdate["x-a.weight"]!, [-1.8909090909]))
    #expect(near(leakyUpdate["a-b.weight"]!, [0.3305785124]))
  }
}

/// The oracle's "class 1" is the first of two here.
@Suite("A softmax output neuron (SCIENCE 8.6)")
struct SoftmaxTests {
  private func model(_ controller: any Controller, target: ContiguousArray<Double>) throws -> Model
  {
    let network = try Network(
      populations: [Population(name: "y", size: 2)], projections: [], loss: CrossEntropy(),
      output: .init(population: "y"))
    return Model(network, controller, Samples(count: 1, inputs: [], targets: target))
  }

  private func controllers(_ loop: OutputController) -> [any Controller] {
    [
      DynamicInversion(output: loop), DynamicInversion(output: loop, outputStage: .direct),
      EnergyBased(output: loop), LinearFeedback(output: loop),
    ]
  }

  @Test(
    "under a leak u = (v, \u{2212}v) with \u{3b1}v = 1/(1 + e\u{b2}\u{1d5b})",
    arguments: [
      (1, 0.3374158072, 0.66258419), (0.1, 1.0640172592, 0.89359827),
      (0.01, 1.9569974098, 0.98043003), (0.001, 2.9171187489, nil),
    ] as [(Double, Double, Double?)])
  func hard(leak: Double, v: Double, probability: Double?) throws {
    for controller in controllers(.leakyIntegral(leak: leak, timeConstant: 5)) {
      let state = try model(controller, target: [1, 0]).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.u, [v, -v]))
      #expect(near(state.observation.phi, [v, -v]))
      #expect(
        abs(leak * state.observation.u[0] - 1 / (1 + exp(2 * state.observation.u[0]))) < 1e-11)
      if let probability {
        #expect(abs(exp(-state.observation.losses[0]) - probability) < 6e-9)
      }
    }
  }

  @Test("a soft target is reached without a leak, at v = \u{bd} ln 99")
  func soft() throws {
    for controller in controllers(.leakyIntegral(leak: 0, timeConstant: 5)) {
      let state = try model(controller, target: [0.99, 0.01]).settle()
      #expect(state.areSettled, "\(state.summaries)")
      // The curvature p(1 − p) of 0.0099 divides the residual.
      #expect(near(state.observation.u, [2.2975599251, -2.2975599251], 4e-10))
    }
  }

  @Test("a hard target without a leak never counts as settled")
  func unbounded() throws {
    let loop = OutputController.leakyIntegral(leak: 0, timeConstant: 1)
    let state = try model(DynamicInversion(output: loop), target: [1, 0]).settle()
    #expect(!state.certificates[0].isEquilibrium)
    #expect(
      CrossEntropy().unboundedReason(target: ([1, 0] as ContiguousArray<Double>).span) != nil)
  }
}

@Suite("A learned linear decoder (SCIENCE 8.9)")
struct DecoderTests {
  static let decoder = [0.3, 0.8, -0.2, -0.5, 0.1, 0.9]

  private func model(_ controller: any Controller, role: Population.Role) throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 3, hasBias: false),
        Population(name: "y", size: 2, role: role, hasBias: false),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h"),
        DenseProjection(from: "h", to: "y"),
      ],
      loss: SquaredError(), output: .init(population: "y"))
    return Model(
      network, controller, Example.samples,
      [
        "x-h.weight": Array(Example.inputWeights.joined()),
        "h-h.weight": Array(Example.weights.joined()), "h-y.weight": Self.decoder,
      ])
  }

  /// Eight digits are printed.
  private let printed = 5.1e-9
  private var controllers: [any Controller] {
    let loop = OutputController.leakyIntegral(leak: 0, timeConstant: 10)
    return [
      DynamicInversion(output: loop), DynamicInversion(output: loop, outputStage: .direct),
      EnergyBased(output: loop),
    ]
  }

  @Test("as a readout it does not pay for u")
  func readout() throws {
    for controller in controllers {
      let state = try model(controller, role: .readout).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.u, [0.91771794, 0.26258375], printed))
      #expect(near(state.observation.psi, [0.51517139, 0.6615317, -0.03500927], printed))
      #expect(near(state.observation.outputs, [0.5, -0.2]))
      #expect(abs(state.controlEnergy(0) - 0.35212569864306503) < 2e-10)
    }
  }

  @Test("as a population of units it does")
  func augmented() throws {
    for controller in controllers {
      let state = try model(controller, role: .units).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.u, [0.40486427, 0.09333835], printed))
      let psi = [0.23751565, 0.27898899, -0.03626821, 0.40486427, 0.09333835]
      #expect(near(state.observation.psi, psi, printed))
      #expect(abs(state.controlEnergy(0) - 0.1540955281560226) < 2e-10)
    }
  }

  @Test(
    "in both forms dH/dD = \u{2212}u\u{3c6}\u{1d40}", arguments: [Population.Role.readout, .units])
  func gradient(role: Population.Role) throws {
    var model = try model(controllers[2], role: role)
    let update = try model.settle().leastControlUpdate()["h-y.weight"]!
    let h = 1e-3
    for i in 0..<Self.decoder.count {
      var energies: [Double] = []
      for step in [-2, -1, 1, 2] {
        model.parameters["h-y.weight"].values[i] = Self.decoder[i] + Double(step) * h
        energies.append(try model.settle().controlEnergy(0))
      }
      model.parameters["h-y.weight"].values[i] = Self.decoder[i]
      // Fourth-order differences: truncation h⁴ of numbers of order ten, and 1e-12/h.
      let slope = (8 * (energies[2] - energies[1]) - (energies[3] - energies[0])) / (12 * h)
      #expect(abs(update[i] + slope) < 2e-9)
    }
  }
}
