public import Dynamics
public import Learning

extension Experiment {
  /// Whether the optimizer makes steps of the rate's own size, however large the changes are that it is
  /// given.
  var stepsByRate: Bool { model.learning?.optimizer.kind == "adam" }

  /// The trainer of the model.
  ///
  /// - Parameters:
  ///   - data: what ``loadData(dataFolder:)`` gave.
  ///   - parameters: where to start; the model's own start unless given.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  public func makeTrainer(
    _ data: DataSplits, parameters: ParameterSet? = nil, threads: Int
  ) throws -> Trainer {
    guard let learning = model.learning else {
      throw file.error(at: "learning", "the model has no `learning`")
    }
    if learning.continuous != nil {
      throw file.error(
        at: "learning.continuous",
        "weights that move inside the dynamics make no updates, so there is nothing to train: run the "
          + "model with `settle simulate`, on all training samples with `--split train`; or leave "
          + "`continuous` out")
    }
    let start = try parameters ?? startingParameters()
    do {
      return try Trainer(
        network, controller: controller, parameters: start, rules: rules(learning),
        optimizer: optimizer(learning), schedule: schedule(learning, samples: data.train.count),
        constraints: constraints(for: initialParameters()),
        data: trainingData(data.train), validation: data.validation.map(trainingData),
        test: data.test.map(trainingData), options: trainingOptions(learning),
        settling: settlingOptions, noise: noise, precision: precision, threads: threads)
    } catch TrainingError.invalid(let reason) {
      throw file.error(at: "learning", reason)
    }
  }

  /// The learning rule of the model.
  public func rule(_ learning: LearningDescription) throws -> any LearningRule {
    guard let make = registry.rules[learning.rule.kind] else {
      throw file.error(at: "learning.rule", "no rule is called \(learning.rule.kind)")
    }
    // The registry's own knows built-in controllers only.
    let rule = learning.rule.kind == "finite-differences" ? finiteDifferences() : try make(file)
    if let objection = rule.objection(to: network) {
      throw file.error(at: "learning.rule", objection)
    }
    if controller.effectiveLeak == nil,
      let phase = rule.phases.sorted().first(where: { $0 != .free && $0 != .adjoint })
    {
      throw file.error(
        at: "controller.kind",
        "the rule \(rule.name) reads the phase \(phase.name), which needs a `controller` other than "
          + "`none`")
    }
    for case .nudged(let gain) in rule.phases.sorted() {
      if let objection = controller.nudged(by: gain)?.objection(to: network) {
        throw file.error(at: "learning.rule", objection)
      }
    }
    return rule
  }

  /// The learning rule, and that of feedback weights where there is one.
  private func rules(_ learning: LearningDescription) throws -> [any LearningRule] {
    var rules = [try rule(learning)]
    if learning.feedbackRule.kind != "none" {
      guard let make = registry.feedbackRules[learning.feedbackRule.kind] else {
        throw file.error(
          at: "learning.feedback-rule",
          "no feedback rule is called \(learning.feedbackRule.kind)")
      }
      rules.append(try make(file))
    }
    if noise != nil, !rules.contains(where: { $0.phases.contains(.noisy) }) {
      throw file.error(
        at: "controller.noise",
        "no rule learns from the noise: add `learning.feedback-rule: noise`, or leave it out")
    }
    return rules
  }

  private func optimizer(_ learning: LearningDescription) throws -> any Optimizer {
    let given = learning.optimizer
    let decay: WeightDecay =
      given.weightDecay == 0
      ? .none : given.decoupled ? .decoupled(given.weightDecay) : .coupled(given.weightDecay)
    switch given.kind {
    case "sgd": return GradientDescent(weightDecay: decay)
    case "momentum": return Momentum(given.momentum, weightDecay: decay)
    case "adam":
      return Adam(
        betas: (given.betas[0], given.betas[1]), epsilon: given.epsilon, weightDecay: decay)
    default:
      throw file.error(
        at: "learning.optimizer.kind", "no optimizer is called \(given.kind)")
    }
  }

  private func schedule(
    _ learning: LearningDescription, samples: Int
  ) throws -> any Schedule {
    let given = learning.schedule
    let batches =
      learning.lastBatch == .keep
      ? (samples + learning.batch - 1) / learning.batch : samples / learning.batch
    if given.hasMilestones {
      let schedule: any Schedule =
        if let every = given.every {
          PeriodicSchedule(every: every * batches, factor: given.factor)
        } else {
          MilestoneSchedule(given.milestones.map { $0 * batches }, factor: given.factor)
        }
      // The epochs are those of the training, whatever came before.
      return given.warmup > 0 ? Warmup(given.warmup, within: schedule) : schedule
    }
    let schedule: any Schedule
    switch given.kind {
    case "constant", "plateau": schedule = ConstantSchedule()
    case "linear": schedule = LinearSchedule(final: given.final)
    case "exponential": schedule = ExponentialSchedule(final: given.final)
    case "cosine": schedule = CosineSchedule(final: given.final)
    case "steps": schedule = StepSchedule(final: given.final)
    default:
      throw file.error(at: "learning.schedule.kind", "no schedule is called \(given.kind)")
    }
    return given.warmup > 0 ? Warmup(given.warmup, then: schedule) : schedule
  }

  private func trainingOptions(_ learning: LearningDescription) -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = learning.epochs
    options.batchSize = learning.batch
    options.keepsLastBatch = learning.lastBatch == .keep
    options.seed = model.seeds.shuffle ?? model.seed
    options.noiseSeed = model.seeds.noise ?? model.seed
    options.rate = learning.optimizer.rate
    options.clip = learning.optimizer.clip
    options.unsettled =
      switch model.settling.unsettled {
      case .exclude: .exclude
      case .fail: .fail
      case .keep: .keep
      }
    options.byDescent = model.settling.byDescent == .learn ? .learn : .exclude
    options.warmStart = model.settling.warmStart.flatMap {
      TrainingOptions.WarmStart(rawValue: $0.rawValue)
    }
    options.maximumUnsettled = learning.maxUnsettled
    options.evaluatesEvery = learning.evaluate.every
    options.trainFraction = learning.evaluate.trainFraction
    if learning.stop.patience != nil || learning.stop.target != nil {
      options.stop = .init(
        metric: learning.stop.metric, patience: learning.stop.patience,
        target: learning.stop.target)
    }
    let schedule = learning.schedule
    if schedule.kind == "plateau" {
      options.plateau = .init(
        metric: schedule.metric, patience: schedule.patience, factor: schedule.factor,
        least: schedule.final)
    }
    return options
  }
}
