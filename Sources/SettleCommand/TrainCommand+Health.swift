import Dynamics
import Experiments
import Learning

extension TrainCommand {
  /// What tells of a training that diverges or stalls.
  func health(
    _ folder: RunFolder, _ experiment: Experiment, _ manifest: Manifest,
    start: ParameterSet? = nil, resumes: Bool = false
  ) -> HealthRecorder {
    let isQuiet = shared.quiet
    return HealthRecorder(
      folder, experiment, command: manifest.commandFromHere, start: start, resumes: resumes
    ) { if !isQuiet { Diagnostics.say($0.text) } }
  }

  /// Of the watch and of the training's own figures, by update.
  func warnings(of trainer: Trainer, _ health: HealthRecorder) -> [TrainingWarning] {
    let watched = trainer.hooks.lazy.compactMap { $0 as? WatchRecorder }.first?.warnings ?? []
    return (watched.map(TrainingWarning.init) + health.warnings).sorted { $0.step < $1.step }
  }

  /// What made the training fail, looked at on the sample that did not settle last; nil where nothing did.
  func failure(
    _ end: TrainingEnd?, _ error: TrainingError?, _ trainer: Trainer, _ experiment: Experiment,
    _ folder: RunFolder, _ health: HealthRecorder, _ manifest: Manifest
  ) -> TrainingFailure? {
    try? TrainingFailure(
      end, error, trainer, experiment, folder, health, command: manifest.commandFromHere,
      threads: shared.threadCount
    ) { Interruption.isRequested }
  }
}
