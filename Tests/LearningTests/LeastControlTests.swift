import Dynamics
import Integration
import Learning
import Testing

/// Against the printed gradients of SCIENCE 8: the update is −dF/dθ at the model's leak.
@Suite("Least control")
struct LeastControlTests {
  private func inversion(leak: Double) -> DynamicInversion {
    DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: 5))
  }

  @Test("linear network, no leak: the update is −dH/dθ")
  func linearWithoutLeak() throws {
    let model = try ThreeUnits()
    let (delta, states) = try update(
      model.network, inversion(leak: 0), model.parameters, ThreeUnits.sample)
    #expect(states[0].certificates[0].isEquilibrium)
    let dW = [
      -0.7356281055, -0.2650617284, 0.1060246914, -1.1863587868, -0.4274691358, 0.1709876543,
      1.1395896967, 0.410617284, -0.1642469136,
    ]
    let dU = [
      -0.5301234568, 0.2650617284, -0.8549382716, 0.4274691358, 0.8212345679, -0.410617284,
    ]
    let psi = [0.5301234568, 0.8549382716, -0.8212345679]
    #expect(largestDifference(delta["h-h.weight"], dW.map { -$0 }) < 1e-10)
    #expect(largestDifference(delta["x-h.weight"], dU.map { -$0 }) < 1e-10)
    #expect(largestDifference(delta["h.bias"], psi) < 1e-10)
    #expect(abs(states[0].controlEnergy(0) - 0.8431882716049381) < 1e-10)
  }

  @Test(
    "linear network, leak 0.1: the update is −dF/dθ, whichever controller keeps the equilibrium")
  func linearWithLeak() throws {
    let model = try ThreeUnits()
    let dW = [
      -0.6606739643, -0.1892828819, 0.0724731018, -1.0635467697, -0.3047058134, 0.1166665215,
      1.0312046357, 0.2954398022, -0.1131187281,
    ]
    let controllers: [any Controller] = [
      inversion(leak: 0.1), EnergyBased(output: .leakyIntegral(leak: 0.1)),
      EnergyBased(output: .proportional(10)),
    ]
    for controller in controllers {
      let (delta, _) = try update(model.network, controller, model.parameters, ThreeUnits.sample)
      #expect(largestDifference(delta["h-h.weight"], dW.map { -$0 }) < 1e-10, "\(controller.name)")
    }
  }

  @Test("tanh network, no leak: the update is −dH/dW")
  func tanh() throws {
    let model = try ThreeUnits(Tanh())
    let (delta, _) = try update(
      model.network, inversion(leak: 0), model.parameters, ThreeUnits.sample)
    let dW = [
      -0.1876059884, -0.1144214567, 0.0488706626, -0.841972994, -0.513521862, 0.2193308349,
      0.6617593588, 0.4036090237, -0.1723858529,
    ]
    #expect(largestDifference(delta["h-h.weight"], dW.map { -$0 }) < 1e-10)
  }

  @Test(
    "chain of two units: the update of both weights",
    arguments: [
      (0.0, 2.2423791822, -0.2404610218), (0.5, 1.8909090909, -0.3305785124),
    ])
  func chain(leak: Double, first: Double, second: Double) throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input), Population(name: "a", size: 1),
        Population(name: "b", size: 1),
      ],
      projections: [DenseProjection(from: "x", to: "a"), DenseProjection(from: "a", to: "b")],
      loss: SquaredError(), output: .init(population: "b"))
    var parameters = network.emptyParameters()
    parameters["x-a.weight"].values = [0.7]
    parameters["a-b.weight"].values = [-1.3]
    let (delta, _) = try update(
      network, inversion(leak: leak), parameters, Samples(count: 1, inputs: [2], targets: [0.5]))
    #expect(abs(delta["x-a.weight"][0] + first) < 1e-10)
    #expect(abs(delta["a-b.weight"][0] + second) < 1e-10)
  }

  /// SCIENCE 8.9, to its eight printed digits: dH/dD = −u φᵀ in both forms, with different u.
  @Test(
    "a learned decoder, as a readout and as units",
    arguments: [
      (Population.Role.readout, [0.91771794, 0.26258375], 0.35212569864306503),
      (.units, [0.40486427, 0.09333835], 0.1540955281560226),
    ])
  func decoder(role: Population.Role, u: [Double], energy: Double) throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 3, hasBias: false), Population(name: "y", size: 2, role: role),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h"),
        DenseProjection(from: "h", to: "y"),
      ],
      loss: SquaredError(), output: .init(population: "y"))
    var parameters = network.emptyParameters()
    parameters["x-h.weight"].values = ThreeUnits.u
    parameters["h-h.weight"].values = ThreeUnits.w
    parameters["h-y.weight"].values = [0.3, 0.8, -0.2, -0.5, 0.1, 0.9]
    let (delta, states) = try update(
      network, inversion(leak: 0), parameters, ThreeUnits.sample)
    let phi = states[0].observation.phi[0..<3]
    #expect(largestDifference(states[0].observation.u, u) < 1e-8)
    #expect(abs(states[0].controlEnergy(0) - energy) < 1e-10)
    #expect(largestDifference(delta["h-y.weight"], u.flatMap { u in phi.map { u * $0 } }) < 3e-8)
    #expect(largestDifference(delta["y.bias"], u) < 1e-8)

    // The whole gradient against central differences of H, which at step 1e-4 err by about 1e-8.
    func energyOfSettled(_ parameters: ParameterSet) throws -> Double {
      let (_, states) = try update(network, inversion(leak: 0), parameters, ThreeUnits.sample)
      return states[0].controlEnergy(0)
    }
    for name in ["x-h.weight", "h-h.weight", "h-y.weight", "y.bias"] {
      for i in delta[name].indices {
        var (more, less) = (parameters, parameters)
        more[name].values[i] += 1e-4
        less[name].values[i] -= 1e-4
        let slope = (try energyOfSettled(more) - energyOfSettled(less)) / 2e-4
        #expect(abs(delta[name][i] + slope) < 1e-7, "\(name)[\(i)]")
      }
    }
  }

  /// SCIENCE 8.1: descent on H (α = 0) with rate 0.1 on W and U.
  @Test("descent on H goes through the printed values")
  func descent() throws {
    var model = try ThreeUnits()
    model.parameters["h.bias"].plasticity = .frozen
    let settler = try BatchSettler(
      model.network, controller: inversion(leak: 0), options: .accurate)
    let free = try BatchSettler(model.network, controller: NoControl(), options: .accurate)
    var optimizer = GradientDescent()
    let expected = [
      (0.8431882716, 0.8539107836), (0.3461523454, 0.4414861960), (0.1220514902, 0.1943705247),
      (0.0401026024, 0.0756532273), (0.0128394144, 0.0270997913), (0.0040754044, 0.0092164849),
    ]
    let rule: LocalLearning<LeastControl> = .leastControl()
    for (h, l) in expected {
      settler.load(model.parameters)
      free.load(model.parameters)
      let state = try settler.settle(ThreeUnits.sample)[0]
      let freeState = try free.settle(ThreeUnits.sample)[0]
      #expect(abs(state.controlEnergy(0) - h) < 2e-10)
      #expect(abs(freeState.observation.losses[0] - l) < 2e-10)
      var delta = ParameterUpdate(
        for: model.parameters, changing: rule.changedParameters(of: model.network))
      var memory: (any RuleMemory)?
      rule.accumulate(
        SettledStates([.controlled: state]), parameters: model.parameters, memory: &memory,
        into: &delta)
      optimizer.step(delta, rate: 0.1, on: &model.parameters)
    }
  }

  /// SCIENCE 2.2, Eq. 136.
  @Test("modulation multiplies by σ′ everywhere but at the output")
  func modulation() throws {
    let network = try classifier(hidden: 3)
    let controller = LinearFeedback(output: .leakyIntegral(leak: 1))
    let parameters = try network.initialParameters(for: controller, seed: 2)
    let samples = moons(3).all
    let (plain, states) = try update(network, controller, parameters, samples)
    let (modulated, _) = try update(
      network, controller, parameters, samples, rule: .leastControl(modulation: .slope))
    #expect(plain["h-y.weight"] == modulated["h-y.weight"])
    #expect(plain["y.bias"] == modulated["y.bias"])
    let observation = states[0].observation
    for unit in 0..<3 {
      let expected = (0..<3).reduce(0.0) {
        $0 + observation.psi[$1 * 5 + unit] * observation.slopes[$1 * 5 + unit]
      }
      #expect(abs(modulated["h.bias"][unit] - expected) < 1e-15)
      #expect(modulated["h.bias"][unit] != plain["h.bias"][unit])
    }
    // ψ of the output is u itself.
    for r in 0..<3 {
      #expect(observation.psi[r * 5 + 3] == observation.u[r * 2])
    }
  }

  @Test("weights that feedback does not follow are still the outer product")
  func sumsOverSamples() throws {
    let network = try classifier(hidden: 5)
    let parameters = try network.initialParameters(seed: 2)
    let data = moons(40)
    let controller = inversion(leak: 1)
    let (all, _) = try update(network, controller, parameters, data.all)
    var sum = ParameterUpdate(
      for: parameters, changing: Set(parameters.parameters.map(\.name)))
    for row in 0..<40 {
      sum.add(try update(network, controller, parameters, data.samples([row])).update)
    }
    for name in parameters.parameters.map(\.name) {
      #expect(largestDifference(all[name], sum[name]) < 1e-9)
    }
  }
}
