internal import Dynamics
internal import Foundation
internal import Integration
public import Learning

/// Writes down a training as it goes: its tables, checkpoints, and the best parameters.
public final class TrainingRecorder: TrainingHook {
  private let folder: RunFolder
  private let checkpoints: String
  private let description: LearningDescription
  private let precision: Precision
  private let tables: RunTables
  /// Of the classes; empty where no confusion is asked for.
  private let classNames: [String]
  /// The metric of the best parameters; nil: none are kept.
  private let bestMetric: String?
  private var lastCheckpoint = ContinuousClock.now
  private var best = Double.nan
  /// The epoch of the best value so far of the metric that `learning.checkpoint.best` names.
  public private(set) var bestEpoch: Int?

  /// - Parameters:
  ///   - folder: where the run lies.
  ///   - experiment: the model, made into things that run.
  ///   - data: the samples.
  ///   - checkpoint: where the run goes on; nil for a new one.
  ///   - overwrite: whether what an earlier run left may be removed.
  public init(
    _ folder: RunFolder, _ experiment: Experiment, _ data: DataSplits,
    resuming checkpoint: Checkpoint? = nil, overwrite: Bool = false
  ) throws {
    self.folder = folder
    let learning = experiment.model.learning ?? LearningDescription()
    description = learning
    precision = experiment.precision
    classNames =
      learning.evaluate.confusion && data.train.hasLabels
      ? ConfusionTable.names(experiment.network.outputCount, data.train.classNames) : []
    // Without labels there is no accuracy, and then the loss says what is best.
    bestMetric =
      learning.checkpoint.best == "validation_accuracy" && !data.train.hasLabels
      ? "validation_loss" : learning.checkpoint.best
    checkpoints = try folder.makeFolder("checkpoints")
    var wanted = [
      RunTables.Table(name: "metrics.csv", columns: EpochMetrics.columns),
      RunTables.Table(name: "unsettled.csv", columns: TrainingTables.unsettled),
    ]
    if learning.metrics == .step {
      wanted.append(.init(name: "steps.csv", columns: TrainingTables.steps))
    }
    if !classNames.isEmpty {
      wanted.append(
        .init(
          name: "confusion.csv",
          columns: ["epoch", "step", "split"] + ConfusionTable.columns(classNames)))
    }
    if let checkpoint {
      tables = try RunTables(wanted, in: folder, at: checkpoint.tableLengths)
      try recallBest()
    } else {
      // What an earlier run left would be taken for this one's: its checkpoints above all.
      if overwrite {
        Checkpoint.removeAll(in: checkpoints)
        folder.remove([
          "parameters.safetensors", "summary.json", "audit.csv", "audit-control.csv", "watch.csv",
        ])
      }
      tables = try RunTables(wanted, in: folder, overwrite: overwrite)
    }
  }

  /// The best value so far stands in the metrics that were written.
  private func recallBest() throws {
    guard let name = bestMetric else { return }
    let reader = try CSVReader(folder.file("metrics.csv"))
    guard let column = reader.header.firstIndex(of: name),
      let epochs = reader.header.firstIndex(of: "epoch")
    else { return }
    var record = CSVRecord()
    while try reader.next(&record) {
      guard let value = record.number(column),
        let epoch = record.number(epochs).flatMap({ Int(exactly: $0) }),
        EpochMetrics.isBetter(name, value, than: best)
      else { continue }
      best = value
      bestEpoch = epoch
    }
  }

  // MARK: Moments

  public func trainingWillStart(_ trainer: Trainer) throws {
    if trainer.step == 0 { try checkpoint(trainer) }
  }

  public func didSettle(_ batch: BatchSummary, _ trainer: Trainer) throws {
    if let table = tables["unsettled.csv"] { try TrainingTables.writeUnsettled(batch, to: table) }
  }

  public func didFinishStep(
    _ batch: BatchSummary, _ update: UpdateSummary?, _ trainer: Trainer
  ) throws {
    if let table = tables["steps.csv"] {
      try TrainingTables.writeStep(batch, update, to: table)
    }
    tables.mark()
    let minutes = description.checkpoint.minutes
    if minutes > 0, (ContinuousClock.now - lastCheckpoint) / .seconds(60) > minutes {
      try checkpoint(trainer)
    }
  }

  public func didEvaluate(
    _ part: DataPart, _ evaluation: Evaluation, epoch: Int, _ trainer: Trainer
  ) throws {
    guard let table = tables["confusion.csv"] else { return }
    for result in evaluation.classResults(classes: classNames.count) {
      try table.append(epoch)
      try table.append(trainer.step)
      try table.append(part.rawValue)
      try ConfusionTable.append(result, classNames, to: table)
    }
  }

  public func didFinishEpoch(_ row: EpochMetrics, _ trainer: Trainer) throws {
    if let table = tables["metrics.csv"] { try TrainingTables.writeMetrics(row, to: table) }
    tables.mark()
    try keepBest(row, trainer)
    let every = description.checkpoint.every
    if every > 0 && row.epoch > 0 && row.epoch % every == 0 { try checkpoint(trainer) }
  }

  private func keepBest(_ row: EpochMetrics, _ trainer: Trainer) throws {
    guard let name = bestMetric, let value = row[name],
      EpochMetrics.isBetter(name, value, than: best)
    else { return }
    best = value
    bestEpoch = row.epoch
    try trainer.parameters.safetensors(
      as: precision, metadata: ["epoch": String(row.epoch), name: String(value)]
    ).write(to: "\(checkpoints)/best.safetensors")
  }

  public func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) throws {
    try checkpoint(trainer)
    try trainer.parameters.safetensors(
      as: precision, metadata: ["epoch": String(trainer.epoch), "step": String(trainer.step)]
    ).write(to: folder.file("parameters.safetensors"))
    try tables.close()
  }

  /// Saves what there is after an error: the tables, and the state before the update that failed,
  /// which a replay or a resumed training goes on from.
  public func save(_ trainer: Trainer, after error: any Error) {
    try? tables.flush()
    if error is TrainingError { try? checkpoint(trainer) }
  }

  private func checkpoint(_ trainer: Trainer) throws {
    // What the checkpoint counts must be on the disk before it is.
    try tables.synchronize()
    let state = trainer.state
    try Checkpoint(state: state, tableLengths: tables.lengths)
      .write(to: "\(checkpoints)/\(Checkpoint.fileName(of: state.progress))")
    Checkpoint.removeOld(in: checkpoints, keeping: description.checkpoint.keep)
    lastCheckpoint = .now
  }
}
