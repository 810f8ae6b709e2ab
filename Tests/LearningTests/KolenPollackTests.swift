import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

private func network(separate: Bool = true) throws -> Network {
  try Network(
    populations: [
      Population(name: "x", size: 2, role: .input),
      Population(name: "h", size: 8, activation: Tanh()), Population(name: "y", size: 2),
    ],
    projections: [
      DenseProjection(from: "x", to: "h"),
      DenseProjection(from: "h", to: "h", separateFeedback: separate),
      DenseProjection(from: "h", to: "y", separateFeedback: separate),
    ],
    loss: CrossEntropy(), output: .init(population: "y"))
}

private let inversion = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
private let pairs = ["h-h", "h-y"]

private func trainer(
  _ optimizer: any Optimizer, decay: Double, epochs: Int, separate: Bool = true,
  controller: any Controller = inversion, clip: Double? = nil, masks: Bool = false,
  rules: [any LearningRule]? = nil, adjust: (inout ParameterSet) -> Void = { _ in }
) throws -> Trainer {
  let network = try network(separate: separate)
  var parameters = try network.initialParameters(
    for: controller, initializers: ["h-h.weight": Initializer(.uniformFanIn, gain: 0.3)], seed: 3)
  for name in pairs {
    parameters["\(name).weight"].plasticity.decay = decay
    guard separate else { continue }
    parameters["\(name).feedback"].plasticity.decay = decay
  }
  adjust(&parameters)
  var options = TrainingOptions()
  options.epochs = epochs
  options.batchSize = 10
  options.rate = 0.01
  options.evaluatesEvery = 0
  options.clip = clip
  var mask: [String: ContiguousArray<Double>] = [:]
  if masks {
    let pattern = ContiguousArray((0..<64).map { $0 % 3 == 0 ? 0.0 : 1 })
    mask = ["h-h.weight": pattern]
    if separate { mask["h-h.feedback"] = pattern }
  }
  return try Trainer(
    network, controller: controller, parameters: parameters,
    rules: rules ?? (separate ? [.leastControl(), KolenPollack()] : [.leastControl()]),
    optimizer: optimizer, constraints: try ConstraintSet([:], masks: mask, for: parameters),
    data: moons(50), options: options, settling: SettlingOptions(method: .bdf))
}

@Suite("Kolen and Pollack's feedback rule (SCIENCE 2.5)")
struct KolenPollackTests {
  private func distances(_ parameters: ParameterSet) -> [Double] {
    pairs.map { name in
      zip(parameters["\(name).weight"].values, parameters["\(name).feedback"].values)
        .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
  }

  @Test(
    "\u{2016}W \u{2212} S\u{1d40}\u{2016} shrinks by 1 \u{2212} \u{3b3} in every step, with any optimizer",
    arguments: [GradientDescent(), Momentum(0.9), Adam()] as [any Optimizer])
  func contraction(_ optimizer: any Optimizer) throws {
    let trainer = try trainer(optimizer, decay: 0.01, epochs: 20, clip: 0.05)
    let before = distances(trainer.parameters)
    let weights = trainer.parameters["h-h.weight"].values
    try trainer.run()
    #expect(trainer.step == 100)
    #expect(trainer.parameters["h-h.weight"].values != weights)
    for (after, before) in zip(distances(trainer.parameters), before) {
      // The rounding of a hundred steps of numbers of the size of 1.
      #expect(abs(after / before - 0.3660323413) < 1e-10, "\(optimizer.name)")
    }
  }

  @Test("S that equals W stays equal to it, to the last bit, and learning is that of the transpose")
  func sameBits() throws {
    func start(_ parameters: inout ParameterSet) {
      for name in pairs {
        parameters["\(name).feedback"].values = parameters["\(name).weight"].values
      }
    }
    let own = try trainer(
      Adam(), decay: 1e-3, epochs: 3, clip: 0.05, masks: true, adjust: start)
    let shared = try trainer(
      Adam(), decay: 1e-3, epochs: 3, separate: false, clip: 1e300, masks: true)
    try own.run()
    for name in pairs {
      #expect(
        own.parameters["\(name).weight"].values == own.parameters["\(name).feedback"].values)
    }
    // Unclipped, both are the same training.
    let free = try trainer(
      Adam(), decay: 1e-3, epochs: 3, clip: 1e300, masks: true, adjust: start)
    try free.run()
    try shared.run()
    for index in 0..<shared.parameters.count {
      let name = shared.parameters[index].name
      #expect(free.parameters[name].values == shared.parameters[name].values, "\(name)")
    }
  }

  @Test("clipping counts W and S, and shortens both by the same factor")
  func clipping() throws {
    var (parameters, total) = (try network().emptyParameters(), 0.0)
    parameters["h-h.weight"].values[0] = 0
    var update = ParameterUpdate(
      for: parameters, changing: ["h-h.weight", "h-h.feedback", "h-y.weight", "h-y.feedback"])
    for i in 0..<64 { update["h-h.weight"][i] = Double(i) }
    KolenPollack().complete(&update, of: try network())
    for i in 0..<64 { total += 2 * Double(i * i) }
    #expect(abs(update.norm - total.squareRoot()) < 1e-10)
    update.clip(toNorm: 1)
    #expect(update["h-h.feedback"] == update["h-h.weight"])
    #expect(abs(update.norm - 1) < 1e-14)
  }

  @Test("with S = W the update on the tanh example is the printed one, for both")
  func oracle() throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 3, activation: Tanh()),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"),
        DenseProjection(from: "h", to: "h", separateFeedback: true),
      ],
      loss: SquaredError(), output: .init(population: "h", units: [1, 2]))
    var parameters = network.emptyParameters()
    parameters["x-h.weight"].values = ThreeUnits.u
    parameters["h-h.weight"].values = ThreeUnits.w
    parameters["h-h.feedback"].values = ThreeUnits.w
    let expected = [
      -0.1876059884, -0.1144214567, 0.0488706626, -0.841972994, -0.513521862, 0.2193308349,
      0.6617593588, 0.4036090237, -0.1723858529,
    ]
    let output = OutputController.leakyIntegral(leak: 0, timeConstant: 10)
    for controller: any Controller in [
      DynamicInversion(output: output), EnergyBased(output: output),
    ] {
      let (found, _) = try update(network, controller, parameters, ThreeUnits.sample)
      var both = ParameterUpdate(for: parameters, changing: ["h-h.weight", "h-h.feedback"])
      both["h-h.weight"] = found["h-h.weight"]
      KolenPollack().complete(&both, of: network)
      #expect(largestDifference(both["h-h.feedback"], expected.map { -$0 }) < 1e-10)
    }
  }

  @Test("energy-based dynamics learn with it too")
  func energy() throws {
    let controller = EnergyBased(output: .leakyIntegral(leak: 1, timeConstant: 5))
    let trainer = try trainer(Adam(), decay: 0.01, epochs: 2, controller: controller)
    let before = distances(trainer.parameters)
    try trainer.run()
    for (after, before) in zip(distances(trainer.parameters), before) {
      // 0.99¹⁰
      #expect(abs(after / before - 0.9043820750) < 1e-10)
    }
  }

  @Test("a network without separate feedback is refused")
  func objection() throws {
    #expect(throws: TrainingError.self) {
      try trainer(
        Adam(), decay: 0, epochs: 1, separate: false, rules: [.leastControl(), KolenPollack()])
    }
  }
}
