import Dynamics
import Integration
import Learning
import Synchronization
import Testing

private func trainer(
  _ adjust: (inout TrainingOptions) -> Void = { _ in }, settling: SettlingOptions = .init(),
  warm: Bool = false, validation: Bool = false
) throws -> Trainer {
  var options = TrainingOptions()
  options.epochs = 3
  options.batchSize = 12
  options.rate = 0.03
  options.warmStart = warm ? .equilibrium : nil
  adjust(&options)
  let network = try classifier()
  let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
  return try Trainer(
    network, controller: controller,
    parameters: network.initialParameters(
      for: controller, initializers: ["h-h.weight": Initializer(.uniformFanIn, gain: 0.3)], seed: 3),
    rules: [.leastControl()], optimizer: Adam(), schedule: CosineSchedule(), data: moons(50),
    validation: validation ? moons(30, seed: 7) : nil, test: moons(30, seed: 6), options: options,
    settling: settling)
}

/// Remembers every row of the tables.
private final class Rows: TrainingHook {
  var batches: [BatchSummary] = []
  var updates: [UpdateSummary?] = []
  var steps: [Int] = []
  var parts: [String] = []

  func didFinishStep(_ batch: BatchSummary, _ update: UpdateSummary?, _ trainer: Trainer) {
    batches.append(batch)
    updates.append(update)
    steps.append(trainer.step)
  }
  func didEvaluate(_ part: DataPart, _ evaluation: Evaluation, epoch: Int, _ trainer: Trainer) {
    parts.append("\(epoch) \(part.rawValue) \(evaluation.count)")
  }
}

@Suite("Sessions of a training")
struct SessionTests {
  @Test("a limit of updates ends a session, and the next goes on to the same bits")
  func updates() throws {
    let whole = try trainer()
    try whole.run()
    var state = try trainer().state
    // Of 15 updates; 5 is the end of an epoch, which that session finishes.
    for limit in [0, 3, 5, 14] {
      let part = try trainer()
      try part.restore(state)
      #expect(
        try part.run(limits: .init(updates: limit)) == .limited(reason: "update limit"))
      #expect(part.step == limit && part.epoch == limit / 5)
      state = part.state
    }
    let last = try trainer()
    try last.restore(state)
    #expect(try last.run(limits: .init(updates: 15)) == .finished)
    #expect(last.parameters == whole.parameters)
  }

  @Test("a limit of time ends a session between two updates")
  func time() throws {
    let trainer = try trainer()
    #expect(
      try trainer.run(limits: .init(time: .zero)) == .limited(reason: "time limit"))
    #expect(trainer.step == 0 && trainer.metrics.count == 1)
  }

  @Test("wherever it is asked to stop, also in an evaluation, it goes on to the same bits")
  func anywhere() throws {
    let whole = try trainer()
    try whole.run()
    // Asked 1 + 2 times before the first epoch and 5 + 2 times in each.
    for last in 0..<24 {
      let calls = Mutex(0)
      let first = try trainer()
      let end = try first.run {
        calls.withLock {
          $0 += 1
          return $0 > last
        }
      }
      #expect(end == .interrupted)
      let second = try trainer()
      try second.restore(first.state)
      #expect(try second.run() == .finished)
      #expect(second.parameters == whole.parameters, "\(last)")
      let rows = first.metrics + second.metrics
      #expect(rows.map(\.testLoss) == whole.metrics.map(\.testLoss), "\(last)")
      #expect(
        rows.map(\.highEvaluations.bitPattern)
          == whole.metrics.map(\.highEvaluations.bitPattern), "\(last)")
    }
  }

  @Test("every batch has its evaluations, and the epoch those of all of them")
  func counts() throws {
    let trainer = try trainer { $0.epochs = 1 }
    let rows = Rows()
    trainer.hooks = [rows]
    try trainer.run()
    #expect(rows.batches.map(\.samples) == [12, 12, 12, 12, 2])
    #expect(rows.steps == [1, 2, 3, 4, 5] && rows.updates.map { $0?.step } == [1, 2, 3, 4, 5])
    #expect(rows.parts == ["0 train 5", "0 test 30", "1 train 5", "1 test 30"])
    var all = EvaluationCounts()
    for batch in rows.batches { all.add(batch.evaluations) }
    let row = try #require(trainer.metrics.last)
    #expect(all.samples == 50 && row.meanEvaluations == all.mean)
    #expect(row.medianEvaluations == all.quantile(0.5) && row.maximumEvaluations == all.maximum)
    #expect(row.highEvaluations == all.quantile(0.99))
  }

  @Test("on a plateau the rate falls, down to its least, and a resumed training knows")
  func plateau() throws {
    func still(_ options: inout TrainingOptions) {
      options.epochs = 9
      options.rate = 0
      options.plateau = .init(metric: "validation_loss", patience: 2, factor: 0.5, least: 0.2)
    }
    // With a rate of zero nothing improves; what is looked at is the factor. So the rate is tiny.
    func tiny(_ options: inout TrainingOptions) {
      still(&options)
      options.rate = 1e-300
    }
    func factors(_ trainer: Trainer) -> [Double] {
      zip(trainer.metrics, 0...).compactMap { row, epoch in
        guard row.epoch > 0 else { return nil }
        let last = 5 * row.epoch - 1
        return row.rate / (1e-300 * CosineSchedule().factor(step: last, of: 45))
      }
    }
    let whole = try trainer(tiny, validation: true)
    try whole.run()
    // The first evaluation of an epoch improves on nothing; then two without, and the next epoch has it.
    let expected = [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2]
    for (a, b) in zip(factors(whole), expected) { #expect(abs(a - b) < 1e-12) }
    let first = try trainer(tiny, validation: true)
    try first.run(limits: .init(updates: 23))
    let second = try trainer(tiny, validation: true)
    try second.restore(first.state)
    try second.run()
    #expect(factors(second) == Array(factors(whole).dropFirst(4)))
    // Its metric must be one that may select.
    for metric in ["test_loss", "no_metric", "validation_loss"] {
      #expect(throws: TrainingError.self) {
        try trainer { $0.plateau = .init(metric: metric) }
      }
    }
  }
}

