import Dynamics
import Integration
import LinearAlgebra
import Testing

/// The whole settling, differentiated by finite differences, against what is local at its end.
///
/// Tolerance: fourth-order differences with h = 4e-4 truncate at h⁴/30 times the fifth derivative,
/// which stays below 1e8 even where a readout is nearly singular: 8e-8. The energies carry the
/// residual of 1e-12 times norms and gradients below 50, which is divided by h: 1.2e-7.
@Suite("The least-control gradient (SCIENCE 1.3 and 1.5)")
struct GradientTests {
  enum Architecture: String, CaseIterable, Sendable { case recurrent, feedforward, readout }

  enum Target: String, CaseIterable, Sendable {
    case squared = "squared error"
    case hard = "cross-entropy, hard"
    case soft = "cross-entropy, soft"

    var loss: any Loss { self == .squared ? SquaredError() : CrossEntropy() }

    func values(_ random: inout RandomStream) -> [Double] {
      switch self {
      case .squared: [0.7 * random.normal(), 0.7 * random.normal()]
      case .hard: random.uniform() < 0.5 ? [1, 0] : [0, 1]
      case .soft: random.uniform() < 0.5 ? [0.9, 0.1] : [0.1, 0.9]
      }
    }
  }

  static func model(
    _ architecture: Architecture, _ activation: any Activation, _ target: Target,
    _ controller: any Controller, seed: UInt64 = 11
  ) throws -> Model {
    func units(_ name: String, _ size: Int) -> Population {
      Population(name: name, size: size, activation: activation)
    }
    let x = Population(name: "x", size: 2, role: .input)
    let network: Network
    switch architecture {
    case .recurrent:
      network = try Network(
        populations: [x, units("h", 3)],
        projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
        loss: target.loss, output: .init(population: "h", units: [2, 0]))
    case .feedforward:
      network = try Network(
        populations: [x, units("a", 3), units("b", 2), Population(name: "y", size: 2)],
        projections: [
          DenseProjection(from: "x", to: "a"), DenseProjection(from: "a", to: "b"),
          DenseProjection(from: "b", to: "y"),
        ],
        loss: target.loss, output: .init(population: "y"))
    case .readout:
      network = try Network(
        populations: [x, units("h", 3), Population(name: "y", size: 2, role: .readout)],
        projections: [
          DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h"),
          DenseProjection(from: "h", to: "y"), DenseProjection(from: "x", to: "y"),
        ],
        loss: target.loss, output: .init(population: "y"))
    }
    var random = RandomStream(seed: seed, name: "gradient")
    let count = 3
    let inputs = ContiguousArray((0..<2 * count).map { _ in random.normal() })
    let targets = ContiguousArray((0..<count).flatMap { _ in target.values(&random) })
    var model = Model(network, controller, Samples(count: count, inputs: inputs, targets: targets))
    for index in 0..<model.parameters.count {
      let shape = model.parameters[index].shape
      let scale = shape.count == 1 ? 0.4 : 0.6 / Double(shape[1]).squareRoot()
      for i in model.parameters[index].values.indices {
        var value = scale * random.normal()
        // Rectifiers well on or well off: where a kink is the equilibrium there is no gradient.
        if shape.count == 1 && activation is ReLU { value += i % 2 == 0 ? 2.5 : -2.5 }
        model.parameters[index].values[i] = value
      }
    }
    if target == .squared {
      // Targets within reach of bounded rates.
      let free = try model.under(NoControl()).settle()
      for i in free.observation.outputs.indices {
        model.samples.targets[i] = free.observation.outputs[i] + 0.05 * random.normal()
      }
    }
    return model
  }

  /// −dF/dθ by differences of the settled energies of all samples together.
  static func check(_ model: Model, leak: Double) throws {
    // From the free state: on the way from zero a rectifier may get stuck at its kink.
    let free = try model.under(NoControl()).settle()
    let state = try model.settle(from: free.observation.phi)
    try #require(state.areSettled, "\(state.summaries)")
    let h = 4e-4
    // The kink of the rectifier must not lie between the points.
    let isSmooth = state.observation.phi.allSatisfy { abs($0) > 50 * h }
    let hasKink = model.network.populations.contains { $0.activation is ReLU }
    try #require(!hasKink || isSmooth, "choose another seed")
    var model = model
    for (name, update) in state.leastControlUpdate() {
      for i in update.indices {
        let value = model.parameters[name].values[i]
        var energies: [Double] = []
        for step in [-2, -1, 1, 2] {
          model.parameters[name].values[i] = value + Double(step) * h
          let moved = try model.settle(from: state.observation.phi)
          try #require(moved.areSettled, "\(moved.summaries)")
          energies.append(moved.augmentedEnergy(leak: leak))
        }
        model.parameters[name].values[i] = value
        let slope = (8 * (energies[2] - energies[1]) - (energies[3] - energies[0])) / (12 * h)
        #expect(abs(update[i] + slope) < 2e-7, "\(name) \(i): \(update[i]) and \(-slope)")
      }
    }
  }

