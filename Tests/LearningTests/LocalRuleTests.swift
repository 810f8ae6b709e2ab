import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

/// A rule with all the parts of the outer-product form.
private struct Everything: OuterProductRule {
  func postSignal(_ post: PostsynapticUnit) -> Double {
    post.control + 0.3 * post.slope * post.state - 0.2 * post.rate + (post.isOutput ? 0.1 : 0)
  }
  func preSignal(_ rate: Double) -> Double { rate * rate + 0.5 }
  var weightDecay: Double { 0.01 }
}

/// Not an outer product: Oja's rule.
private struct Oja: LocalRule {
  func change(_ synapse: Synapse) -> Double {
    synapse.ratePost * (synapse.ratePre - synapse.ratePost * synapse.weight)
  }
}

private struct Trace: SynapseMemory {
  var count = 0.0
  var mean = 0.0
  static var fields: [any WritableKeyPath<Trace, Double> & Sendable] { [\.count, \.mean] }
}

/// Control times the running mean of the pre-synaptic rate.
private struct Traced: RememberingLocalRule {
  func change(_ synapse: Synapse, _ memory: inout Trace) -> Double {
    memory.count += 1
    memory.mean += (synapse.ratePre - memory.mean) / memory.count
    return synapse.controlPost * memory.mean
  }
}

@Suite("Local rules")
struct LocalRuleTests {
  private let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))

  private func readout() throws -> Network {
    try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 6, activation: Tanh()),
        Population(name: "y", size: 3, role: .readout),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "y"),
        DenseProjection(from: "x", to: "y"),
      ],
      loss: SquaredError(), output: .init(population: "y", units: [2, 0]))
  }

  @Test("both faces of a rule agree", arguments: [false, true])
  func faces(ofReadout: Bool) throws {
    let network = try ofReadout ? readout() : classifier(hidden: 6)
    let parameters = try network.initialParameters(
      initializers: ["h.bias": Initializer(.uniform)], seed: 4)
    let samples = moons(40).all
    func compare(_ rule: some OuterProductRule) throws {
      let (products, _) = try update(
        network, controller, parameters, samples, rule: LocalLearning(rule, name: "r"))
      let (loops, _) = try update(
        network, controller, parameters, samples,
        rule: LocalLearning(rule, name: "r", synapseBySynapse: true))
      for parameter in parameters.parameters {
        // 40 terms of order 1, summed in different orders.
        #expect(largestDifference(products[parameter.name], loops[parameter.name]) < 1e-13)
        #expect(products[parameter.name].contains { $0 != 0 }, "\(parameter.name)")
      }
    }
    try compare(LeastControl())
    try compare(LeastControl(modulation: .slope))
    try compare(Everything())
  }

  @Test("a readout that the loss reads in part: only those units learn, in their places")
  func partialReadout() throws {
    let network = try readout()
    let parameters = try network.initialParameters(seed: 4)
    let (delta, states) = try update(
      network, controller, parameters, Samples(count: 1, inputs: [0.3, -1], targets: [1, 2]))
    let u = states[0].observation.u
    #expect(delta["y.bias"] == [u[1], 0, u[0]])
    #expect(delta["x-y.weight"] == [u[1] * 0.3, u[1] * -1, 0, 0, u[0] * 0.3, u[0] * -1])
  }

  @Test("a rule that is no outer product runs synapse by synapse")
  func oja() throws {
    let network = try classifier(hidden: 4)
    let parameters = try network.initialParameters(seed: 1)
    let (delta, states) = try update(
      network, controller, parameters, moons(2).all, rule: LocalLearning(Oja(), name: "oja"))
    let rates = states[0].observation.rates
    let w = parameters["h-h.weight"].values
    for post in 0..<4 {
      for pre in 0..<4 {
        var expected = 0.0
        for r in 0..<2 {
          let (a, b) = (rates[r * 6 + post], rates[r * 6 + pre])
          expected += a * (b - a * w[post * 4 + pre])
        }
        #expect(abs(delta["h-h.weight"][post * 4 + pre] - expected) < 1e-15)
      }
    }
  }

  @Test("synapses remember from sample to sample, and memory goes through a checkpoint")
  func memory() throws {
    let network = try classifier(hidden: 3)
    var parameters = try network.initialParameters(seed: 1)
    parameters["x-h.weight"].plasticity = .frozen
    let rule = LocalLearning(Traced(), name: "traced")
    var memory = rule.makeMemory(for: parameters)
    let samples = moons(3).all
    let settler = try BatchSettler(network, controller: controller)
    settler.load(parameters)
    let state = try settler.settle(samples)[0]
    var delta = ParameterUpdate(for: parameters, changing: ["h-y.weight", "y.bias"])
    rule.accumulate(
      SettledStates([.controlled: state]), parameters: parameters, memory: &memory, into: &delta)
    var expected = 0.0
    var mean = 0.0
    for r in 0..<3 {
      mean += (state.observation.rates[r * 5 + 2] - mean) / Double(r + 1)
      expected += state.observation.psi[r * 5 + 3] * mean
    }
    #expect(abs(delta["h-y.weight"][2] - expected) < 1e-15)
    let arrays = try #require(memory).arrays
    #expect(arrays["x-h.weight"] == nil)
    #expect(arrays["h-y.weight"]?[4] == 3)
    #expect(arrays["h-y.weight"]?[5] == mean)
    #expect(arrays["h-h.weight"]?.allSatisfy { $0 == 0 } == true)
    var copy = try #require(rule.makeMemory(for: parameters))
    copy.arrays = arrays
    #expect(copy.arrays == arrays)
  }

  @Test("parameters that an update does not have are left alone")
  func frozen() throws {
    let network = try classifier(hidden: 3)
    let parameters = try network.initialParameters(seed: 1)
    let settler = try BatchSettler(network, controller: controller)
    settler.load(parameters)
    let state = try settler.settle(moons(3).all)[0]
    var delta = ParameterUpdate(for: parameters, changing: ["h.bias"])
    var memory: (any RuleMemory)?
    LocalLearning<LeastControl>.leastControl().accumulate(
      SettledStates([.controlled: state]), parameters: parameters, memory: &memory, into: &delta)
    #expect(delta["h.bias"].allSatisfy { $0 != 0 })
    #expect(delta["h-h.weight"].isEmpty && !delta.changes("h-h.weight"))
  }
}
