internal import Dynamics
internal import Foundation
public import Learning

/// Watches over the stability of a training: watch.csv, every so many updates on the same training
/// samples, and a warning once for each cause.
///
/// It looks at the parameters after an update, and at those that the training begins with. It changes
/// nothing: the bits of the training are the same without it.
public final class WatchRecorder: TrainingHook {
  private let experiment: Experiment
  private let samples: Samples
  private let every: Int
  private let threads: Int
  private let table: CSVWriter
  private let warn: (StabilityWatch.Warning) -> Void
  private var watch = StabilityWatch()
  /// Of earlier sessions too.
  public private(set) var warnings: [StabilityWatch.Warning] = []

  /// The columns of watch.csv.
  public static let columns = [
    "epoch", "step", "samples", "settled", "by_descent", "margin", "worst_sample",
    "network_margin", "free_margin", "period", "damping", "compared", "multistable",
    "multistable_fraction", "free_loss", "released_loss", "warnings",
  ]

  /// - Parameters:
  ///   - folder: where the run lies.
  ///   - experiment: the model, made into things that run.
  ///   - trainer: what trains.
  ///   - resumed: the number of updates of the checkpoint that the training goes on from; nil where it
  ///     begins. What was written of later updates is cut off and written again.
  ///   - overwrite: whether what is there may be replaced.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  ///   - warn: called with each warning that is new.
  public init(
    _ folder: RunFolder, _ experiment: Experiment, _ trainer: Trainer, resuming resumed: Int? = nil,
    overwrite: Bool, threads: Int, warn: @escaping (StabilityWatch.Warning) -> Void
  ) throws {
    let learning = experiment.model.learning ?? LearningDescription()
    self.experiment = experiment
    self.threads = threads
    self.warn = warn
    every = learning.watch.every
    samples = try trainer.data.samples(
      Array(0..<min(learning.watch.samples, trainer.data.count)))
    // Says at once where the model is too large.
    do {
      _ = try EquilibriumAnalyzer(
        trainer.network, controller: trainer.controller, parameters: trainer.parameters)
    } catch let error as NetworkError {
      throw experiment.file.error(at: "learning.watch.every", error.description)
    }
    table = try StepTable.open(
      "watch.csv", Self.columns, in: folder, resuming: resumed, overwrite: overwrite)
    if resumed != nil { try recall(folder.file("watch.csv")) }
  }

  /// Reads what was seen and said before; the table has no later rows any more.
  private func recall(_ path: String) throws {
    let reader = try CSVReader(path)
    var record = CSVRecord()
    while try reader.next(&record) {
      guard record.count == Self.columns.count,
        let step = record.number(1).flatMap({ Int(exactly: $0) })
      else { continue }
      let said = record[Self.columns.count - 1].components(separatedBy: Self.separator)
        .compactMap { text -> StabilityWatch.Warning? in
          guard let colon = text.range(of: ": "),
            let cause = StabilityWatch.Cause(rawValue: String(text[..<colon.lowerBound]))
          else { return nil }
          return .init(step: step, cause: cause, message: String(text[colon.upperBound...]))
        }
      warnings += said
      watch.recall(
        step: step, margin: record.number(5) ?? .nan, warned: said.map(\.cause))
    }
  }

  private static let separator = " | "

  public func trainingWillStart(_ trainer: Trainer) throws {
    if trainer.step == 0 { try look(trainer, epoch: 0) }
  }

  public func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) throws {
    if update.step % every == 0 { try look(trainer, epoch: update.epoch) }
  }

  public func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) throws { try table.close() }

  private func look(_ trainer: Trainer, epoch: Int) throws {
    var options = EquilibriumAnalyzer.Options()
    options.findsRemedies = false
    options.forecasts = false
    options.searchesLeastControl = false
    let analyses = try analyzer(trainer, options).analyze(samples)
    let reading = WatchReading(analyses, step: trainer.step)
    let new = try watch.judge(reading).map { finding in
      StabilityWatch.Warning(
        step: trainer.step, cause: finding.cause,
        message: finding.words + (try advice(finding.cause, reading, trainer)))
    }
    warnings += new
    try write(reading, epoch, new)
    for warning in new { warn(warning) }
  }

  private func analyzer(
    _ trainer: Trainer, _ options: EquilibriumAnalyzer.Options
  ) throws -> EquilibriumAnalyzer {
    try EquilibriumAnalyzer(
      trainer.network, controller: trainer.controller, parameters: trainer.parameters,
      settling: experiment.settlingOptions, options: options, threads: threads)
  }

  /// What to try, from the sample that is worst.
  private func advice(
    _ cause: StabilityWatch.Cause, _ reading: WatchReading, _ trainer: Trainer
  ) throws -> String {
    if cause == .multistability {
      let cyclic = trainer.network.recurrentProjections.map {
        "network.projections.\($0)"
      }
      return "; weaken recurrent weights"
        + (cyclic.first.map {
          ": a lower rate (--set \($0).rate=0.1), a lower initial gain, or --set "
            + "'\($0).constraint=[{kind: spectral-norm, value: 0.9}]'"
        } ?? "")
        + ", or raise controller.output.leak"
    }
    guard let row = samples.indices.firstIndex(of: reading.worstSample ?? -1) else { return "" }
    var options = EquilibriumAnalyzer.Options()
    options.forecasts = false
    options.searchesLeastControl = false
    let analysis = try analyzer(trainer, options).analyze(samples.selecting([row]))[0]
    guard let phase = analysis.controlled ?? analysis.free else { return "" }
    let diagnosis = phase.diagnosis(isControlled: analysis.controlled != nil)
    return "; \(diagnosis.words)" + (diagnosis.advice.map { "; \($0)" } ?? "")
  }

  private func write(
    _ reading: WatchReading, _ epoch: Int, _ new: [StabilityWatch.Warning]
  ) throws {
    for count in [epoch, reading.step, reading.samples, reading.settled, reading.byDescent] {
      try table.append(count)
    }
    try table.append(reading.margin)
    try table.append(reading.worstSample.map(String.init) ?? "")
    for value in [reading.networkMargin, reading.freeMargin, reading.period, reading.damping] {
      try table.append(value)
    }
    try table.append(reading.compared)
    try table.append(reading.multistable)
    for value in [reading.multistableFraction, reading.freeLoss, reading.releasedLoss] {
      try table.append(value)
    }
    try table.append(
      new.map { "\($0.cause.rawValue): \($0.message)" }.joined(separator: Self.separator))
    try table.endRow()
    // A checkpoint of this update must not be on the disk before its row is.
    try table.synchronize()
  }
}
