internal import Foundation
internal import Learning

extension Verification {
  mutating func repeatTraining(
    _ folder: RunFolder, _ scratch: RunFolder, _ maximumUpdates: Int?, _ dataFolder: String?,
    _ registry: Registry, _ threads: Int, _ say: (String) -> Void,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let run = try StoredRun(folder, dataFolder: dataFolder, registry: registry)
    let manifest = run.manifest
    try checkModel(run)
    let trainer = try run.makeTrainerAtStart(threads: threads)
    // A run that a limit or a signal ended is repeated up to there.
    var limit = maximumUpdates
    let last = try Checkpoint.last(in: folder.file("checkpoints"))
    let end = try Checkpoint(reading: last).state.progress
    if manifest.status == .stopped || manifest.status == .interrupted {
      limit = min(limit ?? .max, end.step)
    }
    let isPartial = maximumUpdates.map { $0 < end.step } ?? false
    say("training again" + (limit.map { " up to update \($0)" } ?? ""))
    let recorder = try TrainingRecorder(scratch, run.experiment, run.data, overwrite: true)
    if let learning = run.experiment.model.learning, learning.audit.every > 0 {
      trainer.hooks.append(
        try AuditRecorder(scratch, run.experiment, trainer, overwrite: true, threads: threads))
    }
    trainer.hooks.append(recorder)
    var status = Manifest.Status.failed
    do {
      let end = try trainer.run(limits: .init(updates: limit), isCancelled: isCancelled)
      if end == .interrupted { throw CancellationError() }
      status = end.status
      let summary = TrainingSummary(
        run.experiment, scratch, trainer, end, bestEpoch: recorder.bestEpoch, seconds: 0)
      try AtomicFile.write(summary.json.encoded(), to: scratch.file("summary.json"))
    } catch let error as TrainingError {
      recorder.save(trainer, after: error)
      if manifest.note != error.description {
        add(Difference("manifest.json", "note", manifest.note ?? "none", error.description))
      }
    }
    if limit != nil { stopped(at: trainer.step) }
    try compare(
      folder, scratch, manifest, isPartial: isPartial, status: limit == nil ? status : nil,
      checkpoint: String(last.split(separator: "/").last ?? ""), step: limit ?? end.step)
  }

  /// The start, which the fingerprint of ``StoredRun`` has compared, once more by its full hash.
  private func checkModel(_ run: StoredRun) throws(InputError) {
    guard let recorded = run.manifest.hashes.model else { return }
    let path = run.folder.file("model.yaml")
    let found = try SHA256.hex(ofFile: path)
    if found != recorded {
      throw InputError(
        path, .whole,
        "is not the model that the run was made with (sha256 \(recorded), here \(found))",
        try: "restore it")
    }
  }

  private mutating func compare(
    _ folder: RunFolder, _ scratch: RunFolder, _ manifest: Manifest, isPartial: Bool,
    status: Manifest.Status?, checkpoint: String, step: Int
  ) throws {
    let tables = RunTables.names + ["audit.csv", "audit-control.csv"]
    for name in tables {
      try compareTable(name, folder, scratch, through: isPartial ? step : nil)
    }
    guard !isPartial else { return }
    try compareTensors("parameters.safetensors", folder, scratch)
    try compareTensors("checkpoints/best.safetensors", folder, scratch)
    // Sums of the epoch at hand have seconds among them.
    try compareTensors("checkpoints/\(checkpoint)", folder, scratch, ignoring: ["progress"])
    if let status {
      if status != manifest.status {
        add(
          Difference("manifest.json", "status", manifest.status.rawValue, status.rawValue))
      }
      try compareJSON("summary.json", folder, scratch)
    }
  }
}
