extension LearningDescription {
  static let section = Section(LearningDescription()) {
    Key("rule", \.rule, Rule.section.codec, "What a settled state says about the parameters.")
    Key(
      "feedback-rule", \.feedbackRule, FeedbackRule.section.codec, "How feedback weights learn.")
    Key(
      "continuous", \.continuous, Continuous.section.codec.optional("null"),
      "Weights that move inside the dynamics. Null: between equilibria.")
    Key("optimizer", \.optimizer, Optimizer.section.codec, "Turns directions into steps.")
    Key("schedule", \.schedule, Schedule.section.codec, "The rate over the updates.")
    Key("epochs", \.epochs, .integer(0...1_000_000_000), "Passes over the training samples.")
    Key("batch", \.batch, .integer(1...1_000_000_000), "Samples in an update.")
    Key("last-batch", \.lastBatch, .choice, "A last batch that is short is used or dropped.")
    Key("evaluate", \.evaluate, Evaluate.section.codec, "Evaluation at the free equilibrium.")
    Key("metrics", \.metrics, .choice, "`step`: also a row for each update, in `steps.csv`.")
    Key("audit", \.audit, Audit.section.codec, "Comparison of the rule with the gradients.")
    Key(
      "watch", \.watch, Watch.section.codec,
      "Stability of the closed loop and alternative equilibria, with warnings.")
    Key("stop", \.stop, Stop.section.codec, "Early stopping.")
    Key(
      "max-unsettled", \.maxUnsettled, .number(.fraction),
      "Fraction of unsettled samples beyond which training fails.")
    Key("checkpoint", \.checkpoint, Checkpoint.section.codec, "Checkpoints.")
  }
}

extension LearningDescription.Rule {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .registered("rule", \.rules), "The rule.")
    Key(
      "modulation", \.modulation, .choice,
      "Of `least-control`. `slope`: ψ is multiplied by σ′(φ) at equilibrium.",
      applies: only("least-control"))
    Self.ownKeys
    Key(
      "beta", \.beta, .number(),
      "β of `equilibrium-propagation`, and of the nudged phase of an expression; not 0.",
      applies: nudging)
    Key(
      "symmetric", \.symmetric, .flag,
      "Of `equilibrium-propagation`: compares β and -β, rather than β and 0.",
      applies: only("equilibrium-propagation"))
    Key(
      "energy", \.energy, .choice,
      "Of `equilibrium-propagation`. `quadratic`: ½‖f‖²; `hopfield`: that of symmetric weights.",
      applies: only("equilibrium-propagation"))
    Key(
      "precision", \.precision, .number(.positiveFraction),
      "ρ of `predictive-coding`: output control of gain β = ρ/(1 - ρ); 1 clamps the output.",
      applies: only("predictive-coding"))
    Key(
      "nudging", \.nudging, Codec<Double>.number(.positive).optional("none"),
      "λ of `deep-feedback-control`, whose target is y - λ∇L(y) of the free output; `none`: the "
        + "label, by the model's own controller (its strong variant).",
      applies: only("deep-feedback-control"))
    Key(
      "difference", \.difference, .choice,
      "Of `deep-feedback-control`: with and without control, rates or voltages differ.",
      applies: only("deep-feedback-control"))
    Key(
      "objective", \.objective, .choice,
      "Of `finite-differences`: `loss` of the free equilibrium, or augmented `energy` F.",
      applies: only("finite-differences"))
  }
  .finishing(rules: [
    JSONSchema.key("beta", JSONSchema.not(["const": 0])),
    // An expression is a rule of its own, with its numbers written into it.
    JSONSchema.when(
      JSONSchema.given("local"),
      ["properties": ["kind": ["const": "local"], "options": false]],
      else: JSONSchema.key("kind", JSONSchema.not(["const": "local"]))),
  ]) { rule, given, node, reader in
    if rule.beta == 0 {
      reader.report(
        "β = 0 nudges nothing; take a small one, such as 0.1",
        at: node["beta"]?.place ?? node.place)
    }
    checkExpression(&rule, given, node, &reader)
  }

  private static func only(_ kind: String) -> Applicability<Self> {
    .with("kind", \.kind, kind) {
      $0.kind == kind ? nil : "it belongs to the rule `\(kind)`, and the rule here is `\($0.kind)`"
    }
  }
}

