/// How parameters change.
public struct LearningDescription: Sendable, Equatable {
  public struct Rule: Sendable, Equatable {
    public enum Modulation: String, Sendable, CaseIterable {
      case none
      /// ψ times σ′(φ\*) (SCIENCE.md 2.2, Eq. 136).
      case slope
    }

    /// The energy whose slope equilibrium propagation compares.
    public enum Energy: String, Sendable, CaseIterable {
      case quadratic, hopfield
    }

    public enum Difference: String, Sendable, CaseIterable {
      case rate, voltage
    }

    /// What finite differences differentiate.
    public enum Objective: String, Sendable, CaseIterable {
      case loss, energy
    }

    /// Looked up in the registry of rules.
    public var kind = "least-control"
    public var modulation = Modulation.none
    /// A rule of the file's own, as an expression; nil unless `kind` is `local`.
    public var local: String?
    /// The third factors that the expression reads.
    public var third: [String] = []
    /// Options of a rule that a program has registered, by name.
    public var options: [String: Double] = [:]
    /// β of equilibrium propagation, and of the nudged phase of an expression; not 0.
    public var beta = 0.1
    /// Whether equilibrium propagation compares ±β.
    public var symmetric = false
    public var energy = Energy.quadratic
    /// ρ of predictive coding; β = ρ/(1 − ρ).
    public var precision = 1.0
    /// λ of deep feedback control; nil: the strong variant.
    public var nudging: Double? = 0.1
    public var difference = Difference.rate
    public var objective = Objective.loss

    public init() {}
  }

  public struct FeedbackRule: Sendable, Equatable {
    /// Looked up in the registry of feedback rules; `none` leaves feedback weights alone.
    public var kind = "none"
    public var tau = 1.0e5
    public var decay = 0.01

    public init() {}
  }

  /// Weights that move inside the dynamics.
  public struct Continuous: Sendable, Equatable {
    public var tau = 100.0
    public var decay = 0.0

    public init() {}
  }

  public struct Optimizer: Sendable, Equatable {
    /// Looked up in the registry of optimizers.
    public var kind = "adam"
    public var rate = 1.0e-3
    public var momentum = 0.0
    /// Two numbers.
    public var betas = [0.9, 0.999]
    public var epsilon = 1.0e-8
    public var weightDecay = 0.0
    public var decoupled = false
    /// Largest norm of all gradients of an update; nil: no clipping.
    public var clip: Double?

    public init() {}
  }

  public struct Schedule: Sendable, Equatable {
    /// Looked up in the registry of schedules.
    public var kind = "constant"
    /// Fraction of the rate at the end; with `plateau` the least.
    public var final = 0.1
    /// Updates over which the rate rises from 0.
    public var warmup = 0
    /// With `steps`: epochs after which the rate falls.
    public var milestones: [Int] = []
    /// With `steps`: epochs from one fall of the rate to the next; nil: not by this.
    public var every: Int?
    /// What the rate is multiplied by at each fall.
    public var factor = 0.1
    /// With `plateau`: the metric that is watched.
    public var metric = "validation_loss"
    /// With `plateau`: evaluations without improvement before the rate falls.
    public var patience = 5

    /// Whether the epochs in which the rate falls are given.
    public var hasMilestones: Bool { kind == "steps" && (!milestones.isEmpty || every != nil) }

    public init() {}
  }

  /// What a row of metrics is written for.
  public enum Metrics: String, Sendable, CaseIterable {
    case epoch
    /// For each epoch, and in a table of its own for each update.
    case step
  }

  public enum LastBatch: String, Sendable, CaseIterable {
    case keep, drop
  }

  public struct Evaluate: Sendable, Equatable {
    /// Epochs between evaluations; 0: never.
    public var every = 1
    public var trainFraction = 0.1
    public var confusion = false

    public init() {}
  }

  public struct Audit: Sendable, Equatable {
    /// Updates between audits; 0: never.
    public var every = 0
    public var samples = 8

    public init() {}
  }

  public struct Watch: Sendable, Equatable {
    /// Updates between looks; 0: never.
    public var every = 0
    public var samples = 8

    public init() {}
  }

  public struct Stop: Sendable, Equatable {
    public var metric = "validation_loss"
    /// Evaluations without improvement; nil: never stops for that.
    public var patience: Int?
    /// Value that ends training; nil: none.
    public var target: Double?

    public init() {}
  }

  public struct Checkpoint: Sendable, Equatable {
    /// Epochs between checkpoints; 0: none by epoch.
    public var every = 1
    public var minutes = 10.0
    public var keep = 2
    /// Metric of the parameters that are kept besides, not of the test set; nil: none.
    /// `validation_accuracy` stands for `validation_loss` where there are no labels.
    public var best: String? = "validation_accuracy"

    public init() {}
  }

  public var rule = Rule()
  public var feedbackRule = FeedbackRule()
  /// Nil: weights change between equilibria.
  public var continuous: Continuous?
  public var optimizer = Optimizer()
  public var schedule = Schedule()
  public var epochs = 30
  public var batch = 64
  public var lastBatch = LastBatch.keep
  public var evaluate = Evaluate()
  public var metrics = Metrics.epoch
  public var audit = Audit()
  public var watch = Watch()
  public var stop = Stop()
  /// Fraction of unsettled samples beyond which training fails.
  public var maxUnsettled = 0.5
  public var checkpoint = Checkpoint()

  public init() {}
}
