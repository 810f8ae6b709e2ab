import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Learning

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Lets a network learn from where it settles.",
    discussion: """
      Writes metrics.csv, parameters.safetensors, unsettled.csv, checkpoints, summary.json, model.yaml \
      and manifest.json, and with gnuplot figures. Interrupted by SIGINT or SIGTERM it saves and ends with 130, at a limit of time or \
      updates with 0; however it ended, --resume goes on to the same bits.

      Examples:
        settle train models/digits-rnn.yaml --output runs/digits
        settle train --resume runs/digits --time-limit 90m
      """)

  @Argument(help: "The model file; not with --resume.", completion: .model) var model: String?
  @OptionGroup var shared: SharedOptions

  @Option(help: "The folder of a run to go on with.", completion: .directory)
  var resume: String?

  @Option(help: "A safetensors file with the parameters to start from.", completion: .parameters)
  var parameters: String?

  @Option(help: "Save and end after so much time of this session, such as 90m, 2h, 1h30m.")
  var timeLimit: TimeLimit?

  @Option(help: "Save and end once the training, earlier sessions included, has so many updates.")
  var maxUpdates: Int?

  @Flag(
    inversion: .prefixedNo, help: "Draw learning curves and weights, where gnuplot is installed.")
  var figures = true

  @Option(
    help: "Likewise once its updates have taken so many evaluations of the field, over all samples."
  )
  var maxEvaluations: Int?

  @Flag(
    help: "Where a limit ends the training within an epoch, evaluate it there, for summary.json.")
  var evaluateAtEnd = false

  @Flag(help: "Time a few batches, say what the training will take, and write nothing.")
  var estimate = false

  func validate() throws {
    if let maxUpdates, maxUpdates < 0 {
      throw ValidationError("--max-updates is \(maxUpdates); give 0 or more")
    }
    if let maxEvaluations, maxEvaluations < 0 {
      throw ValidationError("--max-evaluations is \(maxEvaluations); give 0 or more")
    }
    guard (model == nil) != (resume == nil) else {
      throw ValidationError("give a model file, or --resume with the folder of a run")
    }
    if estimate && resume != nil {
      throw ValidationError("--estimate is for a training that begins; leave out --resume")
    }
    if resume != nil {
      guard shared.overrides.isEmpty, shared.seed == nil, parameters == nil,
        shared.output == nil
      else {
        throw ValidationError(
          "--resume goes on with the run's own model: --set, --seed, --parameters and --output "
            + "would change it")
      }
    }
    if shared.output == "-" { throw ValidationError("train writes a folder; --output - cannot be") }
  }

  func run() throws {
    if let resume {
      try goOn(resume)
    } else if let model {
      if estimate { try tell(model) } else { try begin(model) }
    }
  }

  /// Says what the training will take.
  private func tell(_ model: String) throws {
    let experiment = try shared.experiment(model)
    try experiment.file.requireForTraining()
    let data = try experiment.loadData(dataFolder: shared.dataDir)
    let start = try experiment.startingParameters(from: parameters)
    // Its own evaluations would take their time; a part of one is timed.
    var quick = shared
    quick.overrides.append("learning.evaluate.every=0")
    // What is seen only by evaluations cannot be asked for without them, and says nothing of the time of a batch.
    quick.overrides += [
      "learning.stop.patience=none", "learning.stop.target=none",
      "learning.schedule={kind: constant}",
    ]
    let trainer = try quick.experiment(model).makeTrainer(
      data, parameters: start, threads: shared.threadCount)
    Interruption.watch()
    let estimate = try TrainingEstimate(experiment, data, trainer) { Interruption.isRequested }
    if shared.json { try StandardOutput.write(estimate.json.encoded()) }
    if !shared.quiet { Diagnostics.say(estimate.text) }
  }

  private func begin(_ model: String) throws {
    let experiment = try shared.experiment(model)
    try experiment.file.requireForTraining()
    let data = try experiment.loadData(dataFolder: shared.dataDir)
    let start = try experiment.startingParameters(from: parameters)
    let trainer = try experiment.makeTrainer(data, parameters: start, threads: shared.threadCount)
    Interruption.watch()
    let folder = try RunFolder(
      shared.output, name: experiment.model.name, overwrite: shared.force)
    let lock = try RunLock(folder, overwrite: shared.force)
    defer { withExtendedLifetime(lock) {} }
    let text = ModelFile.resolvedYAML(experiment.model)
    var manifest = Manifest(
      command: CommandLine.arguments, experiment: experiment, threads: shared.threadCount,
      chunkSize: BatchSettler.chunkSize(for: experiment.network))
    manifest.dataFolder = shared.dataDir.map {
      URL(fileURLWithPath: $0).standardizedFileURL.path
    }
    manifest.parameters = parameters.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    manifest.modelFingerprint = Fingerprint.of(text)
    manifest.startFingerprint = Fingerprint.of(start)
    manifest.dataFingerprints = try experiment.fingerprints(of: data)
    if shared.force { StandardFigures.removeOld(in: folder) }
    manifest.hashes = try RunHashes(
      model: text, start: start,
      reading: experiment.files(
        dataFolder: shared.dataDir, parameters: parameters, readsData: true))
    try AtomicFile.write(text, to: folder.file("model.yaml"))
    try manifest.write(to: folder)
    let recorder = try TrainingRecorder(folder, experiment, data, overwrite: shared.force)
    try addAudits(to: trainer, experiment, folder, resuming: nil)
    try train(
      trainer, experiment, folder, recorder, health(folder, experiment, manifest), &manifest)
  }

  private func goOn(_ path: String) throws {
    let folder = try RunFolder(existing: path)
    let lock = try RunLock(folder)
    defer { withExtendedLifetime(lock) {} }
    let run = try StoredRun(
      folder, dataFolder: shared.dataDir, registry: SettleCommand.registry,
      allowingNewModel: shared.force)
    var manifest = run.manifest
    let checkpoint = try Checkpoint(reading: Checkpoint.last(in: folder.file("checkpoints")))
    let trainer = try run.makeTrainer(
      at: checkpoint, allowingNewPlan: shared.force, threads: shared.threadCount)
    if manifest.status == .done {
      if !shared.quiet { Diagnostics.say("\(path) is complete; there is nothing left to do") }
      if shared.json {
        try StandardOutput.write(JSONValue.read(folder.file("summary.json")).encoded())
      }
      return
    }
    Interruption.watch()
    manifest.status = .running
    manifest.hashes.outputs = []
    manifest.end = nil
    manifest.note = nil
    try manifest.write(to: folder)
    let recorder = try TrainingRecorder(
      folder, run.experiment, run.data, resuming: checkpoint)
    try addAudits(to: trainer, run.experiment, folder, resuming: trainer.step)
    let health = health(
      folder, run.experiment, manifest,
      start: try? run.experiment.startingParameters(from: manifest.parameters), resumes: true)
    try train(trainer, run.experiment, folder, recorder, health, &manifest)
  }

  /// Audits and the watch, where the model asks for them. They come before the recorder: a checkpoint must not know of
  /// an update whose audit or look is not written.
  ///
  /// - Parameter step: updates of the checkpoint that the training goes on from; nil where it begins.
  private func addAudits(
    to trainer: Trainer, _ experiment: Experiment, _ folder: RunFolder, resuming step: Int?
  ) throws {
    guard let learning = experiment.model.learning else { return }
    if learning.audit.every > 0 {
      trainer.hooks.append(
        try AuditRecorder(
          folder, experiment, trainer, resuming: step, overwrite: shared.force,
          threads: shared.threadCount))
    }
    if learning.watch.every > 0 {
      // Warnings are not progress: --quiet leaves them out of stderr, the files have them.
      let isQuiet = shared.quiet
      trainer.hooks.append(
        try WatchRecorder(
          folder, experiment, trainer, resuming: step, overwrite: shared.force,
          threads: shared.threadCount
        ) { if !isQuiet { Diagnostics.say("warning (update \($0.step)): \($0.message)") } })
    }
  }

  /// The metrics where a limit ended the training, if they are asked for; nil: those of the last epoch.
  /// An interruption meanwhile only leaves them out: everything is saved.
  private func metricsAtEnd(_ trainer: Trainer, _ end: TrainingEnd) throws -> EpochMetrics? {
    guard evaluateAtEnd, case .limited = end else { return nil }
    do {
      return try trainer.currentMetrics { Interruption.isRequested }
    } catch is CancellationError {
      return nil
    }
  }

  private func train(
    _ trainer: Trainer, _ experiment: Experiment, _ folder: RunFolder,
    _ recorder: TrainingRecorder, _ health: HealthRecorder, _ manifest: inout Manifest
  ) throws {
    trainer.hooks.append(recorder)
    trainer.hooks.append(health)
    if !shared.quiet { trainer.hooks.append(ProgressReporter()) }
    let clock = ContinuousClock()
    let start = clock.now
    let end: TrainingEnd
    let summary: TrainingSummary
    do {
      end = try trainer.run(
        limits: .init(
          time: timeLimit?.duration, updates: maxUpdates, evaluations: maxEvaluations)
      ) { Interruption.isRequested }
      let elapsed = (clock.now - start) / .seconds(1)
      manifest.end = Date()
      summary = TrainingSummary(
        experiment, folder, trainer, end, bestEpoch: recorder.bestEpoch, seconds: elapsed,
        warnings: warnings(of: trainer, health), last: try metricsAtEnd(trainer, end),
        failure: failure(end, nil, trainer, experiment, folder, health, manifest),
        replay: health.replay)
      try AtomicFile.write(summary.json.encoded(), to: folder.file("summary.json"))
    } catch {
      manifest.status = .failed
      manifest.end = Date()
      manifest.note = "\(error)"
      recorder.save(trainer, after: error)
      if let error = error as? TrainingError {
        let failure = failure(nil, error, trainer, experiment, folder, health, manifest)
        let summary = TrainingSummary(
          experiment, folder, trainer, nil, bestEpoch: recorder.bestEpoch,
          seconds: (clock.now - start) / .seconds(1), warnings: warnings(of: trainer, health),
          failure: failure)
        try? AtomicFile.write(summary.json.encoded(), to: folder.file("summary.json"))
        if let failure { Diagnostics.say(failure.text) }
        if shared.json { try? StandardOutput.write(summary.json.encoded()) }
      }
      try? manifest.write(to: folder)
      throw error
    }
    // Only once all of it is there.
    manifest.status = end.status
    manifest.note = end.note
    manifest.hashes.readOutputs(of: folder)
    try manifest.write(to: folder)
    if shared.json { try StandardOutput.write(summary.json.encoded()) }
    if !shared.quiet || end.status == .failed { Diagnostics.say(summary.text) }
    // Whoever interrupts does not want to wait, and the run will be resumed.
    if figures, end != .interrupted { StandardFigures.draw(in: folder, quiet: shared.quiet) }
    switch end {
    case .finished, .stopped: return
    case .limited:
      if !shared.quiet { Diagnostics.say("go on with: settle train --resume \(folder.path)") }
    case .interrupted:
      if !shared.quiet { Diagnostics.say("go on with: settle train --resume \(folder.path)") }
      throw ExitCode(130)
    case .tooManyUnsettled: throw ExitCode(1)
    }
  }
}
