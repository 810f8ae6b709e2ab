import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

@Suite("Equilibrium propagation and its relatives")
struct EquilibriumPropagationTests {
  static let energy = EnergyBased(output: .leakyIntegral(leak: 1))
  static let alone = LinearFeedback(output: .proportional(1), paths: ["h": .none])
  static let backpropagation = Backpropagation(recurrent: true)

  /// SCIENCE 1.7: the largest |α·dF/dW − dL/dW| of the linear example, as printed.
  @Test(
    "tends to \u{2212}\u{2207}L at the printed rate",
    arguments: [
      (10.0, 0.143, 5e-4), (100, 0.0166, 5e-5), (1000, 0.00168, 5e-6), (1e4, 1.69e-4, 5e-7),
    ])
  func rate(leak: Double, error: Double, digits: Double) throws {
    let model = try ThreeUnits()
    let (gradient, _) = try phasedUpdate(
      Self.backpropagation, model.network, NoControl(), model.parameters, ThreeUnits.sample)
    for controller: any Controller in [
      Self.energy, DynamicInversion(output: .leakyIntegral(leak: 1)),
    ] {
      let (update, _) = try phasedUpdate(
        EquilibriumPropagation(beta: 1 / leak), model.network, controller, model.parameters,
        ThreeUnits.sample)
      let found = largestDifference(update["h-h.weight"], gradient["h-h.weight"])
      #expect(abs(found - error) < digits, "\(controller.name): \(found)")
    }
  }

  /// SCIENCE 1.7: the largest |dF/dW − dH/dW|; predictive coding divides F by its precision 1/(1 + α).
  @Test(
    "predictive coding tends to \u{2212}\u{2207}H at the printed rate, and is \u{2212}\u{2207}H at precision 1",
    arguments: [
      (0.1, 0.123, 5e-4), (0.01, 0.0142, 5e-5), (0.001, 0.00144, 5e-6), (1e-4, 1.45e-4, 5e-7),
      (0, 0, 1e-10),
    ])
  func predictiveCoding(leak: Double, error: Double, digits: Double) throws {
    let model = try ThreeUnits()
    let rule = PredictiveCoding(precision: 1 / (1 + leak))
    #expect(leak == 0 ? rule.gain == .infinity : abs(rule.gain * leak - 1) < 1e-11)
    let dH = [
      -0.7356281055, -0.2650617284, 0.1060246914, -1.1863587868, -0.4274691358, 0.1709876543,
      1.1395896967, 0.410617284, -0.1642469136,
    ]
    var options = SettlingOptions.accurate
    // A gain of 1e4 multiplies rounding too.
    if leak < 1e-3 && leak > 0 { options.residual = 1e-10 }
    let (update, _) = try phasedUpdate(
      rule, model.network, Self.energy, model.parameters, ThreeUnits.sample, options: options)
    let found = largestDifference(
      update["h-h.weight"].map { -$0 * rule.precision }, dH)
    #expect(abs(found - error) < digits, "\(found)")
  }

