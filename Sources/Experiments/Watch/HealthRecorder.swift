public import Dynamics
internal import Integration
public import Learning
internal import LinearAlgebra

/// Watches whether a training diverges or stalls, and says so once for each cause, with a command to go on
/// with.
///
/// It reads what the training reports, and its weights after each epoch; it writes nothing and changes
/// nothing.
public final class HealthRecorder: TrainingHook {
  private let experiment: Experiment
  private let folder: RunFolder
  private let invocation: Invocation
  private let former: RunFolder?
  private let warn: (TrainingWarning) -> Void
  /// The parameters that the run began with, once it has.
  private(set) var startingParameters: ParameterSet?
  private var health = TrainingHealth()
  /// Of earlier sessions too, as far as their rows tell.
  public private(set) var warnings: [TrainingWarning] = []
  /// The last sample that did not settle, and for which update.
  public private(set) var lastUnsettled: (sample: UnsettledSample, step: Int)?
  /// All of its batch, itself among them.
  public private(set) var unsettledBatch: [UnsettledSample] = []

  /// The largest recurrent projection whose spectral radius is computed after every epoch.
  private static let largestMatrix = 400

  /// - Parameters:
  ///   - folder: of the run.
  ///   - experiment: the model, made into things that run.
  ///   - command: the program and the arguments that began the run.
  ///   - start: the parameters that the run began with; nil: those at hand.
  ///   - resumes: whether the run goes on; then its rows and warnings so far are read.
  ///   - warn: called with each warning that is new.
  public init(
    _ folder: RunFolder, _ experiment: Experiment, command: [String], start: ParameterSet? = nil,
    resumes: Bool = false, warn: @escaping (TrainingWarning) -> Void = { _ in }
  ) {
    self.experiment = experiment
    self.folder = folder
    self.warn = warn
    startingParameters = start
    invocation = Invocation(command)
    former = resumes ? folder : nil
  }

  // MARK: Moments

  public func trainingWillStart(_ trainer: Trainer) throws {
    let start = startingParameters ?? trainer.parameters
    startingParameters = start
    _ = weights(start, epoch: 0, step: 0, trainer.network)
    if let former { try recall(former, trainer) }
  }

  public func didSettle(_ batch: BatchSummary, _ trainer: Trainer) {
    guard let sample = batch.unsettled.last else { return }
    lastUnsettled = (sample, batch.step)
    unsettledBatch = batch.unsettled
  }

