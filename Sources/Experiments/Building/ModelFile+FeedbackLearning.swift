extension ModelFile {
  /// Refuses rules for feedback weights, and weights inside the dynamics, that the rest of the model has
  /// nothing for.
  func requireFeedbackLearning() throws(ModelFileError) {
    guard let learning = model.learning else { return }
    switch learning.feedbackRule.kind {
    case "kolen-pollack": try requireKolenPollack()
    case "noise": try requireNoise()
    default: break
    }
    if learning.continuous != nil { try requireContinuous(learning) }
  }

  private func requireKolenPollack() throws(ModelFileError) {
    let at = "learning.feedback-rule"
    let controller = model.controller.kind
    if controller == "linear-feedback" || controller == "none" {
      throw error(
        at: at,
        "`kolen-pollack` is for feedback weights that control travels through, and the controller "
          + "`\(controller)` has none; use `dynamic-inversion` or `energy`, or for the Q of linear "
          + "feedback the rule `noise`")
    }
    let separate = model.network.projections.filter { $0.feedback.kind == .separate }
    if separate.isEmpty {
      throw error(
        at: at,
        "`kolen-pollack` needs feedback weights of their own: give a projection "
          + "`feedback: separate`")
    }
    for projection in separate {
      let path = "network.projections.\(projection.name)"
      if projection.learn != projection.feedback.learn {
        throw error(
          at: path + ".feedback.learn",
          "with `kolen-pollack` the weights and the feedback of `\(projection.name)` learn together "
            + "or not at all; set `learn` and `feedback.learn` alike")
      }
      if projection.decay != projection.feedback.decay {
        throw error(
          at: path + ".feedback.decay",
          "with `kolen-pollack` the weights and the feedback of `\(projection.name)` come together "
            + "only if they decay alike: `decay` is \(projection.decay), and `feedback.decay` is "
            + "\(projection.feedback.decay)")
      }
    }
  }

  private func requireNoise() throws(ModelFileError) {
    let at = "learning.feedback-rule"
    guard model.controller.kind == "linear-feedback" else {
      throw error(
        at: at,
        "`noise` teaches the Q of linear feedback, and the controller is "
          + "`\(model.controller.kind)`; for feedback weights of projections there is "
          + "`kolen-pollack`")
    }
    let noise = model.controller.noise
    if noise.kind == .none {
      throw error(
        at: at,
        "`noise` needs noise to learn from: add `noise: ornstein-uhlenbeck` to `controller`")
    }
    if noise.sigma == 0 {
      throw error(
        at: "controller.noise.sigma", "nothing can be learned from noise of strength 0")
    }
    let output = model.controller.output.tau
    for population in model.network.populations where population.role == .state {
      guard population.tau > noise.tau || noise.tau > output else { continue }
      throw error(
        at: "controller.noise.tau",
        "the feedback rule `noise` rests on an order of time constants, each well below the next: "
          + "`tau` of `\(population.name)` (\(population.tau)), `controller.noise.tau` "
          + "(\(noise.tau)), `controller.output.tau` (\(output))")
    }
  }

  private func requireContinuous(_ learning: LearningDescription) throws(ModelFileError) {
    let at = "learning.continuous"
    let controller = model.controller
    if controller.kind != "dynamic-inversion" || controller.outputStage == .direct
      || controller.output.kind == .clamp
    {
      throw error(
        at: at,
        "weights move inside the dynamics by the \u{3c8} of `dynamic-inversion`, with "
          + "`output-stage: dynamic` and outputs that are not clamped; the controller here is another"
      )
    }
    if let loss = model.network.loss?.population,
      model.network.population(named: loss)?.role == .readout
    {
      throw error(
        at: at,
        "the readout `\(loss)` has no \u{3c8} for weights to follow inside the dynamics; make it "
          + "`role: state`")
    }
    if controller.noise.kind != .none {
      throw error(at: at, "weights inside the dynamics are integrated without noise")
    }
    if learning.rule.kind != "least-control" || learning.rule.modulation != .none {
      throw error(
        at: "learning.rule",
        "inside the dynamics weights move by the rule `least-control`, without modulation")
    }
    for projection in model.network.projections {
      let path = "network.projections.\(projection.name)"
      if projection.decay != 0 {
        throw error(
          at: path + ".decay",
          "inside the dynamics weights decay by `learning.continuous.decay`; leave out the `decay` of "
            + "`\(projection.name)`, which is one of steps")
      }
      if !projection.constraints.isEmpty {
        throw error(
          at: path + ".constraint",
          "a constraint holds after each update, and inside the dynamics there is none")
      }
    }
  }
}