  /// What is left of the error is a power series in β: halving β divides its first term by 2, that of
  /// the symmetric rule by 4, and the next terms shift the quotient by a few times β.
  @Test(
    "the symmetric rule errs in second order, the one-sided one in first", arguments: Net.allCases)
  func order(net: Net) throws {
    let (network, parameters, samples) = try net.model(Tanh(), CrossEntropy())
    let (gradient, _) = try phasedUpdate(
      Self.backpropagation, network, NoControl(), parameters, samples)
    func error(_ beta: Double, symmetric: Bool) throws -> Double {
      let (update, states) = try phasedUpdate(
        EquilibriumPropagation(beta: beta, symmetric: symmetric), network, Self.energy, parameters,
        samples)
      #expect(
        states.allSatisfy { $0.values.allSatisfy { $0.isSettled } })
      return largestDifference(update, gradient, parameters)
    }
    let oneSided = try error(0.04, symmetric: false) / error(0.02, symmetric: false)
    let symmetric = try error(0.04, symmetric: true) / error(0.02, symmetric: true)
    #expect(abs(oneSided - 2) < 0.2, "\(oneSided)")
    #expect(abs(symmetric - 4) < 0.4, "\(symmetric)")
    let (fine, coarse) = (try error(0.02, symmetric: true), try error(0.02, symmetric: false))
    #expect(fine < 0.1 * coarse)
  }

  /// A hidden population with symmetric connections to itself and to a linear output.
  private func symmetricNetwork(seed: UInt64 = 8) throws -> (Network, ParameterSet) {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 4, activation: Tanh()), Population(name: "y", size: 2),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h"),
        DenseProjection(from: "h", to: "y"), DenseProjection(from: "y", to: "h"),
      ],
      loss: CrossEntropy(), output: .init(population: "y"))
    var random = RandomStream(seed: seed, name: "symmetric")
    var parameters = network.emptyParameters()
    for index in 0..<parameters.count {
      for i in parameters[index].values.indices {
        parameters[index].values[i] = 0.3 * random.normal()
      }
    }
    try ConstraintSet(
      ["h-h.weight": [.symmetric]], transposes: [("h-y.weight", "y-h.weight")], for: parameters
    ).apply(to: &parameters)
    return (network, parameters)
  }

  /// The symmetric part of what acts on symmetric weights.
  private func symmetricPart(
    _ update: ParameterUpdate, _ network: Network
  ) -> [String: [Double]] {
    func transposed(_ values: ContiguousArray<Double>, columns: Int) -> [Double] {
      let rows = values.count / columns
      return (0..<values.count).map { values[($0 % rows) * columns + $0 / rows] }
    }
    var part: [String: [Double]] = [:]
    for name in ["x-h.weight", "h.bias", "y.bias"] { part[name] = Array(update[name]) }
    let own = transposed(update["h-h.weight"], columns: 4)
    part["h-h.weight"] = zip(update["h-h.weight"], own).map { ($0 + $1) / 2 }
    let back = transposed(update["y-h.weight"], columns: 2)
    part["h-y.weight"] = zip(update["h-y.weight"], back).map { ($0 + $1) / 2 }
    let forth = transposed(update["h-y.weight"], columns: 4)
    part["y-h.weight"] = zip(update["y-h.weight"], forth).map { ($0 + $1) / 2 }
    return part
  }

  @Test(
    "of Hopfield's energy tends to the symmetric part of \u{2212}\u{2207}L",
    arguments: [true, false])
  func hopfield(isSymmetric: Bool) throws {
    let (network, parameters) = try symmetricNetwork()
    let samples = moons(6).all
    let (gradient, _) = try phasedUpdate(
      Self.backpropagation, network, NoControl(), parameters, samples)
    let expected = symmetricPart(gradient, network)
    func error(_ beta: Double) throws -> Double {
      let (update, _) = try phasedUpdate(
        EquilibriumPropagation(beta: beta, symmetric: isSymmetric, energy: .hopfield), network,
        Self.alone, parameters, samples)
      return expected.map { largestDifference(update[$0.key], $0.value) }.max()!
    }
    let (coarse, fine) = (try error(0.04), try error(0.02))
    #expect(
      abs(coarse / fine - (isSymmetric ? 4 : 2)) < (isSymmetric ? 0.4 : 0.2), "\(coarse) \(fine)")
    #expect(fine < (isSymmetric ? 1e-3 : 2e-2))
  }

  @Test("contrastive Hebbian learning under weak control is \u{3b2} times equilibrium propagation")
  func contrastiveHebbian() throws {
    let (network, parameters) = try symmetricNetwork()
    let samples = moons(6).all
    var controller = Self.alone
    controller.output = .proportional(0.25)
    let (hebbian, _) = try phasedUpdate(
      ContrastiveHebbian(), network, controller, parameters, samples)
    let (nudged, _) = try phasedUpdate(
      EquilibriumPropagation(beta: 0.25, energy: .hopfield), network, Self.alone, parameters,
      samples)
    for parameter in parameters.parameters {
      let scaled = nudged[parameter.name].map { 0.25 * $0 }
      // Both settle to 1e-12, from different starts.
      #expect(largestDifference(hebbian[parameter.name], scaled) < 1e-10)
      #expect(hebbian[parameter.name].contains { abs($0) > 1e-3 })
    }
    // Increments of transposes are transposes, so that symmetric weights stay so.
    for post in 0..<2 {
      for pre in 0..<4 {
        #expect(
          abs(hebbian["h-y.weight"][post * 4 + pre] - hebbian["y-h.weight"][pre * 2 + post]) < 1e-12
        )
      }
    }
  }

  @Test("rules of rates want connections that go both ways, and rates to read")
  func objections() throws {
    let hopfield = EquilibriumPropagation(energy: .hopfield)
    let forward = try Net.feedforward.model(Tanh(), SquaredError()).network
    #expect(hopfield.objection(to: forward)?.contains("nothing comes back along a-b") == true)
    #expect(ContrastiveHebbian().objection(to: forward)?.contains("a-b") == true)
    #expect(EquilibriumPropagation().objection(to: forward) == nil)
    let readout = try Net.readout.model(Tanh(), SquaredError()).network
    #expect(hopfield.objection(to: readout)?.contains("the readout y") == true)
    let (network, _) = try symmetricNetwork()
    #expect(hopfield.objection(to: network) == nil)
  }
}
