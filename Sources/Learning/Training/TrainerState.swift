public import LinearAlgebra

/// All that a training needs to go on to the same bits: numbers that a text file keeps exactly, arrays
/// of doubles, and with a warm start the equilibria of all samples.
public struct TrainerState: Sendable, Equatable {
  /// One array, as a file holds it. Two are equal if they have the same bits, NaN included.
  public struct Array: Sendable, Equatable {
    /// Row-major.
    public var shape: [Int]
    /// The numbers, row by row.
    public var values: ContiguousArray<Double>

    /// From its parts.
    public init(shape: [Int], values: ContiguousArray<Double>) {
      // Beside an axis without length, the others may multiply to more than an integer.
      let count = shape.contains(0) ? 0 : shape.reduce(1, *)
      precondition(count == values.count, "\(values.count) values for \(shape)")
      self.shape = shape
      self.values = values
    }

    public static func == (a: Array, b: Array) -> Bool {
      a.shape == b.shape && a.values.elementsEqual(b.values) { $0.bitPattern == $1.bitPattern }
    }
  }

  /// What is not an array: integers and text only.
  public struct Progress: Sendable, Equatable, Codable {
    /// Epochs that are complete.
    public var epoch = 0
    /// Batches of the epoch at hand that are done.
    public var batch = 0
    /// Updates so far.
    public var step = 0
    /// Whether row 0 of the metrics has been made.
    public var hasStarted = false
    /// The stream `shuffle` as it was before the epoch at hand was shuffled.
    public var shuffle: RandomStream
    /// Steps of the optimizer.
    public var optimizerSteps = 0
    /// Evaluations of the field for all updates so far; nil in checkpoints of earlier versions.
    public var evaluations: Int? = 0
    /// Evaluations since the watched metric last improved.
    public var evaluationsWithoutImprovement = 0
    /// Likewise of the metric of ``TrainingOptions/Plateau``, or since the rate last fell.
    public var evaluationsOnPlateau = 0
    /// Counts of the epoch at hand.
    public var samples = 0
    /// Samples of the epoch that entered updates.
    public var used = 0
    /// Samples of the epoch that settled.
    public var settled = 0
    /// Those of them that only the descent settled.
    public var byDescent = 0
    /// Samples of the epoch that did not settle.
    public var unsettled = 0
    /// Updates of the epoch.
    public var updates = 0
    /// What the training was made for; a state fits only the same.
    public var dataCount = 0
    /// Samples in an update.
    public var batchSize = 0
    /// Whether a last batch that is short is used.
    public var keepsLastBatch = true
    /// Whether samples are shuffled.
    public var shuffles = true
    /// Epochs that schedules count on.
    public var plannedEpochs = 0
    /// The name of the optimizer.
    public var optimizer = ""

    /// Whether the counts are such as a training can have: not negative, and so far from the largest integer
    /// that going on never gets there.
    var hasPlausibleCounts: Bool {
      [
        epoch, batch, step, optimizerSteps, evaluations ?? 0, evaluationsWithoutImprovement,
        evaluationsOnPlateau, samples, used, settled, byDescent, unsettled, updates,
      ].allSatisfy { (0...1 << 53).contains($0) }
    }
  }

  /// Counters and streams.
  public var progress: Progress
  /// By name:
  /// - `parameter.<name>`
  /// - `optimizer.<slot>.<name of the parameter>`
  /// - `memory.<rule's place>.<its own name>`
  /// - `progress`: sums of the epoch at hand and the best values of the watched metrics
  /// - `evaluations`: how often the epoch's samples took which number of evaluations, [n × 2]
  public var arrays: [String: Array]
  /// With a warm start only.
  public var equilibria: EquilibriumMemory?

  /// From its parts.
  public init(
    progress: Progress, arrays: [String: Array], equilibria: EquilibriumMemory? = nil
  ) {
    self.progress = progress
    self.arrays = arrays
    self.equilibria = equilibria
  }

  /// Seconds that the epoch at hand has taken so far. Not reproducible.
  public var secondsOfEpoch: Double {
    var sums = EpochSums()
    guard let values = arrays["progress"]?.values, values.count == EpochSums.count else { return 0 }
    sums.values = values
    return sums.seconds
  }

  /// The parameters alone.
  public var parameters: [String: Array] {
    var result: [String: Array] = [:]
    for (name, array) in arrays where name.hasPrefix("parameter.") {
      result[String(name.dropFirst("parameter.".count))] = array
    }
    return result
  }
}