  static let activations: [any Activation] = [Identity(), Tanh(), Sigmoid(), ReLU(), Softplus()]

  struct Case: Sendable, CustomTestStringConvertible {
    let architecture: Architecture
    let activation: any Activation
    let target: Target
    var testDescription: String {
      "\(architecture.rawValue), \(activation.name), \(target.rawValue)"
    }
  }

  static let cases = Architecture.allCases.flatMap { architecture in
    activations.flatMap { activation in
      Target.allCases.map {
        Case(architecture: architecture, activation: activation, target: $0)
      }
    }
  }

  /// Every pair of architecture and activation, every third of the cases.
  static let someCases = cases.enumerated().filter { ($0.offset / 3 + $0.offset) % 3 == 0 }.map {
    $0.element
  }

  @Test(
    "dynamic inversion: \u{2212}\u{2202}F/\u{2202}\u{3b8} is control times rate",
    arguments: someCases)
  func inversion(_ item: Case) throws {
    let loop = OutputController.leakyIntegral(leak: 0.5, timeConstant: 10)
    try Self.check(
      Self.model(
        item.architecture, item.activation, item.target, DynamicInversion(output: loop)),
      leak: 0.5)
  }

  @Test("energy: \u{2212}\u{2202}F/\u{2202}\u{3b8} is control times rate", arguments: cases)
  func energy(_ item: Case) throws {
    let loop = OutputController.proportional(2)
    try Self.check(
      Self.model(item.architecture, item.activation, item.target, EnergyBased(output: loop)),
      leak: 0.5)
  }

  @Test(
    "under proportional-integral control F is that of the effective leak",
    arguments: OutputController.Leak.allCases, Architecture.allCases)
  func proportionalIntegral(leakOn: OutputController.Leak, architecture: Architecture) throws {
    let loop = OutputController(
      integral: 1.3, proportional: 0.4, leak: 0.4, leakOn: leakOn, timeConstant: 10)
    // Derived by hand: 1/(1.3/0.4 + 0.4) where u_i leaks, 0.4 where u does.
    let leak = leakOn == .integral ? 1 / 3.65 : 0.4
    #expect(abs(loop.effectiveLeak - leak) < 1e-15)
    for controller: any Controller in [DynamicInversion(output: loop), EnergyBased(output: loop)] {
      try Self.check(Self.model(architecture, Tanh(), .hard, controller), leak: leak)
    }
  }

  @Test(
    "without a leak \u{2212}\u{2202}H/\u{2202}\u{3b8} is control times rate",
    arguments: Architecture.allCases)
  func leastControl(architecture: Architecture) throws {
    let loop = OutputController.leakyIntegral(leak: 0, timeConstant: 20)
    for controller: any Controller in [DynamicInversion(output: loop), EnergyBased(output: loop)] {
      try Self.check(Self.model(architecture, Tanh(), .squared, controller, seed: 4), leak: 0)
    }
  }

  struct Clamped: Sendable, CustomTestStringConvertible {
    let architecture: Architecture
    let activation: any Activation
    var testDescription: String { "\(architecture.rawValue), \(activation.name)" }
  }

  /// Rectifiers are left out: where they are off, not every target can be reached.
  static let clampedCases = [Architecture.recurrent, .feedforward].flatMap { architecture in
    ([Identity(), Tanh(), Sigmoid(), Softplus()] as [any Activation]).map {
      Clamped(architecture: architecture, activation: $0)
    }
  }

  @Test(
    "with clamped outputs \u{2212}\u{2202}H/\u{2202}\u{3b8} is control times rate",
    arguments: clampedCases)
  func clamped(_ item: Clamped) throws {
    for controller: any Controller in [
      DynamicInversion(output: .clamp), EnergyBased(output: .clamp),
    ] {
      try Self.check(
        Self.model(item.architecture, item.activation, .squared, controller, seed: 4), leak: 0)
    }
  }
}
