/// How parameters change.
public struct LearningDescription: Sendable, Equatable {
  /// What a settled state says about the parameters.
  public struct Rule: Sendable, Equatable {
    /// What multiplies ψ.
    public enum Modulation: String, Sendable, CaseIterable {
      /// Nothing.
      case none
      /// ψ times σ′(φ\*) (SCIENCE.md 2.2, Eq. 136).
      case slope
    }

    /// The energy whose slope equilibrium propagation compares.
    public enum Energy: String, Sendable, CaseIterable {
      /// ½‖f‖².
      case quadratic
      /// That of symmetric weights.
      case hopfield
    }

    /// What is compared with and without control.
    public enum Difference: String, Sendable, CaseIterable {
      /// σ(φ).
      case rate
      /// φ.
      case voltage
    }

    /// What finite differences differentiate.
    public enum Objective: String, Sendable, CaseIterable {
      /// L of the free equilibrium.
      case loss
      /// F, augmented.
      case energy
    }

    /// Looked up in the registry of rules.
    public var kind = "least-control"
    /// Of `least-control`. `slope`: ψ is multiplied by σ′(φ) at equilibrium.
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
    /// Of `equilibrium-propagation`. `quadratic`: ½‖f‖²; `hopfield`: that of symmetric
    /// weights.
    public var energy = Energy.quadratic
    /// ρ of predictive coding; β = ρ/(1 − ρ).
    public var precision = 1.0
    /// λ of deep feedback control; nil: the strong variant.
    public var nudging: Double? = 0.1
    /// Of `deep-feedback-control`: with and without control, rates or voltages differ.
    public var difference = Difference.rate
    /// Of `finite-differences`: `loss` of the free equilibrium, or augmented `energy` F.
    public var objective = Objective.loss

    /// Every key at its default.
    public init() {}
  }

  /// How feedback weights learn.
  public struct FeedbackRule: Sendable, Equatable {
    /// Looked up in the registry of feedback rules; `none` leaves feedback weights alone.
    public var kind = "none"
    /// Its time constant, with `noise`.
    public var tau = 1.0e5
    /// Its decay, with `noise`.
    public var decay = 0.01

    /// Every key at its default.
    public init() {}
  }

  /// Weights that move inside the dynamics.
  public struct Continuous: Sendable, Equatable {
    /// Time constant τ_W.
    public var tau = 100.0
    /// γ of the weights.
    public var decay = 0.0

    /// Every key at its default.
    public init() {}
  }

  /// What turns directions into steps.
  public struct Optimizer: Sendable, Equatable {
    /// Looked up in the registry of optimizers.
    public var kind = "adam"
    /// Learning rate.
    public var rate = 1.0e-3
    /// Momentum.
    public var momentum = 0.0
    /// Two numbers.
    public var betas = [0.9, 0.999]
    /// Adam's ε.
    public var epsilon = 1.0e-8
    /// L2 penalty; with `decoupled` as in AdamW. Not a projection's `decay`.
    public var weightDecay = 0.0
    /// See `weight-decay`.
    public var decoupled = false
    /// Largest norm of all gradients of an update; nil: no clipping.
    public var clip: Double?

    /// Every key at its default.
    public init() {}
  }

  /// The rate over the updates.
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

    /// Every key at its default.
    public init() {}
  }

  /// What a row of metrics is written for.
  public enum Metrics: String, Sendable, CaseIterable {
    /// A row for each epoch.
    case epoch
    /// For each epoch, and in a table of its own for each update.
    case step
  }

  /// What becomes of a last batch that is short.
  public enum LastBatch: String, Sendable, CaseIterable {
    /// It is used.
    case keep
    /// It is dropped.
    case drop
  }

  /// Evaluation at the free equilibrium.
  public struct Evaluate: Sendable, Equatable {
    /// Epochs between evaluations; 0: never.
    public var every = 1
    /// Fixed part of the training samples evaluated.
    public var trainFraction = 0.1
    /// Write `confusion.csv`: every class, its recall and precision, and what it was taken
    /// for.
    public var confusion = false

    /// Every key at its default.
    public init() {}
  }

  /// Comparison of the rule with the gradients.
  public struct Audit: Sendable, Equatable {
    /// Updates between audits; 0: never.
    public var every = 0
    /// Samples in an audit.
    public var samples = 8

    /// Every key at its default.
    public init() {}
  }

  /// A look at the stability of the closed loop.
  public struct Watch: Sendable, Equatable {
    /// Updates between looks; 0: never.
    public var every = 0
    /// Samples that are looked at.
    public var samples = 8

    /// Every key at its default.
    public init() {}
  }

  /// Early stopping.
  public struct Stop: Sendable, Equatable {
    /// The metric that is watched.
    public var metric = "validation_loss"
    /// Evaluations without improvement; nil: never stops for that.
    public var patience: Int?
    /// Value that ends training; nil: none.
    public var target: Double?

    /// Every key at its default.
    public init() {}
  }

  /// When the training is saved.
  public struct Checkpoint: Sendable, Equatable {
    /// Epochs between checkpoints; 0: none by epoch.
    public var every = 1
    /// Minutes between checkpoints within an epoch.
    public var minutes = 10.0
    /// Newest checkpoints kept.
    public var keep = 2
    /// Metric of the parameters that are kept besides, not of the test set; nil: none.
    /// `validation_accuracy` stands for `validation_loss` where there are no labels.
    public var best: String? = "validation_accuracy"

    /// Every key at its default.
    public init() {}
  }

  /// What a settled state says about the parameters.
  public var rule = Rule()
  /// How feedback weights learn.
  public var feedbackRule = FeedbackRule()
  /// Nil: weights change between equilibria.
  public var continuous: Continuous?
  /// Turns directions into steps.
  public var optimizer = Optimizer()
  /// The rate over the updates.
  public var schedule = Schedule()
  /// Passes over the training samples.
  public var epochs = 30
  /// Samples in an update.
  public var batch = 64
  /// A last batch that is short is used or dropped.
  public var lastBatch = LastBatch.keep
  /// Evaluation at the free equilibrium.
  public var evaluate = Evaluate()
  /// `step`: also a row for each update, in `steps.csv`.
  public var metrics = Metrics.epoch
  /// Comparison of the rule with the gradients.
  public var audit = Audit()
  /// Stability of the closed loop and alternative equilibria, with warnings.
  public var watch = Watch()
  /// Early stopping.
  public var stop = Stop()
  /// Fraction of unsettled samples beyond which training fails.
  public var maxUnsettled = 0.5
  /// Checkpoints.
  public var checkpoint = Checkpoint()

  /// Every key at its default.
  public init() {}
}
