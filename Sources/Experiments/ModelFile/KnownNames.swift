internal import Learning

/// The names that a model file may use for what is looked up in a registry.
///
/// The defaults are the built-ins; a program that registers its own kinds appends their names before
/// it loads a model.
public struct KnownNames: Sendable, Equatable {
  /// For `activation` of populations.
  public var activations = ["identity", "tanh", "sigmoid", "relu", "softplus"]
  /// For `kind` of projections.
  public var projections = ["dense"]
  /// For `init`.
  public var initializations = [
    "uniform-fan-in", "zeros", "identity", "normal", "uniform", "xavier", "he", "orthogonal",
    "spectral-radius",
  ]
  /// For `network.loss.kind`.
  public var losses = ["squared-error", "cross-entropy"]
  /// For `controller.kind`.
  public var controllers = ["none", "linear-feedback", "dynamic-inversion", "energy"]
  /// For `learning.rule`.
  public var rules = [
    "least-control", "local", "backpropagation", "recurrent-backpropagation",
    "equilibrium-propagation",
    "predictive-coding", "contrastive-hebbian", "deep-feedback-control", "finite-differences",
  ]
  /// For `learning.rule.third`.
  public var thirdFactors = ExpressionRule.thirdFactors
  /// For `learning.feedback-rule`.
  public var feedbackRules = ["none", "kolen-pollack", "noise"]
  /// For `learning.optimizer.kind`.
  public var optimizers = ["sgd", "momentum", "adam"]
  /// For `learning.schedule.kind`.
  public var schedules = [
    "constant", "cosine", "linear", "exponential", "steps", "plateau",
  ]
  /// For `learning.stop.metric` and the like.
  public var metrics = [
    "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss",
    "test_accuracy", "controlled_loss", "control_energy", "augmented_energy", "settled_fraction",
  ]

  /// The built-ins.
  public init() {}
}
