import Dynamics
import Integration
import Learning
import Synchronization
import Testing

@Suite("Warm start")
struct WarmStartTests {
  private static let controllers: [any Controller] = [
    leakyInversion,
    DynamicInversion(
      output: OutputController(integral: 2, proportional: 0.3, leak: 0.8, timeConstant: 5)),
    DynamicInversion(
      output: OutputController(
        integral: 1, proportional: 0.5, leak: 0.8, leakOn: .total, timeConstant: 5)),
    DynamicInversion(output: .proportional(0.7)),
    EnergyBased(output: .leakyIntegral(leak: 1, timeConstant: 5)),
    EnergyBased(output: .proportional(0.7)),
    LinearFeedback(output: .leakyIntegral(leak: 1, timeConstant: 5)),
  ]

  @Test("samples that start from their equilibria are at rest", arguments: controllers)
  func atRest(_ controller: any Controller) throws {
    let network = try classifier()
    let parameters = try network.initialParameters(
      for: controller, initializers: ["h-h.weight": Initializer(.uniformFanIn, gain: 0.3)], seed: 3)
    let samples = moons(40).all
    let exact = try BatchSettler(
      network, controller: controller, options: SettlingOptions(method: .automatic, residual: 1e-9))
    exact.load(parameters)
    // From rest at a residual of 1e-9 no step is needed to be at rest at 1e-6, which zero is not.
    let settler = try BatchSettler(
      network, controller: controller, options: SettlingOptions(method: .bdf))
    settler.load(parameters)
    let found = try exact.settle(samples)
    let states = InitialStates(
      phi: ContiguousArray(found.flatMap(\.observation.phi)),
      psi: ContiguousArray(found.flatMap(\.observation.psi)),
      u: ContiguousArray(found.flatMap(\.observation.u)))
    for (before, after) in zip(found, try settler.settle(samples, from: states)) {
      #expect(before.certificates.allSatisfy { $0.isEquilibrium })
      #expect(after.certificates.allSatisfy { $0.outcome == .settled && $0.steps == 0 })
      #expect(before.observation.phi == after.observation.phi)
      #expect(largestDifference(before.observation.psi, after.observation.psi) < 1e-12)
      #expect(largestDifference(before.observation.u, after.observation.u) < 1e-12)
    }
    for state in try settler.settle(samples) {
      #expect(state.certificates.allSatisfy { $0.steps > 0 })
    }
  }

  @Test(
    "where nothing changes, the second epoch costs little and finds the same equilibria",
    arguments: Precision.allCases)
  func secondEpoch(precision: Precision) throws {
    var settling = automatic
    // In single precision φ alone is only known to 1e-7; ask for what it can surely reach.
    if precision == .single { settling.residual = 1e-5 }
    let cold = try warmTrainer(
      warm: false, epochs: 2, rate: 0, precision: precision, settling: settling)
    let warm = try warmTrainer(epochs: 2, rate: 0, precision: precision, settling: settling)
    try cold.run()
    try warm.run()
    #expect(warm.parameters == cold.parameters)
    #expect(
      reproducibleBits(Array(warm.metrics[...1])) == reproducibleBits(Array(cold.metrics[...1])))
    #expect(cold.metrics[2].meanEvaluations > 0.9 * cold.metrics[1].meanEvaluations)
    #expect(warm.metrics[2].meanEvaluations < 0.5 * cold.metrics[2].meanEvaluations)
    // Evaluation starts at zero as ever.
    for (a, b) in zip(warm.metrics, cold.metrics) {
      #expect(a.trainLoss == b.trainLoss && a.testLoss == b.testLoss)
    }

