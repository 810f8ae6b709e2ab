// What learning of feedback weights, noise and continuous learning need of the network and its controller.
extension Checker {
  mutating func checkNoise() {
    let noise = model.controller.noise
    guard noise.kind != .none else { return }
    if model.controller.kind == "none" {
      report(
        "noise shakes the control, and there is none: use another `controller.kind`",
        at: "controller.noise")
    }
    if noise.step >= 2 * noise.tau {
      report(
        "a step of \(noise.step) is too long for noise of the time constant \(noise.tau); it must be "
          + "less than twice that", at: "controller.noise.step")
    }
    for population in model.network.populations
    where population.role == .state && noise.step >= 2 * population.tau {
      report(
        "an Euler\u{2013}Maruyama step of \(noise.step) makes the units of `\(population.name)` "
          + "unstable, whose `tau` is \(population.tau); it must be less than twice that",
        at: "controller.noise.step")
    }
  }

  mutating func checkFeedbackLearning() {
    guard let learning = model.learning else { return }
    switch learning.feedbackRule.kind {
    case "kolen-pollack": checkKolenPollack()
    case "noise": checkNoiseFeedback()
    default: break
    }
    if learning.continuous != nil { checkContinuous(learning) }
  }

  private mutating func checkKolenPollack() {
    let at = "learning.feedback-rule"
    if ["linear-feedback", "none"].contains(model.controller.kind) {
      report(
        "`kolen-pollack` is for feedback weights that control travels through, and the controller "
          + "`\(model.controller.kind)` has none; use `dynamic-inversion` or `energy`, or for the Q "
          + "of linear feedback the rule `noise`", at: at)
      return
    }
    let separate = model.network.projections.filter { $0.feedback.kind == .separate }
    if separate.isEmpty {
      report(
        "`kolen-pollack` needs feedback weights of their own: give a projection "
          + "`feedback: separate`", at: at)
    }
    for projection in separate {
      let path = "network.projections.\(projection.name)"
      if projection.learn != projection.feedback.learn {
        report(
          "with `kolen-pollack` the weights and the feedback of `\(projection.name)` learn together "
            + "or not at all; set `learn` and `feedback.learn` alike", at: path + ".feedback.learn")
      }
      if projection.decay != projection.feedback.decay {
        report(
          "with `kolen-pollack` the two of `\(projection.name)` come together only if they decay "
            + "alike: `decay` is \(projection.decay) and `feedback.decay` "
            + "\(projection.feedback.decay)", at: path + ".feedback.decay")
      }
    }
  }

  private mutating func checkNoiseFeedback() {
    let at = "learning.feedback-rule"
    guard model.controller.kind == "linear-feedback" else {
      report(
        "`noise` teaches the Q of linear feedback, and the controller is "
          + "`\(model.controller.kind)`; for feedback weights of projections there is "
          + "`kolen-pollack`", at: at)
      return
    }
    let noise = model.controller.noise
    if noise.kind == .none {
      report(
        "`noise` needs noise to learn from: add `noise: {kind: ornstein-uhlenbeck}` to `controller`",
        at: at)
      return
    }
    if noise.sigma == 0 {
      report(
        "the feedback rule `noise` learns nothing from noise of strength 0", at: "controller.noise")
    }
    let output = model.controller.output.tau
    for population in model.network.populations where population.role == .state {
      guard population.tau > noise.tau || noise.tau > output else { continue }
      report(
        "the feedback rule `noise` rests on an order of time constants: `tau` of `\(population.name)` "
          + "(\(population.tau)) < `controller.noise.tau` (\(noise.tau)) < `controller.output.tau` "
          + "(\(output))", at: "controller.noise.tau")
      return
    }
  }

  private mutating func checkContinuous(_ learning: LearningDescription) {
    let at = "learning.continuous"
    if model.controller.kind != "dynamic-inversion" || model.controller.outputStage == .direct {
      report(
        "weights move inside the dynamics by the \u{3c8} of `dynamic-inversion` with "
          + "`output-stage: dynamic`; the controller here is another", at: at)
    }
    if let loss = model.network.loss, population(loss.population)?.role == .readout {
      report(
        "weights into the readout `\(loss.population)` cannot move inside the dynamics, because it "
          + "has no \u{3c8}; make it `role: state`", at: at)
    }
    if learning.rule.kind != "least-control" || learning.rule.modulation != .none {
      report(
        "inside the dynamics weights move by the rule `least-control` without modulation",
        at: "learning.rule")
    }
    if model.network.projections.contains(where: { !$0.constraints.isEmpty }) {
      report("constraints hold between updates, and inside the dynamics there are none", at: at)
    }
  }
}
