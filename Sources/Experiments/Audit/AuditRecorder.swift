internal import Dynamics
public import Learning

/// Audits a training as it goes: audit.csv and audit-control.csv, every so many updates on the same
/// training samples.
///
/// An audit looks at the parameters after an update, and at those that the training begins with. It
/// changes nothing: the bits of the training are the same without it.
public final class AuditRecorder: TrainingHook {
  private let audit: Audit
  private let samples: Samples
  private let every: Int
  private let seed: UInt64
  private let gradients: CSVWriter
  private let control: CSVWriter

  /// The columns of audit.csv. In the rows of all parameters together, `parameter` is `all`.
  public static let columns = [
    "epoch", "step", "parameter", "reference", "samples", "cosine", "norm_ratio",
    "sign_agreement", "relative_error", "local",
  ]

  /// - Parameters:
  ///   - folder: where the run lies.
  ///   - experiment: the model, made into things that run.
  ///   - trainer: what trains.
  ///   - resumed: the number of updates of the checkpoint that the training goes on from; nil
  ///     where it begins. What was written of later updates is cut off and written again.
  ///   - overwrite: whether what is there may be replaced.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  public init(
    _ folder: RunFolder, _ experiment: Experiment, _ trainer: Trainer, resuming resumed: Int? = nil,
    overwrite: Bool, threads: Int
  ) throws {
    let learning = experiment.model.learning ?? LearningDescription()
    every = learning.audit.every
    seed = experiment.model.seed
    do {
      // What learns from noise are feedback weights, which have no gradient to be compared with.
      audit = try Audit(
        trainer.network, controller: trainer.controller,
        rules: trainer.rules.filter { !$0.phases.contains(.noisy) },
        constraints: trainer.constraints, settling: experiment.settlingOptions, threads: threads)
    } catch TrainingError.invalid(let reason) {
      throw experiment.file.error(at: "learning.audit.every", reason)
    }
    samples = try trainer.data.samples(
      Array(0..<min(learning.audit.samples, trainer.data.count)))
    func table(_ name: String, _ columns: [String]) throws -> CSVWriter {
      try StepTable.open(name, columns, in: folder, resuming: resumed, overwrite: overwrite)
    }
    gradients = try table("audit.csv", Self.columns)
    control = try table("audit-control.csv", ["epoch", "step", "settled"] + ControlReport.columns)
  }

  public func trainingWillStart(_ trainer: Trainer) throws {
    if trainer.step == 0 { try report(trainer, epoch: 0) }
  }

  public func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) throws {
    if update.step % every == 0 { try report(trainer, epoch: update.epoch) }
  }

  public func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) throws {
    try gradients.close()
    try control.close()
  }

  private func report(_ trainer: Trainer, epoch: Int) throws {
    let report = try audit.report(on: samples, parameters: trainer.parameters, seed: seed)
    for row in report.rows {
      try gradients.append(epoch)
      try gradients.append(trainer.step)
      try gradients.append(row.parameter ?? "all")
      try gradients.append(
        row.reference == .augmentedEnergy && report.leak == 0
          ? "control-energy" : row.reference.rawValue)
      try gradients.append(row.samples)
      for value in [row.cosine, row.normRatio, row.signAgreement, row.relativeError] {
        try gradients.append(value)
      }
      let own = report.locality.filter { row.parameter == nil || $0.parameter == row.parameter }
      try gradients.append(own.isEmpty ? "" : own.allSatisfy(\.isLocal) ? "1" : "0")
      try gradients.endRow()
    }
    if let values = report.control {
      try control.append(epoch)
      try control.append(trainer.step)
      try control.append(report.settled)
      for (name, value) in zip(ControlReport.columns, values.values) {
        if ControlReport.counts.contains(name) {
          try control.append(Int(value))
        } else {
          try control.append(value)
        }
      }
      try control.endRow()
    }
    // A checkpoint of this update must not be on the disk before its audit is.
    try gradients.synchronize()
    try control.synchronize()
  }
}