  public func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) {
    report(health.judge(update) { trainer.mostChanged }, trainer)
  }

  public func didFinishEpoch(_ row: EpochMetrics, _ trainer: Trainer) {
    report(
      health.judge(row)
        + weights(trainer.parameters, epoch: row.epoch, step: row.step, trainer.network), trainer)
  }

  /// What earlier sessions have said: in their summary, which one that was killed has not written, and what
  /// their rows say.
  private func recall(_ folder: RunFolder, _ trainer: Trainer) throws {
    if case .array(let said)? = (try? JSONValue.read(folder.file("summary.json")))?["warnings"] {
      for warning in said.compactMap({ TrainingWarning($0) }) where warning.step <= trainer.step {
        guard let cause = TrainingHealth.Cause(rawValue: warning.cause) else { continue }
        health.recall(cause)
        warnings.append(warning)
      }
    }
    recallUnsettled(folder, trainer)
    let reader = try CSVReader(folder.file("metrics.csv"))
    var record = CSVRecord()
    while try reader.next(&record) {
      var row = EpochMetrics()
      func number(_ name: String) -> Double {
        reader.header.firstIndex(of: name).flatMap { record.number($0) } ?? .nan
      }
      guard let epoch = Int(exactly: number("epoch")), let step = Int(exactly: number("step"))
      else {
        continue
      }
      row.epoch = epoch
      row.step = step
      row.trainLoss = number("train_loss")
      row.settledFraction = number("settled_fraction")
      warnings += health.judge(row).map { warning($0, trainer.parameters) }
    }
  }

  private func report(_ findings: [TrainingHealth.Finding], _ trainer: Trainer) {
    for finding in findings {
      let warning = warning(finding, trainer.parameters)
      warnings.append(warning)
      warn(warning)
    }
  }

  // MARK: Weights

  private func weights(
    _ parameters: ParameterSet, epoch: Int, step: Int, _ network: Network
  ) -> [TrainingHealth.Finding] {
    var findings: [TrainingHealth.Finding] = []
    for projection in network.projections {
      let weight = parameters[projection.weightName]
      let size = network.population(projection.source).size
      if projection.source == projection.target, weight.shape == [size, size],
        size <= Self.largestMatrix, weight.values.allSatisfy(\.isFinite),
        let values = try? DenseMatrix(
          rows: size, columns: size, elements: weight.values
        ).eigenvalues()
      {
        let radius = values.reduce(0) { max($0, $1.magnitude) }
        findings += health.judge(radius: radius, of: projection.name, epoch: epoch, step: step)
      }
      if projection.hasSeparateFeedback {
        findings += health.judge(
          cosine: Self.cosine(weight.values, parameters[projection.feedbackName].values),
          of: projection.name, epoch: epoch, step: step)
      }
    }
    return findings
  }

  private static func cosine(_ a: ContiguousArray<Double>, _ b: ContiguousArray<Double>) -> Double {
    var (product, first, second) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      product += x * y
      first += x * x
      second += y * y
    }
    return product / (first.squareRoot() * second.squareRoot())
  }

  // MARK: Advice

  private func warning(
    _ finding: TrainingHealth.Finding, _ parameters: ParameterSet
  ) -> TrainingWarning {
    var message = finding.words
    if finding.cause == .settled, let (sample, step) = lastUnsettled {
      message +=
        "; sample \(sample.sample) of update \(step) was \(sample.outcome.rawValue) "
        + "(worst: \(sample.worstComponent))"
    }
    return TrainingWarning(
      step: finding.step, cause: finding.cause.rawValue, message: message,
      next: next(finding, parameters).map { ShellWords.line(["settle"] + $0) })
  }

  /// The samples of the last update in which some did not settle, of an earlier session.
  private func recallUnsettled(_ folder: RunFolder, _ trainer: Trainer) {
    let phases = trainer.rules.reduce(into: Set()) { $0.formUnion($1.phases) }
    guard let rows = try? UnsettledRow.read(folder), let last = rows.last, last.step <= trainer.step
    else { return }
    unsettledBatch = rows.filter { $0.step == last.step }.compactMap { row in
      guard let phase = phases.first(where: { $0.name == row.phase }),
        let outcome = Outcome(rawValue: row.outcome)
      else { return nil }
      return UnsettledSample(
        sample: row.sample, phase: phase, outcome: outcome, residual: row.residual,
        worstComponent: row.worstComponent)
    }
    lastUnsettled = unsettledBatch.last.map { ($0, last.step) }
  }

  /// One command that is likely to help, or shows more; nil where the model does not take it.
  private func next(
    _ finding: TrainingHealth.Finding, _ parameters: ParameterSet
  ) -> [String]? {
    let learning = experiment.model.learning ?? LearningDescription()
    func set(_ argument: String) -> [String]? {
      (try? experiment.setting([argument])).map { _ in invocation.setting([argument]) }
    }
    let rate = learning.optimizer.rate
    let slower = set("learning.optimizer.rate=\(Doctor.written(rate / 10))")
    // Where the rate has let weights outgrow everything, no other change makes up for it.
    if finding.cause != .stall && finding.cause != .feedback,
      let growth = startingParameters.flatMap({ WeightGrowth(from: $0, to: parameters) }),
      let gentler = growth.gentlerRates(than: rate, normalizing: experiment.stepsByRate).first
    {
      return set("learning.optimizer.rate=\(Doctor.written(gentler))")
    }
    switch finding.cause {
    case .loss: return slower
    case .update:
      return set("learning.optimizer.clip=\(Doctor.written(Doctor.up(10 * finding.figure)))")
    case .settled: return replay ?? slower
    case .stall:
      // The first question of a training that stalls is whether it improves the state that counts.
      return experiment.network.recurrentProjections.isEmpty
        ? invocation.changed(to: "check")
        : set("learning.watch.every=\(max(1, finding.step / max(1, finding.epoch)))")
    case .weights:
      let key = "network.projections.\(finding.place ?? "")"
      let projection = experiment.model.network.projections.first { $0.name == finding.place }
      return projection?.constraints.isEmpty == false
        ? set("\(key).rate=\(Doctor.written((projection?.rate ?? 1) / 10))")
        : set("\(key).constraint=[{kind: spectral-norm, value: 0.9}]")
    case .feedback:
      return learning.feedbackRule.kind == "kolen-pollack"
        ? invocation.changed(to: "check") : set("learning.feedback-rule=kolen-pollack")
    }
  }

  /// The replay of the last sample that did not settle; nil where all did.
  public var replay: [String]? {
    lastUnsettled.map {
      [
        "replay", folder.path, "--sample", String($0.sample.sample), "--step", String($0.step),
      ]
    }
  }
}
