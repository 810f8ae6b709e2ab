import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

/// Random networks on which rules are compared with differences of what they descend.
enum Net: String, CaseIterable, Sendable {
  case feedforward, recurrent, readout

  /// Three samples, with targets that outputs of any activation come near.
  func model(
    _ activation: any Activation, _ loss: any Loss, seed: UInt64 = 3
  ) throws -> (network: Network, parameters: ParameterSet, samples: Samples) {
    func units(_ name: String, _ size: Int) -> Population {
      Population(name: name, size: size, activation: activation)
    }
    let x = Population(name: "x", size: 2, role: .input)
    func dense(_ from: String, _ to: String) -> DenseProjection {
      DenseProjection(from: from, to: to)
    }
    let network =
      switch self {
      case .feedforward:
        try Network(
          populations: [x, units("a", 3), units("b", 2), Population(name: "y", size: 2)],
          projections: [dense("x", "a"), dense("a", "b"), dense("b", "y"), dense("a", "y")],
          loss: loss, output: .init(population: "y"))
      case .recurrent:
        try Network(
          populations: [x, units("h", 4)], projections: [dense("x", "h"), dense("h", "h")],
          loss: loss, output: .init(population: "h", units: [3, 1]))
      case .readout:
        try Network(
          populations: [x, units("h", 3), Population(name: "y", size: 2, role: .readout)],
          projections: [dense("x", "h"), dense("h", "h"), dense("h", "y"), dense("x", "y")],
          loss: loss, output: .init(population: "y"))
      }
    var random = RandomStream(seed: seed, name: "rules-\(rawValue)")
    var parameters = network.emptyParameters()
    for index in 0..<parameters.count {
      let shape = parameters[index].shape
      let scale = shape.count == 1 ? 0.3 : 0.5 / Double(shape[1]).squareRoot()
      for i in parameters[index].values.indices {
        parameters[index].values[i] = scale * random.normal()
        // Rectifiers well on or well off: at the kink there is no gradient.
        if shape.count == 1 && activation is ReLU {
          parameters[index].values[i] += i % 2 == 0 ? 2 : -2
        }
      }
    }
    let inputs = ContiguousArray((0..<6).map { _ in random.normal() })
    let targets: ContiguousArray<Double> =
      loss.isClassification
      ? [1, 0, 0, 1, 0.8, 0.2] : ContiguousArray((0..<6).map { _ in 0.5 * random.normal() })
    return (network, parameters, Samples(count: 3, inputs: inputs, targets: targets))
  }
}

@Suite("Backpropagation and recurrent backpropagation")
struct GradientRuleTests {
  @Test("the printed gradients of the linear and the tanh example", arguments: [true, false])
  func oracle(isLinear: Bool) throws {
    let model = try ThreeUnits(isLinear ? Identity() : Tanh())
    let expected =
      isLinear
      ? [
        -0.6386448913, 0.3384639032, -0.2135971989, -0.9984262372, 0.5291379386, -0.3339274306,
        1.1154541817, -0.5911594711, 0.3730678692,
      ]
      : [
        -0.1652785312, 0.1363196223, -0.084790347, -0.9803495551, 0.8085797961, -0.5029339161,
        0.8144615545, -0.6717574912, 0.4178309022,
      ]
    let (update, states) = try phasedUpdate(
      Backpropagation(recurrent: true), model.network, NoControl(), model.parameters,
      ThreeUnits.sample)
    #expect(states[0][.adjoint]!.certificates[0].isEquilibrium)
    #expect(largestDifference(update["h-h.weight"], expected.map { -$0 }) < 2e-10)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let net: Net
    let activation: any Activation
    let loss: any Loss
    var testDescription: String { "\(net.rawValue), \(activation.name), \(loss.name)" }
  }

  static let activations: [any Activation] = [Identity(), Tanh(), Sigmoid(), ReLU(), Softplus()]
  static let losses: [any Loss] = [SquaredError(), CrossEntropy()]
  static let cases = Net.allCases.flatMap { net in
    activations.flatMap { activation in
      losses.map { Case(net: net, activation: activation, loss: $0) }
    }
  }

