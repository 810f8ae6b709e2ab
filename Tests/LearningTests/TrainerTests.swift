import Dynamics
import Integration
import Learning
import LinearAlgebra
import Synchronization
import Testing

private let inversion = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))

private func options(epochs: Int, batch: Int = 12) -> TrainingOptions {
  var options = TrainingOptions()
  options.epochs = epochs
  options.batchSize = batch
  options.rate = 0.03
  options.trainFraction = 1
  return options
}

private func trainer(
  _ options: TrainingOptions, data: any TrainingData = moons(50), threads: Int = 1,
  precision: Precision = .double, isRecurrent: Bool = true, controller: any Controller = inversion,
  rules: [any LearningRule]? = nil, optimizer: any Optimizer = Adam(),
  settling: SettlingOptions = SettlingOptions(),
  adjust: (inout ParameterSet) throws -> ConstraintSet = { _ in ConstraintSet() }
) throws -> Trainer {
  let network = try classifier(isRecurrent: isRecurrent)
  var parameters = try network.initialParameters(
    for: controller,
    initializers: isRecurrent ? ["h-h.weight": Initializer(.uniformFanIn, gain: 0.3)] : [:],
    seed: 3)
  let constraints = try adjust(&parameters)
  return try Trainer(
    network, controller: controller, parameters: parameters,
    rules: rules ?? [.leastControl()], optimizer: optimizer,
    schedule: CosineSchedule(), constraints: constraints, data: data, test: moons(30, seed: 6),
    options: options, settling: settling, precision: precision, threads: threads)
}

/// Everything of the metrics that must be reproducible.
private func reproducible(_ metrics: [EpochMetrics]) -> [[UInt64]] {
  metrics.map { row in
    row.values.filter { !$0.name.hasSuffix("seconds") }.map(\.value.bitPattern)
  }
}

/// A state without its clocks.
private func reproducible(_ state: TrainerState) -> TrainerState {
  var state = state
  state.arrays["progress"]!.values[4] = 0
  state.arrays["progress"]!.values[5] = 0
  return state
}

/// Data of which some samples are not numbers.
private struct Broken: TrainingData {
  let base = moons(24)
  var rows: Set<Int> = [5]
  var count: Int { base.count }
  func samples(_ rows: [Int]) -> Samples {
    var samples = base.samples(rows)
    for (k, row) in rows.enumerated() where self.rows.contains(row) {
      samples.inputs[2 * k] = .nan
    }
    return samples
  }
  func label(of row: Int) -> Int? { base.label(of: row) }
}

/// So short a time that nothing settles; the iterates are finite.
private var impatient: SettlingOptions {
  var settling = SettlingOptions()
  settling.limits.time = 1
  settling.limits.straggler = 1
  settling.allowsDescent = false
  return settling
}

private final class Diary: TrainingHook {
  var entries: [String] = []
  var unsettled: [UnsettledSample] = []
  var used: [Int] = []
  var norms: [(Double, Bool)] = []
  var end: TrainingEnd?
  var stopAfter = Int.max
  private var epochs = 0

  func trainingWillStart(_ trainer: Trainer) { entries.append("start") }
  func didSettle(_ batch: BatchSummary, _ trainer: Trainer) {
    entries.append("settled \(batch.epoch).\(batch.step)")
    unsettled += batch.unsettled
    used.append(batch.used)
  }
  func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) {
    entries.append("updated \(update.epoch).\(update.step)")
    norms.append((update.gradientNorm, update.wasClipped))
  }
  func didFinishEpoch(_ metrics: EpochMetrics, _ trainer: Trainer) {
    entries.append("epoch \(metrics.epoch)")
    epochs = metrics.epoch
  }
  func reasonToStop() -> String? { epochs >= stopAfter ? "enough" : nil }
  func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) {
    entries.append("end")
    self.end = end
  }
}

