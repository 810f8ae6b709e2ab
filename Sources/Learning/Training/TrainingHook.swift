/// What became of the samples of one batch.
public struct BatchSummary: Sendable, Equatable {
  /// Counted from 1; the epoch that the batch belongs to.
  public var epoch: Int
  /// Counted from 1; the update that the batch is for.
  public var step: Int
  /// Samples in the batch.
  public var samples: Int
  /// Those at equilibrium.
  public var settled: Int
  /// Those that the rule may learn from.
  public var used: Int
  /// Those of ``settled`` that only descent found.
  public var byDescent: Int
  /// In the order of the batch.
  public var unsettled: [UnsettledSample]
  /// Means over the samples used; NaN without any.
  public var controlledLoss: Double
  /// Mean of H = ½‖ψ‖² over the samples used; NaN without any.
  public var controlEnergy: Double
  /// Evaluations of the field.
  public var evaluations: EvaluationCounts
  /// Seconds that settling took.
  public var settleSeconds: Double
}

/// A part of the data, as evaluations have them.
public enum DataPart: String, Sendable, CaseIterable {
  /// What is learned from.
  case train
  /// What decides when to stop.
  case validation
  /// What decides nothing.
  case test
}

/// What an update did.
public struct UpdateSummary: Sendable, Equatable {
  /// Counted from 1; the epoch that it belongs to.
  public var epoch: Int
  /// Counted from 1.
  public var step: Int
  /// The learning rate that was used.
  public var rate: Double
  /// The norm of all changes before clipping.
  public var gradientNorm: Double
  /// Whether ``TrainingOptions/clip`` shortened them.
  public var wasClipped: Bool

  package init(epoch: Int, step: Int, rate: Double, gradientNorm: Double, wasClipped: Bool) {
    self.epoch = epoch
    self.step = step
    self.rate = rate
    self.gradientNorm = gradientNorm
    self.wasClipped = wasClipped
  }
}

/// Is called at named moments of a training, on the thread that trains: for metrics, checkpoints,
/// progress and early stops.
///
/// A hook may read the trainer, ``Trainer/state`` included, but must not change it or run it. What a
/// hook throws ends the training.
public protocol TrainingHook: AnyObject {
  /// Before anything else, also of a training that goes on.
  func trainingWillStart(_ trainer: Trainer) throws
  /// Once all samples of a batch have settled, or not, and before its update.
  func didSettle(_ batch: BatchSummary, _ trainer: Trainer) throws
  /// After the parameters have changed.
  func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) throws
  /// After each batch, whether or not it had a sample to learn from: only now is ``Trainer/state`` that
  /// after the update.
  func didFinishStep(_ batch: BatchSummary, _ update: UpdateSummary?, _ trainer: Trainer) throws
  /// After each evaluation of a part of the data.
  ///
  /// - Parameters:
  ///   - part: of the data.
  ///   - evaluation: what came out.
  ///   - epoch: complete epochs, the one that is being finished included.
  ///   - trainer: what trains.
  func didEvaluate(_ part: DataPart, _ evaluation: Evaluation, epoch: Int, _ trainer: Trainer)
    throws
  /// After each epoch, and with row 0 before the first.
  func didFinishEpoch(_ metrics: EpochMetrics, _ trainer: Trainer) throws
  /// Asked after each epoch: why the training should end, or nil.
  func reasonToStop() -> String?
  /// At the end, unless it ended in an error.
  func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) throws
}

extension TrainingHook {
  public func trainingWillStart(_ trainer: Trainer) throws {}
  public func didSettle(_ batch: BatchSummary, _ trainer: Trainer) throws {}
  public func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) throws {}
  public func didFinishStep(
    _ batch: BatchSummary, _ update: UpdateSummary?, _ trainer: Trainer
  ) throws {}
  public func didEvaluate(
    _ part: DataPart, _ evaluation: Evaluation, epoch: Int, _ trainer: Trainer
  ) throws {}
  public func didFinishEpoch(_ metrics: EpochMetrics, _ trainer: Trainer) throws {}
  public func reasonToStop() -> String? { nil }
  public func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) throws {}
}

/// How a training ended.
public enum TrainingEnd: Sendable, Equatable {
  /// After all epochs.
  case finished
  /// Between two batches or in an evaluation, as asked; its state goes on from there.
  case interrupted
  /// Between two batches, because of ``TrainingLimits``; likewise.
  case limited(reason: String)
  /// After an epoch, because a hook or ``TrainingOptions/Stop`` said so.
  case stopped(reason: String)
  /// In an epoch of whose samples more than allowed did not settle: so many of those that were learned from
  /// until then.
  case tooManyUnsettled(Int, of: Int, epoch: Int)
}
