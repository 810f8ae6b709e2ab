internal import Dynamics
internal import Learning

/// How a training with a change goes that one without it has failed.
enum TrainingTrial {
  /// It fails as well, sooner or later.
  case fails
  /// It goes beyond the update at which the other failed: to its end, or to where time was up.
  case goesOn(step: Int)
  /// Time was up before, or it cannot be tried.
  case unknown

  /// Trains.
  ///
  /// - Parameters:
  ///   - changed: the model with the change.
  ///   - start: the parameters that the other began with.
  ///   - failed: the other.
  ///   - step: the update at which it failed.
  ///   - threads: that chunks are shared among.
  ///   - patience: when time is up.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: `CancellationError`.
  init(
    of changed: Experiment, from start: ParameterSet, like failed: Trainer, beyond step: Int,
    threads: Int, within patience: Patience, isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    // Evaluations say nothing of whether samples settle in training; where a schedule needs them, they stay.
    let brief = (try? changed.setting(["learning.evaluate.every=0"])) ?? changed
    guard let train = (failed.data as? LabelledSamples)?.dataSet else {
      self = .unknown
      return
    }
    let data = DataSplits(
      train: train, validation: (failed.validation as? LabelledSamples)?.dataSet,
      test: (failed.test as? LabelledSamples)?.dataSet)
    guard let trial = try? brief.makeTrainer(data, parameters: start, threads: threads) else {
      self = .unknown
      return
    }
    do {
      switch try trial.run(isCancelled: { isCancelled() || patience.isOver }) {
      case .finished, .stopped, .limited: self = .goesOn(step: trial.step)
      case .tooManyUnsettled: self = .fails
      case .interrupted:
        if isCancelled() { throw CancellationError() }
        self = trial.step > step ? .goesOn(step: trial.step) : .unknown
      }
    } catch is TrainingError {
      self = .fails
    }
  }
}
