import Dynamics
import Integration
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Distances, costs, forecasts and alternatives of equilibria.
@Suite("Analysis: equilibria")
struct EquilibriumAnalysisTests {
  @Test(
    "\u{2016}J\u{207b}\u{b9}F\u{2016} of a linear system is its distance, and Newton goes there")
  func distance() throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.1, timeConstant: 5))
    let model = try SpectrumTests.example(Identity(), controller)
    let flow = SampleFlow(
      FlowSetting(model.network, model.controller, model.parameters), sample: model.samples)
    let rest = try flow.equilibrium(near: flow.state(model.settle().observation))
    var stream = RandomStream(seed: 1, name: "distance")
    for size in [1e-6, 1e-2, 3] {
      let away = ContiguousArray(rest.state.map { _ in size * stream.normal() })
      let found = try flow.equilibrium(near: ContiguousArray(zip(rest.state, away).map { $0 + $1 }))
      // J has a condition of some tens: all but a digit or two of sixteen are right.
      #expect(abs(found.distance - norm(away)) < 1e-12 * (1 + size))
      #expect(found.isRefined && largestDifference(found.state, rest.state) < 1e-12)
    }
    // SCIENCE 8.1
    #expect(near(rest.state.prefix(3), [1.3727752422, 0.393299673, -0.1505875594]))
  }

  @Test("dynamic inversion costs the least, a misaligned Q the printed excess (SCIENCE 8.1)")
  func cost() throws {
    let inversion = DynamicInversion(output: .leakyIntegral(leak: 0, timeConstant: 5))
    let least = try SpectrumTests.analyze(SpectrumTests.example(Identity(), inversion))
    let own = try #require(least.controlled)
    #expect(near(own.psi, [0.5301234568, 0.8549382716, -0.8212345679]))
    #expect(abs(own.controlEnergy - 0.8431882716049381) < 1e-12)
    let cost = try #require(least.cost)
    #expect(abs(cost.gap) < 1e-9)
    #expect(abs(try #require(cost.alignment).conditionRatio - 1) < 1e-12)
    #expect(cost.norms.map(\.population) == ["hidden"])
    #expect(abs(cost.norms[0].norm - (2 * 0.8431882716049381).squareRoot()) < 1e-12)

    let feedback = LinearFeedback(
      output: .leakyIntegral(leak: 0, timeConstant: 5), paths: ["hidden": .weights])
    var model = try SpectrumTests.example(Identity(), feedback)
    model.parameters["hidden.control"].values = [0.3, -0.2, 1, 0.1, 0, 1]
    let analysis = try SpectrumTests.analyze(model)
    let phase = try #require(analysis.controlled)
    #expect(near(phase.psi, [0.4582184517, 0.8908907741, -0.8302226935]))
    #expect(abs(phase.controlEnergy - 0.8464601208997704) < 1e-12)
    let other = try #require(analysis.cost)
    let excess = (0.8464601208997704 / 0.8431882716049381).squareRoot() - 1
    #expect(abs(other.gap - excess) < 1e-9)
    let alignment = try #require(other.alignment)
    #expect(abs(alignment.conditionRatio - 0.9896778912) < 1e-10)
    #expect(abs(alignment.principalAngles[0] - 11.4529793) < 1e-7)
    // The singular values of J: the roots of the eigenvalues of the printed JJᵀ.
    let (p, q, r) = (1.0569530292, 0.1624168546, 1.4910211601)
    let middle = (p + r) / 2
    let spread = ((p - r) * (p - r) / 4 + q * q).squareRoot()
    for phase in [own, phase] {
      #expect(
        near(
          phase.outputSensitivities,
          [(middle + spread).squareRoot(), (middle - spread).squareRoot()], 1e-9))
    }
  }

  @Test("the printed H and F of the tanh example under a leak (SCIENCE 8.2)")
  func energies() throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.1, timeConstant: 5))
    let phase = try #require(
      try SpectrumTests.analyze(SpectrumTests.example(Tanh(), controller)).controlled)
    #expect(abs(phase.controlEnergy - 0.8587107779725758) < 1e-9)
    #expect(abs(phase.augmentedEnergy(leak: 0.1) - 0.940620441478171) < 1e-9)
  }

  @Test("one linear mode settles when the forecast says, to its hundredth")
  func forecast() throws {
    var model = try ScalarLoop(a: 0.5, leak: 0.1, tau: 5).model()
    model.controller = NoControl()
    model.parameters = try ScalarLoop(a: 0.5, leak: 0.1, tau: 5).model().parameters
    let phase = try #require(try SpectrumTests.analyze(model).free)
    // From zero the bracket is aφ*·e^{−at} with φ* = 1.4, against 10⁻⁶(10⁻³ + φ*).
    let expected = log(0.5 * 1.4 / (1e-6 * (1e-3 + 1.4))) / 0.5
    let forecast = try #require(phase.forecast)
    #expect(abs(forecast.time - expected) < 1e-6 && forecast.mode?.real == -0.5)
    // It is found at the end of a step, and steps are a hundredth long; the path of second order is off
    // by as much again.
    #expect(abs(phase.measuredTime / expected - 1) < 0.05)
  }

  @Test("a chain whose eigenvectors are all the same is forecast all the same")
  func defective() throws {
    // φ_k of n units in a row from zero, with gain 1: 1 − e^{−t}Σ_{j<k} tʲ/j!. The last bracket is
    // tⁿ⁻¹/(n − 1)!·e^{−t}, and all together their Poisson weights.
    let count = 4
    var populations = [Population(name: "x", size: 1, role: .input)]
    var projections: [any Projection] = []
    for k in 0..<count {
      populations.append(Population(name: "p\(k)", size: 1, hasBias: false))
      projections.append(DenseProjection(from: k == 0 ? "x" : "p\(k - 1)", to: "p\(k)"))
    }
    let network = try Network(
      populations: populations, projections: projections, loss: SquaredError(),
      output: .init(population: "p\(count - 1)"))
    let model = Model(
      network, NoControl(), Samples(count: 1, inputs: [1]),
      Dictionary(uniqueKeysWithValues: projections.map { ($0.weightName, [1]) }))
    let phase = try #require(try SpectrumTests.analyze(model).free)
    func bracket(_ t: Double) -> Double {
      var weight = exp(-t)
      var sum = 0.0
      for k in 0..<count {
        sum += weight * weight
        weight *= t / Double(k + 1)
      }
      return sum.squareRoot()
    }
    let bound = 1e-6 * (1e-3 + Double(count).squareRoot())
    var (low, high) = (1.0, 100.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if bracket(middle) > bound { low = middle } else { high = middle }
    }
    // Straight in the logarithm within steps of a twentieth of the time constant.
    #expect(abs(try #require(phase.forecast).time - low) < 1e-3)
    #expect(abs(phase.measuredTime / low - 1) < 0.05)
  }

  @Test("the forecast of the linear loop holds, whose modes are not alone")
  func loopForecast() throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0, timeConstant: 20))
    let phase = try #require(
      try SpectrumTests.analyze(SpectrumTests.example(Identity(), controller)).controlled)
    let forecast = try #require(phase.forecast)
    #expect(forecast.mode == phase.spectrum.eigenvalues[0])
    // Seen at the end of steps of a hundredth; second order keeps the path to a few hundredths.
    #expect(abs(phase.measuredTime / forecast.time - 1) < 0.1)
  }

  /// φ̇ = −φ + w tanh φ + x/10, whose target is on the other side.
  private func neuron(_ w: Double) throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input),
        Population(name: "h", size: 1, activation: Tanh(), hasBias: false),
      ],
      projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h"))
    return Model(
      network, EnergyBased(output: .leakyIntegral(leak: 0.01, timeConstant: 5)),
      Samples(count: 1, inputs: [0.1], targets: [-1]), ["x-h.weight": [1], "h-h.weight": [w]])
  }

  /// The root of −φ + w tanh φ + 0.1 next to a guess.
  private func root(_ w: Double, near guess: Double) -> Double {
    var phi = guess
    for _ in 0..<50 {
      let rate = tanh(phi)
      phi -= (-phi + w * rate + 0.1) / (-1 + w * (1 - rate * rate))
    }
    return phi
  }

  @Test("a bistable neuron settles elsewhere when released; one with w < 1 does not")
  func multistability() throws {
    let bistable = try SpectrumTests.analyze(neuron(2))
    let (high, low) = (root(2, near: 2), root(2, near: -1.9))
    #expect(near(try #require(bistable.free).phi, [high], 1e-9))
    let release = try #require(bistable.release)
    #expect(release.isSame == false && abs(release.distance - (high - low)) < 1e-9)
    #expect(abs(release.loss - (low + 1) * (low + 1) / 2) < 1e-9)

    let single = try #require(try SpectrumTests.analyze(neuron(0.8)).release)
    #expect(single.isSame == true && single.distance < 1e-9)
  }

  @Test("samples are analysed to the same bits on any number of threads")
  func threads() throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.1, timeConstant: 5))
    var model = try SpectrumTests.example(Tanh(), controller)
    var stream = RandomStream(seed: 3, name: "threads")
    model.samples = Samples(
      count: 7, inputs: ContiguousArray((0..<14).map { _ in stream.normal() }),
      targets: ContiguousArray((0..<14).map { _ in 0.3 * stream.normal() }))
    let runs = try [1, 4].map { threads in
      try EquilibriumAnalyzer(
        model.network, controller: controller, parameters: model.parameters, threads: threads
      ).analyze(model.samples).map(\.controlled)
    }
    for (one, four) in zip(runs[0], runs[1]) {
      let (one, four) = try (#require(one), #require(four))
      #expect(one.spectrum == four.spectrum && one.sensitivities == four.sensitivities)
      #expect(one.phi == four.phi && one.measuredTime == four.measuredTime)
    }
  }

  @Test("the most and the least that a network may have")
  func sizes() throws {
    let network = try Network(
      populations: [Population(name: "h", size: 2000)], projections: [], loss: SquaredError(),
      output: .init(population: "h"))
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.1))
    #expect(throws: NetworkError.self) {
      try EquilibriumAnalyzer(
        network, controller: controller, parameters: network.emptyParameters())
    }
  }
}