@Suite("A sample is settled again as it was")
struct SampleReplayTests {
  /// So few evaluations that about half of the samples do not settle.
  private func strict(warm: Bool) throws -> SettlingOptions {
    var settling = SettlingOptions()
    settling.relativeTolerance = 1e-2
    settling.absoluteTolerance = 1e-4
    let free = try trainer(settling: settling, warm: warm)
    try free.run()
    settling.limits.evaluations = Int(
      try #require(free.metrics.dropFirst().first).medianEvaluations)
    settling.limits.straggler = 1
    return settling
  }

  private final class Unsettled: TrainingHook {
    var all: [(step: Int, sample: UnsettledSample)] = []
    func didSettle(_ batch: BatchSummary, _ trainer: Trainer) {
      all += batch.unsettled.map { (batch.step, $0) }
    }
  }

  @Test("to the same bits, from any earlier state", arguments: [false, true])
  func sameBits(warm: Bool) throws {
    let settling = try strict(warm: warm)
    func make() throws -> Trainer {
      try trainer({ $0.maximumUnsettled = 1 }, settling: settling, warm: warm)
    }
    let whole = try make()
    let diary = Unsettled()
    whole.hooks = [diary]
    try whole.run()
    try #require(
      diary.all.count > 10 && diary.all.count < 140,
      "\(diary.all.count) of 150 with at most \(settling.limits.evaluations) evaluations")
    let middle = try make()
    try middle.run(limits: .init(updates: 6))
    let state = middle.state
    for (step, sample) in diary.all {
      let again = try make()
      if step > 6 { try again.restore(state) }
      try again.advance(toStep: step - 1)
      #expect(again.step == step - 1)
      // The source calls its rows 1000 and on.
      let replayed = try #require(try again.replay(row: sample.sample - 1000))
      #expect(replayed.step == step && replayed.epoch == (step + 4) / 5)
      #expect(replayed.rows[replayed.place] == sample.sample - 1000)
      let certificate = try #require(
        replayed.phases[sample.phase]?.certificates[replayed.place])
      #expect(
        UnsettledSample(sample: sample.sample, phase: sample.phase, certificate) == sample)
      #expect((replayed.initial != nil) == warm)
    }
  }

  @Test("advancing changes what running would, and nothing else")
  func advance() throws {
    let run = try trainer()
    try run.run(limits: .init(updates: 8))
    let advanced = try trainer()
    let rows = Rows()
    advanced.hooks = [rows]
    try advanced.advance(toStep: 8)
    #expect(advanced.parameters == run.parameters && rows.batches.isEmpty && rows.parts.isEmpty)
    #expect(advanced.nextRows == run.nextRows && advanced.nextRows.count == 12)
    for row in advanced.nextRows { #expect(advanced.step(ofRow: row) == 9) }
    #expect(try advanced.replay(row: advanced.nextRows[3])?.place == 3)
    let others = Set(0..<50).subtracting(advanced.nextRows)
    #expect(try advanced.replay(row: others.first!) == nil)
    #expect(throws: TrainingError.self) { try advanced.advance(toStep: 7) }
    #expect(throws: TrainingError.self) { try advanced.advance(toStep: 15) }
    #expect(throws: CancellationError.self) {
      try advanced.advance(toStep: 14, isCancelled: { true })
    }
  }
}