extension LearningDescription.FeedbackRule {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .registered("feedback rule", \.feedbackRules), "The rule.")
    Key("tau", \.tau, .number(.positive), "Its time constant, with `noise`.")
    Key("decay", \.decay, .number(.nonNegative), "Its decay, with `noise`.")
  }
}

extension LearningDescription.Continuous {
  static let section = Section(Self()) {
    Key("tau", \.tau, .number(.positive), "Time constant τ_W.")
    Key("decay", \.decay, .number(.nonNegative), "γ of the weights.")
  }
}

extension LearningDescription.Optimizer {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .registered("optimizer", \.optimizers), "The optimizer.")
    Key("rate", \.rate, .number(.nonNegative), "Learning rate.")
    Key("momentum", \.momentum, .number(.belowOne), "Momentum.")
    Key("betas", \.betas, .betas, "Decay of Adam's two averages.")
    Key("epsilon", \.epsilon, .number(.positive), "Adam's ε.")
    Key(
      "weight-decay", \.weightDecay, .number(.nonNegative),
      "L2 penalty; with `decoupled` as in AdamW. Not a projection's `decay`.")
    Key("decoupled", \.decoupled, .flag, "See `weight-decay`.")
    Key(
      "clip", \.clip, Codec<Double>.number(.positive).optional("none"),
      "Largest norm of all gradients of an update.")
  }
}

extension LearningDescription.Schedule {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .registered("schedule", \.schedules), "The schedule.")
    Key(
      "final", \.final, .number(.nonNegative),
      "Fraction of the rate at the end; with `plateau` the least.", default: "0.1",
      applies: .without("kind", \.kind, "constant") {
        $0.kind == "constant"
          ? "a constant rate has no other end"
          : $0.hasMilestones ? "the milestones and `factor` say where the rate ends" : nil
      })
    Key("warmup", \.warmup, .integer(0...), "Updates over which the rate rises from 0.")
    Key(
      "milestones", \.milestones, Codec<Int>.integer(1...1_000_000_000).list(),
      "With `steps`: epochs after which the rate falls. Neither these nor `every`: after one and two "
        + "thirds of the updates, by √`final`.", default: "[]",
      applies: .with("kind", \.kind, "steps") {
        $0.kind == "steps" ? nil : "only `kind: steps` has milestones"
      })
    Key(
      "every", \.every, Codec<Int>.integer(1...1_000_000_000).optional("none"),
      "With `steps`: epochs from one fall of the rate to the next.", default: "none",
      applies: .with("kind", \.kind, "steps") {
        $0.kind == "steps" ? nil : "only `kind: steps` falls every so many epochs"
      })
    Key(
      "factor", \.factor, .number(.belowOne),
      "What the rate is multiplied by where it falls: at milestones, or on a plateau.",
      default: "0.1",
      applies: .with("kind", \.kind, "steps", "plateau") {
        $0.hasMilestones || $0.kind == "plateau"
          ? nil : "it belongs to `kind: steps` with `milestones` or `every`, and to `kind: plateau`"
      })
    Key(
      "metric", \.metric, .registered("metric", \.metrics),
      "With `plateau`: the metric that is watched.", default: "validation_loss",
      applies: .with("kind", \.kind, "plateau") {
        $0.kind == "plateau" ? nil : "only `kind: plateau` watches a metric"
      })
    Key(
      "patience", \.patience, .integer(1...1_000_000_000),
      "With `plateau`: evaluations without improvement before the rate falls.", default: "5",
      applies: .with("kind", \.kind, "plateau") {
        $0.kind == "plateau" ? nil : "only `kind: plateau` is patient"
      })
  }.obeying(
    JSONSchema.not(["allOf": [hasMilestones, isPeriodic]]),
    JSONSchema.when(
      JSONSchema.any(of: [hasMilestones, isPeriodic]), ["properties": ["final": false]]),
    JSONSchema.when(
      JSONSchema.given("factor"),
      JSONSchema.any(of: [
        hasMilestones, isPeriodic, JSONSchema.given("kind", ["const": "plateau"]),
      ])),
    JSONSchema.not([
      "allOf": [
        JSONSchema.given("kind", ["const": "exponential"]),
        JSONSchema.given("final", ["const": 0]),
      ]
    ]),
    JSONSchema.key("metric", notOfTestSet))

  private static let hasMilestones = JSONSchema.given(
    "milestones", ["type": "array", "minItems": 1])
  private static let isPeriodic = JSONSchema.given("every", ["type": "integer"])
}

