import Dynamics
import Learning

/// A small network settled free, controlled and nudged, and what each of its synapses can know.
struct SettledExample {
  static let beta = 0.3
  let network: Network
  let parameters: ParameterSet
  let states: SettledStates

  init(samples: Int = 12, hidden: Int = 5, seed: UInt64 = 3) throws {
    network = try classifier(hidden: hidden)
    parameters = try network.initialParameters(
      initializers: ["h.bias": Initializer(.uniform), "y.bias": Initializer(.uniform)], seed: seed)
    let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    let controllers: [(SettledPhase, any Controller)] = [
      (.free, NoControl()), (.controlled, controller),
      (.nudged(Self.beta), controller.nudged(by: Self.beta)!),
    ]
    var byPhase: [SettledPhase: SettledState] = [:]
    let data = moons(samples, seed: seed).all
    for (phase, controller) in controllers {
      let settler = try BatchSettler(network, controller: controller, options: .accurate)
      settler.load(parameters)
      // One chunk, because the number of samples is small.
      byPhase[phase] = try settler.settle(data)[0]
    }
    states = SettledStates(byPhase)
  }

  func update(_ rule: some LearningRule) -> ParameterUpdate {
    var update = ParameterUpdate(
      for: parameters, changing: rule.changedParameters(of: network))
    var memory = rule.makeMemory(for: parameters)
    rule.accumulate(states, parameters: parameters, memory: &memory, into: &update)
    return update
  }

  /// What a synapse knows at one sample, by the names of expressions.
  struct Knowledge {
    let example: SettledExample
    let sample: Int
    /// Columns of the state; nil for a bias, and inputs apart.
    let pre: (isInput: Bool, column: Int)?
    let post: Int
    let weight: Double

    subscript(_ name: String) -> Double {
      if name == "weight" { return weight }
      if name == "beta" { return SettledExample.beta }
      var (phase, core) = (SettledPhase.controlled, name[...])
      for (prefix, other) in [
        ("free_", SettledPhase.free), ("nudged_", .nudged(SettledExample.beta)),
      ]
      where name.hasPrefix(prefix) { (phase, core) = (other, name.dropFirst(prefix.count)) }
      let state = example.states[phase]
      let o = state.observation
      let place = sample * o.unitCount + post
      switch core {
      case "rate_pre":
        guard let pre else { return 1 }
        return pre.isInput
          ? state.samples.inputs[sample * 2 + pre.column]
          : o.rates[sample * o.unitCount + pre.column]
      case "state_post": return o.phi[place]
      case "rate_post": return o.rates[place]
      case "slope_post": return o.slopes[place]
      case "control_post": return o.psi[place]
      case "loss": return o.losses[sample]
      case "control_energy": return state.controlEnergy(sample)
      case "error", "correct":
        let y = o.outputs[sample * 2..<sample * 2 + 2]
        let t = state.samples.targets[sample * 2..<sample * 2 + 2]
        if core == "correct" { return (y.first! >= y.last!) == (t.first! >= t.last!) ? 1 : 0 }
        var gradient: ContiguousArray<Double> = [0, 0]
        var span = gradient.mutableSpan
        example.network.loss.gradient(
          ContiguousArray(y).span, target: ContiguousArray(t).span, into: &span)
        return (gradient[0] * gradient[0] + gradient[1] * gradient[1]).squareRoot()
      default: fatalError("no such quantity: \(name)")
      }
    }
  }

  /// Calls `body` with the parameter, the element, and what the synapse knows, for every synapse and
  /// sample.
  func forEachSynapse(_ body: (String, Int, Knowledge) -> Void) {
    let hidden = network.unitCount - 2
    let blocks: [(String, pres: [(Bool, Int)]?, posts: Range<Int>)] = [
      ("x-h.weight", [(true, 0), (true, 1)], 0..<hidden),
      ("h-y.weight", (0..<hidden).map { (false, $0) }, hidden..<hidden + 2),
      ("h-h.weight", (0..<hidden).map { (false, $0) }, 0..<hidden),
      ("h.bias", nil, 0..<hidden), ("y.bias", nil, hidden..<hidden + 2),
    ]
    for (name, pres, posts) in blocks {
      let weights = parameters[name].values
      let count = pres?.count ?? 1
      for sample in 0..<states.count {
        for (row, post) in posts.enumerated() {
          for k in 0..<count {
            let element = row * count + k
            body(
              name, element,
              Knowledge(
                example: self, sample: sample, pre: pres.map { $0[k] }, post: post,
                weight: weights[element]))
          }
        }
      }
    }
  }

  /// Σ over the samples of `rule` at every synapse, and of the size of its parts.
  func sums(
    _ rule: (Knowledge) -> (value: Double, size: Double)
  ) -> [String: [(value: Double, size: Double)]] {
    var sums: [String: [(value: Double, size: Double)]] = [:]
    for parameter in parameters.parameters {
      sums[parameter.name] = Array(repeating: (0, 0), count: parameter.values.count)
    }
    forEachSynapse { name, element, knowledge in
      let (value, size) = rule(knowledge)
      sums[name]![element].value += value
      sums[name]![element].size += size
    }
    return sums
  }
}
