internal import Dynamics
internal import Foundation
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

  /// - Parameter resumed: the number of updates of the checkpoint that the training goes on from; nil
  ///   where it begins. What was written of later updates is cut off and written again.
  public init(
    _ folder: RunFolder, _ experiment: Experiment, _ trainer: Trainer, resuming resumed: Int? = nil,
    overwrite: Bool, threads: Int
  ) throws {
    let learning = experiment.model.learning ?? LearningDescription()
    every = learning.audit.every
    seed = experiment.model.seed
    do {
      audit = try Audit(
        trainer.network, controller: trainer.controller, rules: trainer.rules,
        constraints: trainer.constraints, settling: experiment.settlingOptions, threads: threads)
    } catch TrainingError.invalid(let reason) {
      throw experiment.file.error(at: "learning.audit.every", reason)
    }
    samples = try trainer.data.samples(
      Array(0..<min(learning.audit.samples, trainer.data.count)))
    func table(_ name: String, _ columns: [String]) throws -> CSVWriter {
      let path = folder.file(name)
      // A run that went on by another model may have had no audits before.
      if let resumed, FileManager.default.fileExists(atPath: path) {
        return try CSVWriter(
          resuming: path, at: Self.length(of: path, through: resumed))
      }
      let writer = try CSVWriter(path, overwrite: overwrite)
      try writer.appendRow(columns)
      return writer
    }
    gradients = try table("audit.csv", Self.columns)
    control = try table("audit-control.csv", ["epoch", "step", "settled"] + ControlReport.columns)
  }

  /// The bytes of a table up to the last whole row of that update or an earlier one.
  private static func length(of path: String, through step: Int) throws -> Int {
    let bytes = try FileBytes.read(path)
    var end = 0
    var start = 0
    while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if start > 0 {
        let fields = bytes[start..<newline].split(
          separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count > 1, let own = Int(String(decoding: fields[1], as: UTF8.self)),
          own <= step
        else { break }
      }
      start = newline + 1
      end = start
    }
    return end
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
