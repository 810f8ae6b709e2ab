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
    let learning = run.experiment.model.learning ?? LearningDescription()
    if learning.audit.every > 0 {
      trainer.hooks.append(
        try AuditRecorder(scratch, run.experiment, trainer, overwrite: true, threads: threads))
    }
    let watch =
      learning.watch.every > 0
      ? try WatchRecorder(
        scratch, run.experiment, trainer, overwrite: true, threads: threads, warn: { _ in }) : nil
    if let watch { trainer.hooks.append(watch) }
    let health = HealthRecorder(scratch, run.experiment, command: manifest.command)
    trainer.hooks += [recorder, health]
    var status = Manifest.Status.failed
    func summarize(
      _ end: TrainingEnd?, _ error: TrainingError?, last: EpochMetrics? = nil
    ) throws {
      let warnings = (watch?.warnings ?? []).map(TrainingWarning.init) + health.warnings
      let failure = try TrainingFailure(
        end, error, trainer, run.experiment, scratch, health, command: manifest.command,
        isCancelled: isCancelled)
      let summary = TrainingSummary(
        run.experiment, scratch, trainer, end, bestEpoch: recorder.bestEpoch, seconds: 0,
        warnings: warnings.sorted { $0.step < $1.step }, last: last, failure: failure)
      try AtomicFile.write(summary.json.encoded(), to: scratch.file("summary.json"))
    }
    do {
      let end = try trainer.run(limits: .init(updates: limit), isCancelled: isCancelled)
      if end == .interrupted { throw CancellationError() }
      status = end.status
      try summarize(
        end, nil,
        last: isEvaluatedAtEnd(folder, trainer, end)
          ? try trainer.currentMetrics(isCancelled: isCancelled) : nil)
    } catch let error as TrainingError {
      recorder.save(trainer, after: error)
      try summarize(nil, error)
      if manifest.note != error.description {
        add(Difference("manifest.json", "note", manifest.note ?? "none", error.description))
      }
    }
    if limit != nil { stopped(at: trainer.step) }
    try compare(
      folder, scratch, manifest, isPartial: isPartial, status: limit == nil ? status : nil,
      checkpoint: String(last.split(separator: "/").last ?? ""), step: limit ?? end.step)
  }

  /// Whether the run was evaluated where a limit ended it: its summary then is of later than its last row.
  private func isEvaluatedAtEnd(
    _ folder: RunFolder, _ trainer: Trainer, _ end: TrainingEnd
  ) -> Bool {
    guard case .limited = end,
      let summary = try? JSONValue.read(folder.file("summary.json"))
    else { return false }
    return summary["step"]?.integerValue == trainer.step
      && trainer.metrics.last.map { $0.step != trainer.step } ?? false
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
    for name in tables + ["watch.csv"] {
      try compareTable(name, folder, scratch, through: isPartial ? step : nil)
    }
    guard !isPartial else {
      note(
        "parameters, checkpoints and summary.json are of the end of the run, and are compared only "
          + "without --max-updates")
      return
    }
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
    } else {
      // How a limit or a signal ended the run is no result of its.
      try compareJSON("summary.json", folder, scratch, ignoring: ["status", "note"])
    }
  }
}