@Suite("Training")
struct TrainerTests {
  @Test("a small network learns XOR")
  func xor() throws {
    let xor = SamplesInMemory(
      Samples(count: 4, inputs: [0, 0, 0, 1, 1, 0, 1, 1], targets: [1, 0, 0, 1, 0, 1, 1, 0]),
      labels: [0, 1, 1, 0])
    let trainer = try trainer(options(epochs: 150, batch: 4), data: xor, isRecurrent: false)
    #expect(try trainer.run() == .finished)
    let last = try #require(trainer.metrics.last)
    #expect(last.trainAccuracy == 1)
    #expect(last.trainLoss < 0.02)
    #expect(last.controlEnergy < 0.01)
    #expect(trainer.metrics.count == 151)
  }

  @Test("loss, control and augmented energy fall; accuracy rises", arguments: Precision.allCases)
  func learns(precision: Precision) throws {
    let trainer = try trainer(options(epochs: 25), precision: precision)
    try trainer.run()
    let (before, first, last) = (
      trainer.metrics[0], trainer.metrics[1], trainer.metrics[25]
    )
    #expect(before.epoch == 0 && before.step == 0 && before.controlEnergy.isNaN)
    #expect(last.epoch == 25 && last.step == 25 * 5)
    #expect(last.trainLoss < 0.4 * before.trainLoss)
    #expect(last.testLoss < 0.6 * before.testLoss)
    #expect(last.testAccuracy > 0.85)
    #expect(last.controlEnergy < 0.5 * first.controlEnergy)
    #expect(last.augmentedEnergy < 0.5 * first.augmentedEnergy)
    #expect(last.settledFraction == 1 && last.unsettled == 0 && last.byDescent == 0)
    #expect(last.meanEvaluations > 3)
    #expect(abs(last.augmentedEnergy - (last.controlEnergy + last.controlledLoss)) < 1e-15)
  }

  @Test("one thread and several give the same bits")
  func threads() throws {
    let one = try trainer(options(epochs: 3, batch: 40), data: moons(100))
    let four = try trainer(options(epochs: 3, batch: 40), data: moons(100), threads: 4)
    try one.run()
    try four.run()
    #expect(one.parameters == four.parameters)
    #expect(reproducible(one.metrics) == reproducible(four.metrics))
  }

