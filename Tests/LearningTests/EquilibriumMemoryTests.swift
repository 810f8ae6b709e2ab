import Dynamics
import Integration
import Learning
import Testing

@Suite("What a warm start remembers")
struct EquilibriumMemoryTests {
  @Test("a sample that does not settle starts from zero the next time")
  func unsettled() throws {
    let memories = Memories()
    let trainer = try warmTrainer(batch: 24, data: Failing()) { $0.evaluatesEvery = 0 }
    trainer.hooks = [memories]
    try trainer.run()
    #expect(trainer.metrics.map(\.unsettled) == [0, 0, 1, 0])
    let everyone = Array(0..<24)
    #expect(
      memories.all.map { $0?.known } == [
        [], everyone, everyone.filter { $0 != Failing.row }, everyone,
      ])
    #expect(memories.all.allSatisfy { $0?.values.allSatisfy { $0.isFinite } == true })
  }

  @Test("iterates that did not settle are not remembered, though `keep` learns from them")
  func keep() throws {
    var settling = automatic
    settling.limits.time = 1
    settling.limits.straggler = 1
    settling.allowsDescent = false
    settling.polish = .none
    func run(warm: Bool) throws -> Trainer {
      let trainer = try warmTrainer(warm: warm, epochs: 2, settling: settling) {
        $0.unsettled = .keep
        $0.maximumUnsettled = 1
      }
      #expect(try trainer.run() == .finished)
      #expect(trainer.metrics[2].settledFraction == 0)
      return trainer
    }
    let warm = try run(warm: true)
    #expect(warm.state.equilibria?.known == [])
    #expect(try run(warm: false).parameters == warm.parameters)
  }

  @Test("a batch that fails leaves no traces")
  func failure() throws {
    let data = Failing()
    // The batch is the second call.
    _ = data.samples([0])
    let trainer = try warmTrainer(batch: 24, data: data) {
      $0.evaluatesEvery = 0
      $0.unsettled = .fail
    }
    let before = trainer.state
    #expect(throws: TrainingError.self) { try trainer.run() }
    #expect(trainer.state.equilibria == before.equilibria)
    #expect(before.equilibria?.known == [])
  }

  /// One unit with w = 0.5, α = 0.1, τ_u = 1: unstable, since 2a(aτ_u + α)² = 0.36 < τ_u.
  @Test(
    "what only the descent finds is remembered if it may be learned from",
    arguments: TrainingOptions.DescentPolicy.allCases)
  func byDescent(policy: TrainingOptions.DescentPolicy) throws {
    let network = try Network(
      populations: [Population(name: "y", size: 1)],
      projections: [DenseProjection(from: "y", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    var parameters = network.emptyParameters()
    parameters["y-y.weight"].values = [0.5]
    var options = TrainingOptions()
    options.epochs = 2
    options.rate = 0
    options.warmStart = .equilibrium
    options.byDescent = policy
    // Without a polish, which would find it too.
    var settling = automatic
    settling.polish = .none
    let trainer = try Trainer(
      network, controller: DynamicInversion(output: .leakyIntegral(leak: 0.1)),
      parameters: parameters, rules: [.leastControl()], optimizer: GradientDescent(),
      data: SamplesInMemory(Samples(count: 1, inputs: [], targets: [1])), options: options,
      settling: settling)
    let memories = Memories()
    trainer.hooks = [memories]
    try trainer.run()
    #expect(trainer.metrics[1].byDescent == 1 && trainer.metrics[2].settledFraction == 1)
    #expect(
      memories.all.map { $0?.known } == [
        [], policy == .learn ? [0] : [], policy == .learn ? [0] : [],
      ])
    // What was left out in the first epoch must not come back as settled by the flow in the second.
    if policy == .exclude {
      #expect(trainer.metrics[2].byDescent == 1 && trainer.metrics[2].controlledLoss.isNaN)
    } else {
      // φ = 0.5φ + ψ, ψ = 0.5ψ + u and 0.1u = 1 − φ have u = 1/4.1.
      let row = try #require(memories.all[2]).row(0)
      #expect(largestDifference(row, [4 / 4.1, 2 / 4.1, 1 / 4.1]) < 1e-5)
    }
  }

  @Test("only the controlled phase starts warm, together with others or alone")
  func phases() throws {
    let free = LocalLearning(Idle(), name: "idle", phase: .free)
    let alone = try warmTrainer()
    let together = try warmTrainer(rules: [.leastControl(), free])
    try alone.run()
    try together.run()
    #expect(together.state.equilibria == alone.state.equilibria)
    #expect(together.parameters == alone.parameters)
    #expect(throws: TrainingError.self) { try warmTrainer(rules: [free]) }
  }

  @Test("without a warm start there is no memory, and with one it has the precision of the run")
  func absence() throws {
    let cold = try warmTrainer(warm: false, epochs: 1)
    try cold.run()
    #expect(cold.state.equilibria == nil)
    for precision in Precision.allCases {
      let memory = try #require(try warmTrainer(precision: precision).state.equilibria)
      // 10 units and 2 outputs.
      #expect(memory.samples == 50 && memory.width == 22 && memory.precision == precision)
      let control = try warmTrainer(precision: precision, keeping: .control)
      #expect(try #require(control.state.equilibria).width == 2)
    }
  }

  @Test("u is the same whether it is kept alone or with φ and ψ")
  func control() throws {
    func memory(_ kept: TrainingOptions.WarmStart) throws -> EquilibriumMemory {
      let trainer = try warmTrainer(epochs: 1, keeping: kept)
      try trainer.run()
      return try #require(trainer.state.equilibria)
    }
    let (alone, whole) = (try memory(.control), try memory(.equilibrium))
    for row in 0..<50 {
      #expect(Array(alone.row(row)) == Array(whole.row(row).suffix(2)))
      #expect(alone.row(row).contains { $0 != 0 })
    }
  }

  @Test("a state goes on only with the same start")
  func mismatch() throws {
    let warm = try warmTrainer()
    let cold = try warmTrainer(warm: false)
    let single = try warmTrainer(precision: .single)
    let control = try warmTrainer(keeping: .control)
    for (state, trainer) in [
      (warm.state, control), (control.state, warm), (warm.state, cold), (cold.state, warm),
      (single.state, warm), (warm.state, single),
    ] {
      #expect(throws: TrainingError.self) { try trainer.restore(state) }
    }
    try warmTrainer().restore(warm.state)
  }
}