    // A state at a distance d from its equilibrium, to first order, and another at d': the two are no
    // farther apart than d + d', and twice that covers the second order.
    var certified = settling
    certified.certifiesStability = true
    let (network, parameters) = try warmModel()
    let settler = try BatchSettler(network, controller: leakyInversion, options: certified)
    settler.load(parameters)
    let memory = try #require(warm.state.equilibria)
    #expect(memory.known.count == 50)
    let fromZero = try settler.settle(moons(50).all)
    let fromMemory = try settler.settle(moons(50).all, from: memory.states(network))
    for (a, b) in zip(fromZero, fromMemory) {
      for row in 0..<a.count {
        let (first, second) = (a.certificates[row], b.certificates[row])
        let reach = try #require(first.distance) + #require(second.distance)
        let units = row * network.unitCount..<(row + 1) * network.unitCount
        let difference = largestDifference(a.observation.phi[units], b.observation.phi[units])
        #expect(reach < 1e-3 && difference <= 2 * reach + 1e-12)
      }
    }
  }

  @Test(
    "from equilibria of slightly other weights, or with their u, it takes less care, and finds the same ones",
    arguments: TrainingOptions.WarmStart.allCases)
  func careless(kept: TrainingOptions.WarmStart) throws {
    // Of a network whose activity does not die out: where it does, no care is needed.
    let network = try classifier()
    let parameters = try network.initialParameters(
      for: leakyInversion, initializers: ["h-h.weight": Initializer(.uniformFanIn, gain: 2)],
      seed: 3)
    var options = automatic
    options.certifiesStability = true
    let careful = try BatchSettler(network, controller: leakyInversion, options: options)
    options.startsWarm = true
    let warm = try BatchSettler(network, controller: leakyInversion, options: options)
    careful.load(parameters)
    let before = try careful.settle(moons(50).all)
    var states = InitialStates(u: ContiguousArray(before.flatMap(\.observation.u)))
    if kept == .equilibrium {
      states.phi = ContiguousArray(before.flatMap(\.observation.phi))
      states.psi = ContiguousArray(before.flatMap(\.observation.psi))
    }

    var changed = parameters
    for k in 0..<changed.count {
      for i in changed[k].values.indices { changed[k].values[i] *= 1.03 }
    }
    careful.load(changed)
    warm.load(changed)
    func evaluations(_ states: [SettledState]) -> Int {
      states.flatMap(\.certificates).reduce(0) { $0 + $1.evaluations }
    }
    let expected = try careful.settle(moons(50).all, from: states)
    let found = try warm.settle(moons(50).all, from: states)
    #expect(evaluations(found) < evaluations(expected))
    for (a, b) in zip(expected, found) {
      for row in 0..<a.count {
        let (first, second) = (a.certificates[row], b.certificates[row])
        #expect(first.outcome == .settled && second.outcome == .settled)
        let reach = try #require(first.distance) + #require(second.distance)
        let units = row * network.unitCount..<(row + 1) * network.unitCount
        let difference = largestDifference(a.observation.phi[units], b.observation.phi[units])
        #expect(reach < 1e-3 && difference <= 2 * reach + 1e-12)
      }
    }
    // From zero it is as careful as ever.
    for (a, b) in zip(try careful.settle(moons(50).all), try warm.settle(moons(50).all)) {
      #expect(a.observation.phi == b.observation.phi)
      #expect(a.certificates.map(\.evaluations) == b.certificates.map(\.evaluations))
    }
  }

  @Test(
    "what was handed over early and given back goes on by explicit steps; from zero, by CVODE"
  )
  func secondApproach() throws {
    let network = try classifier()
    let parameters = try network.initialParameters(
      for: leakyInversion, initializers: ["h-h.weight": Initializer(.uniformFanIn, gain: 2)],
      seed: 3)
    var options = automatic
    // Too few for a polish.
    options.iterations = 2
    func settle(warm: Bool, from states: InitialStates?) throws -> SettledState {
      options.startsWarm = warm
      let settler = try BatchSettler(network, controller: leakyInversion, options: options)
      settler.load(parameters)
      return try settler.settle(moons(32).all, from: states)[0]
    }
    /// Of those that the first polish gave back.
    func secondApproaches(_ state: SettledState, _ rows: Range<Int>) -> [[Attempt]] {
      state.certificates[rows].map(\.attempts).filter { $0.count > 2 && $0[1].method == "polish" }
    }
    let cold = try settle(warm: false, from: nil)
    let first = try settle(warm: true, from: nil)
    #expect(first.observation.phi == cold.observation.phi)
    #expect(first.observation.psi == cold.observation.psi)
    #expect(first.certificates.map(\.attempts) == cold.certificates.map(\.attempts))
    #expect(secondApproaches(cold, 0..<32).contains { $0[2].method == "bdf" })
    #expect(!secondApproaches(cold, 0..<32).contains { $0[2].method == "explicit-adams" })

    // Half of them start from zero again.
    var start = InitialStates(u: cold.observation.u)
    for row in 16..<32 { start.clear(row, of: 32) }
    let warm = try settle(warm: true, from: start)
    let early = secondApproaches(warm, 0..<16)
    #expect(early.count > 8)
    for sample in early {
      #expect(sample[2].method == "explicit-adams" && sample[2].residual < sample[0].residual)
      #expect(sample.last?.outcome?.isEquilibrium == true)
    }
    #expect(!secondApproaches(warm, 16..<32).contains { $0[2].method == "explicit-adams" })
    // Those that do not come near in a few steps, CVODE brings there.
    options.limits.steps = 20
    let hurried = secondApproaches(try settle(warm: true, from: start), 0..<16)
    #expect(hurried.contains { $0.count > 3 && $0[2].steps == 20 && $0[3].method == "bdf" })
  }

  /// Without recurrent weights, each sample has one equilibrium, wherever it starts. (With them, this
  /// training has several, and goes elsewhere from the third epoch on: docs/learning.md.)
  @Test("while it learns, later epochs cost less, and it learns the same")
  func learning() throws {
    let cold = try warmTrainer(warm: false, epochs: 20, isRecurrent: false)
    let warm = try warmTrainer(epochs: 20, isRecurrent: false)
    try cold.run()
    try warm.run()
    let (a, b) = (warm.metrics[20], cold.metrics[20])
    #expect(a.meanEvaluations < 0.9 * b.meanEvaluations)
    #expect(a.settledFraction == 1 && b.settledFraction == 1)
    #expect(abs(a.testLoss - b.testLoss) < 0.01 * b.testLoss)
  }

  @Test(
    "one thread and several give the same bits", arguments: Precision.allCases,
    TrainingOptions.WarmStart.allCases)
  func threads(precision: Precision, kept: TrainingOptions.WarmStart) throws {
    func state(_ threads: Int) throws -> TrainerState {
      let trainer = try warmTrainer(
        batch: 40, data: moons(100), threads: threads, precision: precision, keeping: kept)
      try trainer.run()
      return withoutClocks(trainer.state)
    }
    let one = try state(1)
    #expect(one.equilibria?.known.count == 100)
    #expect(try state(2) == one)
    #expect(try state(4) == one)
  }

  /// 7 updates are 2 of the second epoch, 10 all of it.
  @Test(
    "a training goes on to the same bits from the middle of an epoch and from its end",
    arguments: [(7, Precision.single), (7, .double), (10, .single), (10, .double)],
    TrainingOptions.WarmStart.allCases)
  func resumes(stop: (steps: Int, precision: Precision), kept: TrainingOptions.WarmStart) throws {
    let (steps, precision) = stop
    let whole = try warmTrainer(precision: precision, keeping: kept)
    try whole.run()
    let first = try warmTrainer(precision: precision, keeping: kept)
    let end = try first.run(limits: .init(updates: steps))
    #expect(end == .limited(reason: "update limit") && first.step == steps)
    let state = first.state
    let second = try warmTrainer(precision: precision, keeping: kept)
    try second.restore(state)
    #expect(second.state == state)
    try second.run()
    #expect(withoutClocks(second.state) == withoutClocks(whole.state))
    #expect(reproducibleBits(first.metrics + second.metrics) == reproducibleBits(whole.metrics))
    // The memory is needed for that.
    var forgetful = state
    let memory = try #require(state.equilibria)
    forgetful.equilibria = EquilibriumMemory(
      samples: memory.samples, width: memory.width, precision: precision)
    let third = try warmTrainer(precision: precision, keeping: kept)
    try third.restore(forgetful)
    try third.run()
    #expect(third.parameters != whole.parameters)
  }
}
