internal import Learning

/// The names that a model file may use for what is looked up in a registry.
///
/// The defaults are the built-ins; a program that registers its own kinds appends their names before
/// it loads a model.
public struct KnownNames: Sendable, Equatable {
  public var activations = ["identity", "tanh", "sigmoid", "relu", "softplus"]
  public var projections = ["dense"]
  public var initializations = [
    "uniform-fan-in", "zeros", "identity", "normal", "uniform", "xavier", "he", "orthogonal",
    "spectral-radius",
  ]
  public var losses = ["squared-error", "cross-entropy"]
  public var controllers = ["none", "linear-feedback", "dynamic-inversion", "energy"]
  public var rules = [
    "least-control", "local", "backpropagation", "recurrent-backpropagation",
    "equilibrium-propagation",
    "predictive-coding", "contrastive-hebbian", "deep-feedback-control", "finite-differences",
  ]
  public var thirdFactors = ExpressionRule.thirdFactors
  public var feedbackRules = ["none", "kolen-pollack", "noise"]
  public var optimizers = ["sgd", "momentum", "adam"]
  public var schedules = [
    "constant", "cosine", "linear", "exponential", "steps", "plateau",
  ]
  public var metrics = [
    "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss",
    "test_accuracy", "controlled_loss", "control_energy", "augmented_energy", "settled_fraction",
  ]

  /// The built-ins.
  public init() {}
}
