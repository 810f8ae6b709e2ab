internal import Dynamics
internal import Foundation
internal import Integration
public import Learning

/// Writes down a training as it goes: metrics.csv, unsettled.csv, checkpoints, the best parameters.
public final class TrainingRecorder: TrainingHook {
  private let folder: RunFolder
  private let checkpoints: String
  private let description: LearningDescription
  private let precision: Precision
  private let metrics: CSVWriter
  private let unsettled: CSVWriter
  private var lastCheckpoint = ContinuousClock.now
  private var best = Double.nan
  /// The epoch of the best value so far of the metric that `learning.checkpoint.best` names.
  public private(set) var bestEpoch: Int?

  /// The columns of unsettled.csv.
  private static let unsettledColumns = [
    "epoch", "step", "sample", "phase", "outcome", "residual", "worst_component",
  ]

  /// Begins the files of a new run.
  public init(_ folder: RunFolder, _ experiment: Experiment, overwrite: Bool) throws {
    self.folder = folder
    description = experiment.model.learning ?? LearningDescription()
    precision = experiment.precision
    checkpoints = try folder.makeFolder("checkpoints")
    // What an earlier run left would be taken for this one's: its checkpoints above all.
    if overwrite {
      Checkpoint.removeAll(in: checkpoints)
      for name in ["parameters.safetensors", "summary.json"] {
        try? FileManager.default.removeItem(atPath: folder.file(name))
      }
    }
    metrics = try CSVWriter(folder.file("metrics.csv"), overwrite: overwrite)
    try metrics.appendRow(EpochMetrics.columns)
    unsettled = try CSVWriter(folder.file("unsettled.csv"), overwrite: overwrite)
    try unsettled.appendRow(Self.unsettledColumns)
  }

  /// Goes on with the files of a run as they were at a checkpoint.
  public init(resuming folder: RunFolder, _ experiment: Experiment, at checkpoint: Checkpoint)
    throws
  {
    self.folder = folder
    description = experiment.model.learning ?? LearningDescription()
    precision = experiment.precision
    checkpoints = try folder.makeFolder("checkpoints")
    metrics = try CSVWriter(
      resuming: folder.file("metrics.csv"), at: checkpoint.metricsBytes)
    unsettled = try CSVWriter(
      resuming: folder.file("unsettled.csv"), at: checkpoint.unsettledBytes)
    try recallBest(checkpoint)
  }

  /// The best value so far stands in the metrics that were written.
  private func recallBest(_ checkpoint: Checkpoint) throws {
    guard let name = description.checkpoint.best else { return }
    let reader = try CSVReader(folder.file("metrics.csv"))
    guard let column = reader.header.firstIndex(of: name),
      let epochs = reader.header.firstIndex(of: "epoch")
    else { return }
    var record = CSVRecord()
    while try reader.next(&record) {
      guard let value = record.number(column), let epoch = record.number(epochs),
        EpochMetrics.isBetter(name, value, than: best)
      else { continue }
      best = value
      bestEpoch = Int(epoch)
    }
  }

  public func trainingWillStart(_ trainer: Trainer) throws {
    if trainer.step == 0 { try checkpoint(trainer) }
  }

  public func didSettle(_ batch: BatchSummary, _ trainer: Trainer) throws {
    for sample in batch.unsettled {
      try unsettled.append(batch.epoch)
      try unsettled.append(batch.step)
      try unsettled.append(sample.sample)
      try unsettled.append(sample.phase.name)
      try unsettled.append(sample.outcome.rawValue)
      try unsettled.append(sample.residual)
      try unsettled.append(sample.worstComponent)
      try unsettled.endRow()
    }
  }

  public func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) throws {
    let minutes = description.checkpoint.minutes
    if minutes > 0, (ContinuousClock.now - lastCheckpoint) / .seconds(60) > minutes {
      try checkpoint(trainer)
    }
  }

  public func didFinishEpoch(_ row: EpochMetrics, _ trainer: Trainer) throws {
    for (name, value) in row.values {
      if EpochMetrics.counts.contains(name) {
        try metrics.append(Int(value))
      } else {
        try metrics.append(value)
      }
    }
    try metrics.endRow()
    try metrics.flush()
    try keepBest(row, trainer)
    let every = description.checkpoint.every
    if every > 0 && row.epoch > 0 && row.epoch % every == 0 { try checkpoint(trainer) }
  }

  private func keepBest(_ row: EpochMetrics, _ trainer: Trainer) throws {
    guard let name = description.checkpoint.best, let value = row[name],
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
    try metrics.close()
    try unsettled.close()
  }

  /// Writes out what is still in memory, after an error.
  public func flush() {
    try? metrics.flush()
    try? unsettled.flush()
  }

  private func checkpoint(_ trainer: Trainer) throws {
    // What the checkpoint counts must be on the disk before it is.
    try metrics.synchronize()
    try unsettled.synchronize()
    let state = trainer.state
    try Checkpoint(
      state: state, metricsBytes: metrics.byteCount, unsettledBytes: unsettled.byteCount
    ).write(to: "\(checkpoints)/\(Checkpoint.fileName(of: state.progress))")
    Checkpoint.removeOld(in: checkpoints, keeping: description.checkpoint.keep)
    lastCheckpoint = .now
  }
}
