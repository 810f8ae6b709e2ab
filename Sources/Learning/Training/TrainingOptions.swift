/// How a training goes over its data.
public struct TrainingOptions: Sendable, Equatable {
  /// What happens with samples that do not settle.
  public enum UnsettledPolicy: String, Sendable, CaseIterable {
    /// They are left out of the update, counted and reported.
    case exclude
    /// The training ends with an error.
    case fail
    /// The rule gets their last iterate, with the certificate that says so. One that is not finite is
    /// left out all the same.
    case keep
  }

  /// Whether equilibria that the descent found may be learned from.
  public enum DescentPolicy: String, Sendable, CaseIterable {
    /// Learned from, as any other.
    case learn
    /// Left out of the update.
    case exclude
  }

  /// Where a training sample starts that has settled under control before.
  public enum WarmStart: String, Sendable, CaseIterable {
    /// With the u that it had, and all else at zero, where evaluations start: the network finds its way anew.
    case control
    /// With its φ, ψ and u: on the branch on which it was.
    case equilibrium
  }

  /// Ends a training early.
  public struct Stop: Sendable, Equatable {
    /// A name of ``EpochMetrics/columns``, not of the test set.
    public var metric: String
    /// Evaluations without improvement after which to stop; nil: never for that.
    public var patience: Int?
    /// A value that is good enough; nil: none is.
    public var target: Double?

    /// From its parts.
    public init(metric: String, patience: Int? = nil, target: Double? = nil) {
      self.metric = metric
      self.patience = patience
      self.target = target
    }
  }

  /// Lowers the rate whenever a metric has not improved for a while, beside what the schedule does.
  public struct Plateau: Sendable, Equatable {
    /// A name of ``EpochMetrics/columns``, not of the test set.
    public var metric: String
    /// Evaluations without improvement after which the rate falls.
    public var patience: Int
    /// What the rate is multiplied by.
    public var factor: Double
    /// The fraction of the first rate below which it does not fall.
    public var least: Double

    /// From its parts.
    public init(metric: String, patience: Int = 5, factor: Double = 0.1, least: Double = 1e-3) {
      self.metric = metric
      self.patience = patience
      self.factor = factor
      self.least = least
    }
  }

  /// Passes over the training samples.
  public var epochs = 30
  /// Samples in an update.
  public var batchSize = 64
  /// Whether a last batch that is short is used; else it is dropped.
  public var keepsLastBatch = true
  /// Of the streams `shuffle` and `train-evaluation`.
  public var seed: UInt64 = 1
  /// Of the streams `noise.<update>.<sample>`; nil: ``seed``.
  public var noiseSeed: UInt64?
  /// Whether samples come in another order each epoch.
  public var shuffles = true
  /// Learning rate, before the schedule.
  public var rate = 1e-3
  /// The largest norm of all changes of an update together, before the optimizer; nil: any.
  public var clip: Double?
  /// What becomes of samples that do not settle.
  public var unsettled = UnsettledPolicy.exclude
  /// What becomes of samples that only the descent settles.
  public var byDescent = DescentPolicy.learn
  /// What a sample keeps of its controlled equilibrium as its next start. Without, and where it has none
  /// that may be learned from, it starts at zero.
  public var warmStart: WarmStart?
  /// The fraction of an epoch's samples that may fail to settle before the training ends.
  public var maximumUnsettled = 0.5
  /// Epochs between evaluations, the last epoch being evaluated too; 0: never.
  public var evaluatesEvery = 1
  /// The fraction of the training samples that is evaluated: always the same ones.
  public var trainFraction = 0.1
  /// When to stop early; nil: never.
  public var stop: Stop?
  /// When to lower the rate by a metric; nil: never.
  public var plateau: Plateau?

  /// With nothing to set.
  public init() {}
}
