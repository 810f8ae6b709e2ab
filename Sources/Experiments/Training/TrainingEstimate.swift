internal import Dynamics
internal import Foundation
public import Learning

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a training will take, from a few of its batches. Nothing is written, and nothing that was there
/// changes.
public struct TrainingEstimate: Sendable {
  /// Batches that were timed, the first, which makes all workspaces, aside.
  public let batches: Int
  /// The quartiles of their seconds.
  public let quartiles: (low: Double, median: Double, high: Double)
  /// The mean over their samples.
  public let meanEvaluations: Double
  /// Of one evaluation of all that is evaluated; from a part of the samples.
  public let evaluationSeconds: Double
  /// Samples of one evaluation.
  public let evaluatedSamples: Int
  /// Updates of the whole training.
  public let updates: Int
  /// Epochs of the whole training.
  public let epochs: Int
  /// How often the data are evaluated, before the training included.
  public let evaluations: Int
  /// The largest memory of the process so far, in bytes.
  public let memory: Int
  /// What the folder of the run will hold, in bytes.
  public let disk: Int
  /// Of one checkpoint, in bytes.
  public let checkpoint: Int
  /// Whether the model asks for audits, whose time is not in the estimate.
  public let hasAudits: Bool

  /// The most batches and seconds that are spent.
  private static let mostBatches = 24
  private static let mostSeconds = 10.0
  private static let mostEvaluated = 256

  /// - Parameters:
  ///   - experiment: of the training.
  ///   - data: the samples.
  ///   - trainer: that nobody else uses, before its first update; without evaluations of its own.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: what a training throws, and `CancellationError`.
  public init(
    _ experiment: Experiment, _ data: DataSplits, _ trainer: Trainer,
    isCancelled: @Sendable () -> Bool = { false }
  ) throws {
    let learning = experiment.model.learning ?? LearningDescription()
    let timer = BatchTimer()
    trainer.hooks = [timer]
    epochs = learning.epochs
    updates = trainer.plannedUpdates
    let limit = min(Self.mostBatches, max(1, trainer.plannedUpdates))
    let end = try trainer.run(
      limits: .init(time: .seconds(Self.mostSeconds), updates: limit), isCancelled: isCancelled)
    if end == .interrupted { throw CancellationError() }
    let timed = timer.seconds.count > 2 ? Array(timer.seconds.dropFirst()) : timer.seconds
    batches = timed.count
    quartiles = Self.quartiles(timed)
    meanEvaluations = timer.evaluations.mean

    // What an evaluation looks at, in the proportions of the parts.
    let fraction = learning.evaluate.trainFraction
    let trained = min(data.train.count, Int((fraction * Double(data.train.count)).rounded(.up)))
    evaluatedSamples = trained + (data.validation?.count ?? 0) + (data.test?.count ?? 0)
    let every = learning.evaluate.every
    evaluations = every > 0 ? 1 + (learning.epochs + every - 1) / every : 0
    if evaluations > 0 && evaluatedSamples > 0 {
      let set = data.test ?? data.validation ?? data.train
      let rows = Array(0..<min(Self.mostEvaluated, set.count))
      let start = ContinuousClock.now
      _ = try trainer.evaluator.evaluate(
        experiment.trainingData(set), rows: rows, parameters: trainer.parameters,
        isCancelled: isCancelled)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      evaluationSeconds = seconds / Double(rows.count) * Double(evaluatedSamples)
    } else {
      evaluationSeconds = 0
    }
    memory = Self.peakMemory
    let state = trainer.state
    let arrays = state.arrays.values.reduce(0) { $0 + $1.values.count }
    var checkpoint = 8 * arrays + 4096
    if let equilibria = state.equilibria {
      let size = equilibria.precision == .single ? 4 : 8
      checkpoint += equilibria.samples * equilibria.width * size
    }
    self.checkpoint = checkpoint
    let parameters = trainer.parameters.scalarCount * (experiment.precision == .single ? 4 : 8)
    // While a checkpoint is written, the oldest is still there. The last and the best parameters; rows.
    disk =
      (learning.checkpoint.keep + 1) * checkpoint + 2 * (parameters + 1024)
      + 420 * (learning.epochs + 1) + (learning.metrics == .step ? 220 * trainer.plannedUpdates : 0)
      + 16384
    hasAudits = learning.audit.every > 0
  }

  /// Seconds of the whole training at the speed of a batch.
  private func total(_ batch: Double) -> Double {
    batch * Double(updates) + evaluationSeconds * Double(evaluations)
  }

  /// Seconds of the updates of an epoch, by the median batch.
  public var epochSeconds: Double {
    epochs > 0 ? quartiles.median * Double(updates) / Double(epochs) : 0
  }
  /// Seconds of the whole, by the median batch.
  public var totalSeconds: Double { total(quartiles.median) }
  /// At the speed of the faster and of the slower quarter of the batches.
  public var totalRange: (low: Double, high: Double) {
    (total(quartiles.low), total(quartiles.high))
  }

  private static func quartiles(_ values: [Double]) -> (low: Double, median: Double, high: Double) {
    let sorted = values.sorted()
    guard let last = sorted.last else { return (0, 0, 0) }
    func at(_ fraction: Double) -> Double {
      let place = fraction * Double(sorted.count - 1)
      let index = Int(place)
      guard index + 1 < sorted.count else { return last }
      return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }
    return (at(0.25), at(0.5), at(0.75))
  }

  /// The largest resident memory of this process so far, in bytes.
  static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return Int(usage.ru_maxrss) * 1024
    #else
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return Int(usage.ru_maxrss)
    #endif
  }
}

/// Times each batch.
private final class BatchTimer: TrainingHook {
  private(set) var seconds: [Double] = []
  private(set) var evaluations = EvaluationCounts()
  private var last = ContinuousClock.now

  func trainingWillStart(_ trainer: Trainer) { last = .now }

  func didFinishStep(_ batch: BatchSummary, _ update: UpdateSummary?, _ trainer: Trainer) {
    let now = ContinuousClock.now
    seconds.append((now - last) / .seconds(1))
    last = now
    evaluations.add(batch.evaluations)
  }
}
