internal import Dynamics
internal import Learning

/// The rules that come with Settle, by the names that model files use.
enum BuiltInRules {
  static let all: [String: @Sendable (ModelFile) throws -> any LearningRule] = [
    "least-control": { file in
      .leastControl(modulation: file.rule.modulation == .slope ? .slope : .none)
    },
    "backpropagation": { _ in Backpropagation(recurrent: false) },
    "recurrent-backpropagation": { _ in Backpropagation(recurrent: true) },
    "equilibrium-propagation": { file in
      switch file.rule.energy {
      case .quadratic:
        try file.requireAlignment("equilibrium propagation of the energy `quadratic`")
      case .hopfield:
        try file.requireControlOfOutputsAlone("equilibrium propagation of the energy `hopfield`")
      }
      return EquilibriumPropagation(
        beta: file.rule.beta, symmetric: file.rule.symmetric,
        energy: file.rule.energy == .hopfield ? .hopfield : .quadratic)
    },
    "predictive-coding": { file in
      try file.requireAlignment("predictive coding")
      return PredictiveCoding(precision: file.rule.precision)
    },
    "contrastive-hebbian": { file in
      try file.requireControlOfOutputsAlone("contrastive Hebbian learning")
      return ContrastiveHebbian()
    },
    "deep-feedback-control": { file in
      DeepFeedbackControl(
        nudging: file.rule.nudging,
        difference: file.rule.difference == .voltage ? .voltage : .rate)
    },
    "finite-differences": { file in try Experiment(file).finiteDifferences() },
    "local": { file in try file.expressionRule() },
  ]

  /// The rules for feedback weights.
  static let feedback: [String: @Sendable (ModelFile) throws -> any LearningRule] = [
    "kolen-pollack": { _ in KolenPollack() },
    "noise": { file in
      let given = file.model.learning?.feedbackRule ?? LearningDescription.FeedbackRule()
      let populations = file.feedbackPaths.filter { $0.value == .weights }.keys.sorted()
      return NoiseFeedback(
        populations: populations, timeConstant: given.tau, decay: given.decay)
    },
  ]
}

extension Experiment {
  func finiteDifferences() -> FiniteDifferences {
    FiniteDifferences(
      file.rule.objective == .energy ? .energy : .loss, controller: controller,
      options: settlingOptions)
  }
}

extension ModelFile {
  /// What the file says of its rule; the defaults where it has no `learning`.
  var rule: LearningDescription.Rule { model.learning?.rule ?? LearningDescription.Rule() }

  /// Refuses the built-in controllers under which ψ is not the slope of ½‖f‖² + βL.
  fileprivate func requireAlignment(_ rule: String) throws {
    let kind = model.controller.kind
    guard kind == "none" || kind == "linear-feedback" else { return }
    throw error(
      at: "controller.kind",
      "\(rule) learns from \u{3c8} of `kind: energy` or `kind: dynamic-inversion`; the controller here "
        + "is `\(kind)`")
  }

  /// Refuses the built-in controllers that move more than the outputs.
  fileprivate func requireControlOfOutputsAlone(_ rule: String) throws {
    let kind = model.controller.kind
    guard KnownNames().controllers.contains(kind) else { return }
    let output = model.network.loss?.population
    let isAlone =
      kind == "linear-feedback"
      && feedbackPaths.allSatisfy { $0.value == ($0.key == output ? .identity : .none) }
    guard !isAlone else { return }
    throw error(
      at: "controller",
      "\(rule) lets control move the outputs alone: give `kind: linear-feedback` and, under `feedback`, "
        + "`\(output ?? "output"): identity` and `none` for the other populations")
  }
}