/// Nothing is selected by the test set.
private let notOfTestSet = JSONSchema.not(["type": "string", "pattern": "^test_"])

extension LearningDescription.Evaluate {
  static let section = Section(Self()) {
    Key("every", \.every, .integer(0...), "Epochs between evaluations; 0: never.")
    Key(
      "train-fraction", \.trainFraction, .number(.fraction),
      "Fixed part of the training samples evaluated.")
    Key(
      "confusion", \.confusion, .flag,
      "Write `confusion.csv`: every class, its recall and precision, and what it was taken for.")
  }
}

extension LearningDescription.Audit {
  static let section = Section(Self()) {
    Key("every", \.every, .integer(0...), "Updates between audits; 0: never.")
    Key("samples", \.samples, .integer(1...), "Samples in an audit.")
  }
}

extension LearningDescription.Watch {
  static let section = Section(Self()) {
    Key("every", \.every, .integer(0...), "Updates between looks; 0: never.")
    Key("samples", \.samples, .integer(1...), "Samples that are looked at.")
  }
}

extension LearningDescription.Stop {
  static let section = Section(Self()) {
    Key("metric", \.metric, .registered("metric", \.metrics), "The metric that is watched.")
    Key(
      "patience", \.patience, Codec<Int>.integer(1...).optional("none"),
      "Evaluations without improvement.")
    Key("target", \.target, Codec<Double>.number().optional("none"), "Value that is good enough.")
  }
  .obeying(JSONSchema.key("metric", notOfTestSet))
}

extension LearningDescription.Checkpoint {
  static let section = Section(Self()) {
    Key("every", \.every, .integer(0...), "Epochs between checkpoints; 0: none by epoch.")
    Key(
      "minutes", \.minutes, .number(.positive, infinite: true),
      "Minutes between checkpoints within an epoch.")
    Key("keep", \.keep, .integer(1...), "Newest checkpoints kept.")
    Key(
      "best", \.best, Codec<String>.registered("metric", \.metrics).optional("none"),
      "Metric of the best parameters, which are kept besides; not one of the test set. "
        + "`validation_accuracy` stands for `validation_loss` where there are no labels.")
  }
  .obeying(JSONSchema.key("best", notOfTestSet))
}

extension Codec where Value == [Double] {
  fileprivate static var betas: Codec {
    let list = Codec<Double>.number(.belowOne).list()
    return Codec(
      shape: .scalar(
        "list of two numbers >= 0 and < 1",
        [
          "type": "array", "items": JSONSchema.number(.belowOne), "minItems": 2, "maxItems": 2,
        ]),
      read: { node, reader in
        guard let betas = list.read(node, &reader) else { return nil }
        guard betas.count == 2 else {
          reader.report(expected: "two numbers", got: node)
          return nil
        }
        return betas
      },
      write: list.write)
  }
}