  /// Tolerance: fourth-order differences at h = 1e-3 truncate at h⁴/30 times a fifth derivative below
  /// 1e4 (3e-10); the losses carry the residual of 1e-12 times gradients and norms below ten, which
  /// h divides: 1e-8.
  @Test("are \u{2212}\u{2207}L, by differences of the settled loss", arguments: cases)
  func differences(_ item: Case) throws {
    let (network, parameters, samples) = try item.net.model(item.activation, item.loss)
    let rule = Backpropagation(recurrent: item.net != .feedforward)
    #expect(rule.objection(to: network) == nil)
    let (update, states) = try phasedUpdate(rule, network, NoControl(), parameters, samples)
    #expect(states[0][.adjoint]!.isSettled)
    let settler = try BatchSettler(network, controller: NoControl(), options: .accurate)
    var moved = parameters
    for index in 0..<parameters.count {
      let name = parameters[index].name
      for i in parameters[index].values.indices {
        var losses: [Double] = []
        for step in [-2.0, -1, 1, 2] {
          moved[index].values[i] = parameters[index].values[i] + step * 1e-3
          settler.load(moved)
          let state = try settler.settle(samples)[0]
          try #require(state.isSettled)
          losses.append(state.observation.losses.reduce(0, +))
        }
        moved[index].values[i] = parameters[index].values[i]
        let slope = (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / 12e-3
        #expect(abs(update[name][i] + slope) < 2e-8, "\(name)[\(i)]")
      }
    }
  }

  @Test("the two are one where there is no cycle, and the first refuses one")
  func cycles() throws {
    let (network, parameters, samples) = try Net.feedforward.model(Tanh(), CrossEntropy())
    let once = try phasedUpdate(
      Backpropagation(recurrent: false), network, NoControl(), parameters, samples)
    let settled = try phasedUpdate(
      Backpropagation(recurrent: true), network, NoControl(), parameters, samples)
    #expect(largestDifference(once.update, settled.update, parameters) == 0)
    let recurrent = try Net.recurrent.model(Tanh(), CrossEntropy()).network
    let objection = try #require(Backpropagation(recurrent: false).objection(to: recurrent))
    #expect(objection.contains("h lies on a cycle"))
  }

  @Test(
    "finite differences are the gradient, of the loss and of the energy",
    arguments: Net.allCases)
  func finiteDifferences(net: Net) throws {
    let (network, parameters, samples) = try net.model(Tanh(), CrossEntropy())
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.7, timeConstant: 10))
    // The rule itself says what it errs by: h² = 1e-8 times a third derivative, and 1e-8 of residual.
    let loss = FiniteDifferences(.loss, controller: controller, options: .accurate)
    let exact = try phasedUpdate(
      Backpropagation(recurrent: true), network, controller, parameters, samples)
    let byLoss = try phasedUpdate(loss, network, controller, parameters, samples)
    #expect(largestDifference(byLoss.update, exact.update, parameters) < 1e-7)
    let energy = FiniteDifferences(.energy, controller: controller, options: .accurate)
    let control = try phasedUpdate(
      LocalLearning<LeastControl>.leastControl(), network, controller, parameters, samples)
    let byEnergy = try phasedUpdate(energy, network, controller, parameters, samples)
    #expect(largestDifference(byEnergy.update, control.update, parameters) < 1e-7)
    #expect(largestDifference(exact.update, control.update, parameters) > 1e-3)
  }

  @Test("finite differences refuse a network of many parameters")
  func large() throws {
    let network = try classifier(hidden: 64)
    let rule = FiniteDifferences(.loss, controller: NoControl(), options: .accurate)
    #expect(rule.objection(to: network)?.contains("4418") == true)
    #expect(rule.objection(to: try classifier(hidden: 60)) == nil)
  }
}
