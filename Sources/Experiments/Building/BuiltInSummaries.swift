/// One line on each thing that comes with Settle.
enum BuiltInSummaries {
  static let all: [Catalog: [String: String]] = [
    .rules: [
      "least-control":
        "\u{3c8}_post \u{3c3}(\u{3c6}_pre) under control: the gradient of the augmented energy",
      "backpropagation": "the gradient of the loss of an acyclic network, layer by layer",
      "recurrent-backpropagation":
        "the gradient of the loss at the free equilibrium, by settling its adjoint",
      "equilibrium-propagation":
        "the contrast of a nudged phase with the free one, or with \u{2212}\u{3b2}",
      "predictive-coding":
        "\u{3c8}_post \u{3c3}(\u{3c6}_pre) under an output of finite precision, or clamped",
      "contrastive-hebbian": "Hebbian in the controlled state, anti-Hebbian in the free one",
      "deep-feedback-control":
        "what control changes the post-synaptic rate by, times the pre-synaptic rate",
      "finite-differences": "the gradient by a difference for every weight; for small networks",
      "local": "an expression in the model file: rule: {local: \"control_post * rate_pre\"}",
    ],
    .activations: [
      "identity": "\u{3c3}(\u{3c6}) = \u{3c6}",
      "tanh": "the hyperbolic tangent",
      "sigmoid": "1 / (1 + exp(\u{2212}\u{3c6}))",
      "relu": "max(\u{3c6}, 0)",
      "softplus": "log(1 + exp \u{3c6})",
    ],
    .controllers: [
      "none": "no control: the network runs free",
      "linear-feedback": "\u{3c8} = Q u, straight from the output controller to every population",
      "dynamic-inversion": "\u{3c8} follows the network backwards by dynamics of its own",
      "energy":
        "\u{3c8} = \u{2212}f(\u{3c6}): the flow down the energy \u{bd}\u{2016}f\u{2016}\u{b2}",
    ],
    .losses: [
      "squared-error": "\u{bd}\u{2016}y \u{2212} t\u{2016}\u{b2}",
      "cross-entropy": "of softmax(y) and the target distribution",
    ],
    .projections: ["dense": "every unit to every unit"],
    .optimizers: [
      "sgd": "gradient descent: a step of rate times \u{394}",
      "momentum": "gradient descent with a velocity",
      "adam": "steps scaled by running means of \u{394} and \u{394}\u{b2}",
    ],
    .schedules: [
      "constant": "the rate stays as it is",
      "cosine": "the rate falls along half a cosine to `final` times itself",
      "linear": "the rate falls along a line to `final` times itself",
      "exponential": "the rate falls by the same factor every update, to `final` times itself",
      "plateau": "the rate falls whenever the metric has stopped improving",
      "steps": "three stages; in the last the rate is `final` times itself",
    ],
    .initializations: [
      "uniform-fan-in": "uniform within \u{b1}gain/\u{221a}fan-in", "zeros": "all 0",
      "identity": "`value` on the diagonal", "normal": "normal, of standard deviation `value`",
      "uniform": "uniform within \u{b1}`value`", "xavier": "uniform, by Glorot and Bengio",
      "he": "normal, by He and others, for relu", "orthogonal": "random orthogonal rows or columns",
      "spectral-radius": "normal, scaled to a spectral radius of `value`",
    ],
    .feedbackRules: [
      "none": "feedback weights stay as they are",
      "kolen-pollack": "feedback weights change as the forward weights do, and both decay",
      "noise": "feedback weights learn from noise in the dynamics",
    ],
  ]
}