  @Test(
    "a training that goes on in the middle of an epoch ends in the same bits",
    arguments: [GradientDescent() as any Optimizer, Momentum(), Adam()])
  func resumes(_ optimizer: any Optimizer) throws {
    let whole = try trainer(options(epochs: 3), optimizer: optimizer)
    try whole.run()

    let calls = Mutex(0)
    let first = try trainer(options(epochs: 3), optimizer: optimizer)
    // Asked once at the start, before each batch, 5 an epoch, and in each of the evaluations, of two
    // sets. This stops before the eighth batch.
    let end = try first.run {
      calls.withLock {
        $0 += 1
        return $0 > 12
      }
    }
    #expect(end == .interrupted)
    #expect(first.step == 7 && first.epoch == 1)
    let state = first.state

    let second = try trainer(options(epochs: 3), optimizer: optimizer)
    try second.restore(state)
    #expect(second.state == state)
    try second.run()
    #expect(second.parameters == whole.parameters)
    #expect(reproducible(second.state) == reproducible(whole.state))
    #expect(
      reproducible(first.metrics + second.metrics) == reproducible(whole.metrics))
  }

  @Test("hooks are called at their moments, and row 0 comes first")
  func moments() throws {
    let trainer = try trainer(options(epochs: 9, batch: 25))
    let diary = Diary()
    diary.stopAfter = 2
    trainer.hooks = [diary]
    #expect(try trainer.run() == .stopped(reason: "enough"))
    #expect(
      diary.entries == [
        "start", "epoch 0", "settled 1.1", "updated 1.1", "settled 1.2", "updated 1.2", "epoch 1",
        "settled 2.3", "updated 2.3", "settled 2.4", "updated 2.4", "epoch 2", "end",
      ])
    #expect(diary.end == .stopped(reason: "enough"))
  }

  @Test("a sample that does not settle is left out, counted and named")
  func exclude() throws {
    let trainer = try trainer(options(epochs: 2, batch: 8), data: Broken())
    let diary = Diary()
    trainer.hooks = [diary]
    #expect(try trainer.run() == .finished)
    #expect(diary.unsettled.count == 2)
    #expect(diary.unsettled.allSatisfy { $0.sample == 1005 && !$0.outcome.isEquilibrium })
    #expect(diary.used.sorted() == [7, 7, 8, 8, 8, 8])
    let last = try #require(trainer.metrics.last)
    #expect(last.unsettled == 1 && abs(last.settledFraction - 23.0 / 24) < 1e-15)
    #expect(last.evaluationUnsettled == 1)
    #expect(last.trainLoss.isFinite && last.controlledLoss.isFinite)
    #expect(trainer.parameters.parameters.allSatisfy { $0.values.allSatisfy(\.isFinite) })
  }

  @Test("the samples left out have no influence at all: the mean is over those used")
  func excludedMean() throws {
    var single = options(epochs: 1, batch: 24)
    single.shuffles = false
    let broken = try trainer(single, data: Broken())
    let clean = moons(24)
    let rows = (0..<24).filter { $0 != 5 }
    let without = try trainer(
      single,
      data: SamplesInMemory(clean.samples(rows), labels: rows.map { clean.label(of: $0)! }))
    try broken.run()
    try without.run()
    for (a, b) in zip(broken.parameters.parameters, without.parameters.parameters) {
      // Adam's first step is of the order of the rate whatever Δ is; settling errs by 1e-6.
      #expect(largestDifference(a.values, b.values) < 1e-4)
    }
  }

  @Test("under the policy `fail` the first unsettled sample ends the training, and nothing changes")
  func fail() throws {
    var options = options(epochs: 2, batch: 24)
    options.unsettled = .fail
    let trainer = try trainer(options, data: Broken())
    let before = trainer.parameters
    #expect(throws: TrainingError.self) { try trainer.run() }
    #expect(trainer.parameters == before && trainer.step == 0)
  }

  @Test(
    "an epoch ends as soon as too many of its samples have not settled, and goes on if more may")
  func hopelessEpoch() throws {
    let settling = impatient
    var options = options(epochs: 1, batch: 10)
    options.maximumUnsettled = 0.25
    let strict = try trainer(options, settling: settling)
    // A quarter of 50 samples is 12.5: ten may, twenty may not.
    let end = TrainingEnd.tooManyUnsettled(20, of: 20, epoch: 1)
    #expect(try strict.run() == end)
    #expect(strict.step == 2 && strict.epoch == 0 && strict.metrics.count == 1)
    #expect(strict.metricsSoFar.unsettled == 20 && strict.metricsSoFar.settledFraction == 0)
    let state = strict.state
    try strict.restore(state)
    #expect(try strict.run() == end && strict.step == 2, "there is still no hope")
    options.maximumUnsettled = 1
    let patient = try trainer(options, settling: settling)
    try patient.restore(state)
    #expect(try patient.run() == .finished)
    #expect(patient.step == 5 && patient.metrics.last?.unsettled == 50)
  }

  @Test("under `keep` a last iterate is learned from, under `exclude` not")
  func keep() throws {
    let settling = impatient
    var options = options(epochs: 2, batch: 25)
    let excluding = try trainer(options, settling: settling)
    let before = excluding.parameters
    #expect(try excluding.run() == .tooManyUnsettled(50, of: 50, epoch: 1))
    #expect(excluding.parameters == before)
    #expect(excluding.metrics[1].gradientNorm.isNaN && excluding.metrics[1].controlledLoss.isNaN)
    options.unsettled = .keep
    options.maximumUnsettled = 1
    let keeping = try trainer(options, settling: settling)
    let diary = Diary()
    keeping.hooks = [diary]
    #expect(try keeping.run() == .finished)
    #expect(diary.used == [25, 25, 25, 25] && diary.unsettled.count == 100)
    #expect(keeping.parameters != before)
    // What is not finite is left out all the same.
    options.maximumUnsettled = 0.5
    let broken = try trainer(options, data: Broken())
    #expect(try broken.run() == .finished)
    #expect(broken.parameters.parameters.allSatisfy { $0.values.allSatisfy(\.isFinite) })
  }

  /// One unit with w = 0.5, α = 0.1, τ_u = 1: unstable, since 2a(aτ_u + α)² = 0.36 < τ_u.
  @Test("an equilibrium found by descent is learned from or not, and counted")
  func byDescent() throws {
    let network = try Network(
      populations: [Population(name: "y", size: 1)],
      projections: [DenseProjection(from: "y", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    var parameters = network.emptyParameters()
    parameters["y-y.weight"].values = [0.5]
    let data = SamplesInMemory(Samples(count: 1, inputs: [], targets: [1]))
    for policy in TrainingOptions.DescentPolicy.allCases {
      var options = options(epochs: 1)
      options.byDescent = policy
      let trainer = try Trainer(
        network, controller: DynamicInversion(output: .leakyIntegral(leak: 0.1)),
        parameters: parameters, rules: [.leastControl()], optimizer: GradientDescent(),
        data: data, options: options, settling: SettlingOptions(method: .automatic))
      let diary = Diary()
      trainer.hooks = [diary]
      #expect(try trainer.run() == .finished)
      let row = try #require(trainer.metrics.last)
      #expect(row.byDescent == 1 && row.settledFraction == 1 && row.unsettled == 0)
      #expect(diary.used == [policy == .learn ? 1 : 0])
      #expect((trainer.parameters != parameters) == (policy == .learn))
      // F = ½e₀²/(α + J²) with J = 2, e₀ = 1.
      if policy == .learn { #expect(abs(row.augmentedEnergy - 0.5 / 4.1) < 1e-5) }
    }
  }

  @Test("updates are clipped together, masks and constraints hold after every update")
  func clipAndConstraints() throws {
    var options = options(epochs: 2)
    options.clip = 0.05
    var mask = ContiguousArray(repeating: 1.0, count: 64)
    for i in stride(from: 0, to: 64, by: 3) { mask[i] = 0 }
    let trainer = try trainer(options, optimizer: GradientDescent()) { parameters in
      try ConstraintSet(
        ["h-h.weight": [.spectralRadius(0.1)], "h-y.weight": [.sign(.positive)]],
        masks: ["h-h.weight": mask], for: parameters)
    }
    let diary = Diary()
    trainer.hooks = [diary]
    var last = trainer.parameters
    #expect(last["h-y.weight"].values.allSatisfy { $0 >= 0 })
    try trainer.run()
    #expect(diary.norms.contains { $0.1 } && diary.norms.allSatisfy { $0.1 == ($0.0 > 0.05) })
    last = trainer.parameters
    let w = last["h-h.weight"].values
    #expect((0..<64).allSatisfy { mask[$0] == 1 || w[$0] == 0 })
    #expect(try DenseMatrix(rows: 8, columns: 8, elements: w).spectralRadius() <= 0.1)
    #expect(last["h-y.weight"].values.allSatisfy { $0 >= 0 })
  }

  @Test("frozen parameters stay, and a rate of their own multiplies steps")
  func plasticity() throws {
    var single = options(epochs: 1, batch: 50)
    single.rate = 0.1
    var starts: [ParameterSet] = []
    var deltas: [ContiguousArray<Double>] = []
    for factor in [1.0, 0.25] {
      let trainer = try trainer(single, optimizer: GradientDescent()) { parameters in
        parameters["h.bias"].plasticity = .frozen
        parameters["h-y.weight"].plasticity.rate = factor
        return ConstraintSet()
      }
      starts.append(trainer.parameters)
      try trainer.run()
      #expect(trainer.parameters["h.bias"] == starts[0]["h.bias"])
      deltas.append(
        ContiguousArray(
          zip(trainer.parameters["h-y.weight"].values, starts[0]["h-y.weight"].values)
            .map { $0 - $1 }))
    }
    #expect(largestDifference(deltas[0].map { $0 / 4 }, deltas[1]) < 1e-15)
    #expect(deltas[0].contains { abs($0) > 1e-3 })
  }

  @Test("a short last batch is kept or dropped")
  func lastBatch() throws {
    for keeps in [true, false] {
      var options = options(epochs: 1, batch: 20)
      options.keepsLastBatch = keeps
      let trainer = try trainer(options)
      let diary = Diary()
      trainer.hooks = [diary]
      try trainer.run()
      #expect(diary.used == (keeps ? [20, 20, 10] : [20, 20]))
      #expect(trainer.plannedUpdates == diary.used.count)
    }
  }

  @Test("training ends when the watched metric is good enough or stands still")
  func stops() throws {
    var patient = options(epochs: 40)
    patient.rate = 0
    patient.stop = .init(metric: "test_loss", patience: 3)
    #expect(throws: TrainingError.self) { try trainer(patient) }
    patient.stop = .init(metric: "train_loss", patience: 3)
    let still = try trainer(patient)
    guard case .stopped = try still.run() else {
      Issue.record("it went on")
      return
    }
    // The first evaluation is an improvement on nothing.
    #expect(still.epoch == 4)
    var aiming = options(epochs: 40)
    aiming.stop = .init(metric: "train_accuracy", target: 0.9)
    let reached = try trainer(aiming)
    guard case .stopped = try reached.run() else {
      Issue.record("it went on")
      return
    }
    #expect(reached.metrics.last!.trainAccuracy >= 0.9)
    #expect(reached.metrics.dropFirst().dropLast().allSatisfy { $0.trainAccuracy < 0.9 })
  }

  @Test("evaluation every other epoch, the last one in any case, or never")
  func evaluation() throws {
    for (every, evaluated) in [(2, [0, 2, 4, 5]), (0, [])] {
      var options = options(epochs: 5, batch: 50)
      options.evaluatesEvery = every
      let trainer = try trainer(options)
      try trainer.run()
      #expect(trainer.metrics.filter { !$0.testLoss.isNaN }.map(\.epoch) == evaluated)
      #expect(trainer.metrics.count == 6)
    }
  }

  @Test("states of another training are refused")
  func mismatch() throws {
    let state = try trainer(options(epochs: 3)).state
    for other in [
      try trainer(options(epochs: 4)), try trainer(options(epochs: 3, batch: 10)),
      try trainer(options(epochs: 3), data: moons(20)),
      try trainer(options(epochs: 3), optimizer: Momentum()),
    ] {
      #expect(throws: TrainingError.self) { try other.restore(state) }
    }
    try trainer(options(epochs: 4)).restore(state, allowingNewPlan: true)
    var lacking = state
    lacking.arrays["parameter.h.bias"] = nil
    let same = try trainer(options(epochs: 3))
    #expect(throws: TrainingError.self) { try same.restore(lacking) }
  }

  @Test("what does not go together is refused at once")
  func refusals() throws {
    #expect(throws: TrainingError.self) {
      try trainer(options(epochs: 1), controller: NoControl())
    }
    #expect(throws: TrainingError.self) { try trainer(options(epochs: 1), rules: []) }
    var watching = options(epochs: 1)
    watching.stop = .init(metric: "validation_loss", patience: 3)
    #expect(throws: TrainingError.self) { try trainer(watching) }
    watching.stop = .init(metric: "tset_loss", patience: 3)
    #expect(throws: TrainingError.self) { try trainer(watching) }
    #expect(throws: TrainingError.self) {
      try Trainer(
        try classifier(), controller: inversion, parameters: ParameterSet([]),
        rules: [.leastControl()], optimizer: Adam(), data: moons(4))
    }
  }

  @Test("a change that is not finite is an error that leaves the parameters as they were")
  func nonFinite() throws {
    struct Explosive: LocalRule {
      func change(_ synapse: Synapse) -> Double { synapse.ratePre / 0 }
    }
    let trainer = try trainer(
      options(epochs: 1), rules: [LocalLearning(Explosive(), name: "explosive")])
    let before = trainer.parameters
    #expect(throws: TrainingError.self) { try trainer.run() }
    #expect(trainer.parameters == before)
  }

  @Test("rules with memory, and of several phases, go on to the same bits too")
  func memoryAndPhases() throws {
    func make(threads: Int = 1) throws -> Trainer {
      try trainer(
        options(epochs: 2, batch: 40), data: moons(80), threads: threads,
        rules: [
          LocalLearning(Smoothed(), name: "smoothed"),
          LocalLearning(Forgetting(), name: "forgetting", phase: .free),
        ])
    }
    let whole = try make(threads: 2)
    try whole.run()
    #expect(whole.metrics[2].trainLoss < whole.metrics[0].trainLoss)
    let first = try make()
    #expect(try first.run(limits: .init(updates: 3)) == .limited(reason: "update limit"))
    #expect(first.step == 3)
    #expect(first.state.arrays.keys.contains("memory.0.h-h.weight"))
    let second = try make(threads: 3)
    try second.restore(first.state)
    try second.run()
    #expect(second.parameters == whole.parameters)
    #expect(reproducible(second.state) == reproducible(whole.state))
  }
}

/// Least control, smoothed over samples.
private struct Smoothed: RememberingLocalRule {
  func change(_ synapse: Synapse, _ memory: inout Double) -> Double {
    memory += 0.5 * (synapse.controlPost * synapse.ratePre - memory)
    return memory
  }
}

/// Anti-Hebbian, weakly, at the free equilibrium.
private struct Forgetting: OuterProductRule {
  func postSignal(_ post: PostsynapticUnit) -> Double { -0.001 * post.rate }
}

@Suite("Evaluation")
struct EvaluatorTests {
  @Test("losses, predictions and confusion at the free equilibrium")
  func evaluates() throws {
    // Without hidden units the outputs are the inputs.
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input), Population(name: "y", size: 2),
      ],
      projections: [DenseProjection(from: "x", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    var parameters = network.emptyParameters()
    parameters["x-y.weight"].values = [1, 0, 0, 1]
    let samples = Samples(
      count: 4, inputs: [2, 1, 0, 3, 5, 4, .nan, 1], targets: [1, 0, 0, 1, 0, 1, 1, 0],
      indices: [10, 11, 12, 13])
    let evaluator = try Evaluator(network, options: .accurate)
    let result = try evaluator.evaluate(
      SamplesInMemory(samples, labels: [0, 1, 1, 0]), parameters: parameters)
    #expect(result.predictions.map(\.predicted) == [0, 1, 0, nil])
    #expect(result.predictions.map(\.sample) == [10, 11, 12, 13])
    #expect(result.unsettledCount == 1)
    #expect(abs(result.loss - (1 + 2 + 17) / 3) < 1e-10)
    #expect(result.predictions[3].loss.isNaN)
    #expect(result.accuracy == 0.5)
    #expect(result.confusion(classes: 2) == [[1, 0], [1, 1]])
    let part = try evaluator.evaluate(
      SamplesInMemory(samples), rows: [2, 0], parameters: parameters)
    #expect(part.predictions.map(\.sample) == [12, 10])
    #expect(part.accuracy.isNaN && part.predictions.allSatisfy { $0.predicted == nil })
    let empty = try evaluator.evaluate(SamplesInMemory(samples), rows: [], parameters: parameters)
    #expect(empty.loss.isNaN && empty.accuracy.isNaN && empty.meanEvaluations.isNaN)
  }
}
