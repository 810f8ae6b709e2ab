/// Everything that a model file says, with every default filled in.
///
/// A plain value: it names networks, controllers and rules and builds none.
public struct ModelDescription: Sendable, Equatable {
  /// Scalar type of the whole computation.
  public enum Precision: String, Sendable, CaseIterable {
    /// 32 bits.
    case single
    /// 64 bits.
    case double
  }

  /// Version of the schema.
  public var version = 1
  /// Name of the model, and of its folder under `runs/`. Default: the file's name.
  public var name = "model"
  /// What it is about.
  public var description = ""
  /// Seed of the random number generator.
  public var seed: UInt64 = 1
  /// Streams with a seed of their own.
  public var seeds = SeedsDescription()
  /// Scalar type of the computation.
  public var precision = Precision.double
  /// The network.
  public var network = NetworkDescription()
  /// The controller.
  public var controller = ControllerDescription()
  /// Finding the equilibrium.
  public var settling = SettlingDescription()
  /// Nil: the model has no data set.
  public var data: DataDescription?
  /// Nil: the model does not learn.
  public var learning: LearningDescription?
  /// A safetensors file to start from, as written. Nil: the seeded initialization.
  public var parameters: String?
  /// The sample to simulate, given inline.
  public var stimulus: StimulusDescription?
  /// Initial state; what is not named starts at 0.
  public var initial = InitialDescription()
  /// The phases of a simulation, at least one.
  public var `protocol`: [PhaseDescription] = []
  /// What a simulation writes. By default what the model has of phi, psi, u, loss, residual.
  public var record = RecordDescription()

  /// Every key at its default.
  public init() {}
}

/// Seeds of single random streams; nil follows the model's seed.
public struct SeedsDescription: Sendable, Equatable {
  /// The split of the data is pinned by default, so that a sweep over seeds keeps the test set.
  public var split: UInt64? = 1
  /// Initialization.
  public var initialization: UInt64?
  /// Order of the samples.
  public var shuffle: UInt64?
  /// Noise in the dynamics.
  public var noise: UInt64?
  /// Random initial states.
  public var initial: UInt64?

  /// Every key at its default.
  public init() {}
}
