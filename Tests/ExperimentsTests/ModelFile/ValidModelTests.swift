import Experiments
import Testing

@Suite("What a model file says, and what it means by leaving things out")
struct ValidModelTests {
  private func file(_ text: String, set overrides: [String] = []) throws -> ModelDescription {
    try ModelFile.parse(text: text, file: "dir/some-model.yaml", overrides: overrides).model
  }

  @Test("The example of the design parses")
  func digits() throws {
    let model = try file(ModelTexts.digits)
    #expect(model.name == "digits-rnn")
    #expect(model.precision == .single)
    #expect(model.network.populations.map(\.name) == ["input", "hidden", "output"])
    #expect(model.network.populations.map(\.role) == [.input, .state, .state])
    #expect(
      model.network.projections.map(\.name) == ["input-hidden", "hidden-hidden", "hidden-output"])
    #expect(model.network.projections[1].weight == .initialization(.init(gain: 0.3)))
    #expect(model.network.projections[1].rate == 0.1)
    #expect(model.controller.output.leak == 6.4)
    #expect(model.controller.output.effectiveLeak == 6.4)
    let data = try #require(model.data)
    #expect(data.source == .csv(path: "digits.csv", labels: "label", targets: []))
    #expect(data.scale == 0.0625)
    #expect(data.split.test == .count(360))
    let learning = try #require(model.learning)
    #expect(learning.optimizer.rate == 0.003)
    #expect(learning.schedule.kind == "cosine")
  }

  @Test("The defaults are those of the schema")
  func defaults() throws {
    let model = try file(ModelTexts.text() + "learning: {}\ndata: {kind: csv, path: a, labels: b}")
    #expect(model.name == "some-model")
    #expect(model.seed == 1 && model.seeds.split == 1 && model.seeds.shuffle == nil)
    #expect(model.precision == .double)
    let input = model.network.populations[0]
    #expect(input.bias == nil && input.shape == [2])
    let output = model.network.populations[2]
    #expect(output.activation == "identity" && output.tau == 1 && output.role == .state)
    let bias = try #require(output.bias)
    #expect(bias.source == .initialization(.init(kind: "zeros")) && bias.learn && bias.rate == 1)
    let projection = model.network.projections[0]
    #expect(projection.kind == "dense" && projection.learn && projection.rate == 1)
    #expect(projection.weight == .initialization(.init(kind: "uniform-fan-in", gain: 1)))
    #expect(projection.mask == nil && projection.decay == 0 && projection.constraints.isEmpty)
    #expect(projection.feedback.kind == .transpose)
    let loss = try #require(model.network.loss)
    #expect(loss.units == nil && loss.soft == 0)
    let controller = model.controller
    #expect(controller.kind == "dynamic-inversion" && controller.tau == 1)
    #expect(controller.outputStage == .dynamic && controller.feedback.isEmpty)
    #expect(controller.output.kind == .pi && controller.output.leakOn == .integral)
    #expect(controller.output.integral == 1 && controller.output.proportional == 0)
    #expect(controller.output.leak == 1 && controller.output.tau == 5)
    #expect(controller.noise.kind == .none && controller.noise.steps == 800)
    let settling = model.settling
    #expect(settling.method == .auto && settling.criterion == .perVariable)
    #expect(settling.residual == 1e-6 && settling.floor == 1e-3)
    #expect(settling.rtol == .init(3e-2) && settling.atol == .init(3e-3))
    #expect(settling.linearSolver.kind == .auto && settling.linearSolver.krylov == 20)
    #expect(settling.steps.first == nil && settling.steps.max == .infinity)
    #expect(settling.steps.growth == 10 && settling.steps.order == nil)
    #expect(settling.limits.time == 1e4 && settling.limits.steps == 100_000)
    #expect(settling.limits.evaluations == 50_000 && settling.limits.straggler == 10)
    #expect(settling.polish.kind == .anderson && settling.polish.start == 3e-6)
    #expect(settling.descent && settling.unsettled == .exclude && settling.byDescent == .learn)
    #expect(settling.warmStart == nil && !settling.eigenvalues)
    let learning = try #require(model.learning)
    #expect(learning.rule.kind == "least-control" && learning.rule.modulation == .none)
    #expect(learning.feedbackRule.kind == "none" && learning.continuous == nil)
    #expect(learning.optimizer.kind == "adam" && learning.optimizer.rate == 1e-3)
    #expect(learning.optimizer.betas == [0.9, 0.999] && learning.optimizer.clip == nil)
    #expect(learning.schedule.kind == "constant" && learning.schedule.warmup == 0)
    #expect(learning.epochs == 30 && learning.batch == 64 && learning.lastBatch == .keep)
    #expect(learning.stop.patience == nil && learning.maxUnsettled == 0.5)
    #expect(learning.checkpoint.best == "validation_accuracy")
    let data = try #require(model.data)
    #expect(data.split.stratified && data.split.test == .count(0) && data.limit == nil)
    #expect(model.protocol == [PhaseDescription(.controlled)])
    #expect(model.protocol[0].end == .equilibrium)
    #expect(model.record.variables.map(\.description) == ["phi", "psi", "u", "loss", "residual"])
    #expect(model.record.every == nil)
  }

  @Test("Without a loss there is no controller, and one free phase")
  func withoutLoss() throws {
    let model = try file(ModelTexts.minimal)
    #expect(model.controller.kind == "none")
    #expect(model.protocol == [PhaseDescription(.free)])
    #expect(model.record.variables.map(\.description) == ["phi", "residual"])
  }

  @Test("Linear feedback has one block for each state: identity to the output, normal elsewhere")
  func linearFeedback() throws {
    let model = try ModelTexts.parse([:], "controller: linear-feedback")
    #expect(model.controller.feedback.map(\.population) == ["hidden", "output"])
    #expect(
      model.controller.feedback.map(\.source) == [
        .initialization(.init(kind: "normal")), .initialization(.init(kind: "identity")),
      ])
    let given = try ModelTexts.parse(
      [:], "controller: {kind: linear-feedback, feedback: {output: zeros, hidden: q.npy}}")
    #expect(
      given.controller.feedback.map(\.source) == [
        .array(.file("q.npy")), .initialization(.init(kind: "zeros")),
      ])
  }

  @Test(
    "A short form means the long one",
    arguments: [
      ("learning: {rule: least-control}", "learning: {rule: {kind: least-control}}"),
      ("learning: {optimizer: sgd}", "learning: {optimizer: {kind: sgd}}"),
      ("learning: {schedule: cosine}", "learning: {schedule: {kind: cosine}}"),
      (
        "learning: {feedback-rule: kolen-pollack}",
        "learning: {feedback-rule: {kind: kolen-pollack}}"
      ),
      ("learning: {optimizer: {clip: none}}", "learning: {}"),
      ("learning: {continuous: null}", "learning: {continuous: none}"),
      ("learning: {continuous: {}}", "learning: {continuous: {tau: 100, decay: 0}}"),
      ("controller: energy", "controller: {kind: energy}"),
      ("controller: {output: clamp}", "controller: {output: {kind: clamp}}"),
      ("controller: {noise: none}", "controller: {noise: {kind: none}}"),
      ("settling: {rtol: 0.01}", "settling: {rtol: {phi: 0.01, psi: 0.01, u: 0.01}}"),
      ("settling: {rtol: {u: 0.1}}", "settling: {rtol: {phi: 3e-2, psi: 3e-2, u: 0.1}}"),
      ("settling: {linear-solver: spgmr}", "settling: {linear-solver: {kind: spgmr}}"),
      ("settling: {polish: none}", "settling: {polish: {kind: none}}"),
      ("settling: {warm-start: true}", "settling: {warm-start: control}"),
      ("settling: {warm-start: false}", "settling: {unsettled: exclude}"),
      ("settling: {steps: {first: auto, max: inf}}", "settling: {steps: {max: .inf}}"),
      ("settling: {residual: 1e-6}", "settling: {residual: 0.000001}"),
      ("settling: {residual: 1.0e-6}", "settling: {residual: 1.E-6}"),
      ("settling: {floor: .5}", "settling: {floor: +5e-1}"),
      ("data: null", ""),
      ("parameters: ~", ""),
      ("record: {every: steps}", "record: {}"),
      ("initial: {phi: {hidden: normal}}", "initial: {phi: {hidden: {kind: normal, scale: 1}}}"),
      (
        "stimulus: {target: b}\ndata: {kind: csv, path: p, labels: l, classes: [a, b]}",
        "stimulus: {target: 1}\ndata: {kind: csv, path: p, labels: l, classes: [a, b]}"
      ),
      (
        "protocol: [{phase: free, duration: 1}]",
        "protocol: [{phase: free, duration: 1, name: free}]"
      ),
    ])
  func shorthand(_ short: String, _ long: String) throws {
    #expect(try ModelTexts.parse([:], short) == ModelTexts.parse([:], long))
  }

  @Test(
    "A short form inside the network means the long one",
    arguments: [
      (5, "    hidden: {size: 3, bias: {init: zeros}}", "    hidden: {shape: [3]}"),
      (5, "    hidden: {size: 3, bias: null}", "    hidden: {size: 3, bias: none}"),
      (5, "    hidden: {size: 3, bias: {init: 0.5}}", "    hidden: {size: 3, bias: {values: 0.5}}"),
      (
        8, "    - {from: input, to: hidden, init: he}",
        "    - {from: input, to: hidden, init: {kind: he}}"
      ),
      (8, "    - {from: input, to: hidden, weight: 0}", "    - {from: input, to: hidden, init: 0}"),
      (
        8, "    - {from: input, to: hidden, init: w.npy}",
        "    - {from: input, to: hidden, weight: w.npy}"
      ),
      (8, "    - {from: input, to: hidden, name: input-hidden}", "    - {from: input, to: hidden}"),
      (
        9, "    - {from: hidden, to: hidden, constraint: symmetric}",
        "    - {from: hidden, to: hidden, constraint: [{kind: symmetric}]}"
      ),
      (
        9, "    - {from: hidden, to: hidden, constraint: []}",
        "    - {from: hidden, to: hidden, constraint: none}"
      ),
      (
        9, "    - {from: hidden, to: hidden, feedback: separate}",
        "    - {from: hidden, to: hidden, feedback: {kind: separate, init: {kind: normal, norm: 1}}}"
      ),
      (
        11, "  loss: {kind: squared-error, population: output, units: all}",
        "  loss: {kind: squared-error, population: output}"
      ),
    ])
  func networkShorthand(_ line: Int, _ short: String, _ long: String) throws {
    #expect(try ModelTexts.parse([line: short]) == ModelTexts.parse([line: long]))
  }

  @Test("Every key of the schema is read")
  func everything() throws {
    let model = try file(ModelTexts.everything)
    #expect(model.description == "every key: set\n# no comment é")
    #expect(model.seed == .max && model.seeds.split == nil && model.seeds.initialization == 3)
    #expect(model.network.populations[0].shape == [1, 2, 2])
    #expect(model.network.populations[0].size == 4)
    let recurrent = model.network.projections[1]
    #expect(recurrent.constraints.map(\.kind) == [.symmetric, .spectralNorm, .sign, .zeroDiagonal])
    #expect(recurrent.constraints[2].value == -1)
    #expect(
      model.network.projections[2].weight
        == .array(.inline([1, 2, 3, 4, 5, 6e-7], shape: [2, 3])))
    #expect(model.network.projections[3].weight == .array(.inline([0.25], shape: [])))
    #expect(model.network.lossUnits == [1, 0])
    #expect(model.data?.classes == ["no", "yes"])
    #expect(model.learning?.schedule.milestones == [3, 7] && model.learning?.metrics == .step)
    #expect(model.stimulus?.target == .label(1))
    #expect(
      model.protocol[1].perturbations.map(\.variable.description) == ["phi.hidden", "u.output"])
    #expect(model.record.variables[2] == .init(quantity: .phi, population: "hidden", unit: 0))
  }

  @Test("The effective leak follows the form of the controller")
  func effectiveLeak() {
    var output = ControllerDescription.Output()
    (output.integral, output.proportional, output.leak) = (1, 2, 0.1)
    #expect(abs(output.effectiveLeak - 1.0 / 12) < 1e-16)  // SCIENCE.md 8.10
    output.leakOn = .total
    #expect(output.effectiveLeak == 0.1)
    (output.integral, output.leakOn) = (0, .integral)
    #expect(output.effectiveLeak == 0.5)
    (output.integral, output.leak) = (1, 0)
    #expect(output.effectiveLeak == 0)
  }

  @Test(
    "Hard cross-entropy without leak is allowed where it has an equilibrium",
    arguments: [
      (", soft: 0.01", "controller: {output: {leak: 0}}"),
      ("", "controller: {output: {leak: 0, integral: 0, proportional: 2}}"),
      ("", "controller: {output: {leak: 0}}\nstimulus: {target: [0.3, 0.7]}"),
      ("", "controller: none"),
    ])
  func leakless(_ soft: String, _ appended: String) throws {
    _ = try ModelTexts.parse(
      [11: "  loss: {kind: cross-entropy, population: output\(soft)}"], appended)
  }

  @Test("Names that a program registers are known")
  func registered() throws {
    var names = KnownNames()
    names.activations.append("swish")
    let text = ModelTexts.text([5: "    hidden: {size: 3, activation: swish}"])
    #expect(throws: ModelFileError.self) { _ = try ModelFile.parse(text: text, file: "m.yaml") }
    _ = try ModelFile.parse(text: text, file: "m.yaml", knownNames: names)
  }

  @Test("Training needs data, learning and a loss")
  func training() throws {
    let bare = try ModelFile.parse(text: ModelTexts.minimal, file: "m.yaml")
    let error = try #require(throws: ModelFileError.self) { try bare.requireForTraining() }
    for key in ["network.loss", "`data`", "`learning`"] { #expect(error.description.contains(key)) }
    #expect(throws: ModelFileError.self) { try bare.requireForEvaluation() }
    let digits = try ModelFile.parse(text: ModelTexts.digits, file: "m.yaml")
    try digits.requireForTraining()
    try digits.requireForEvaluation()
    // Some rules learn without control.
    let uncontrolled = try ModelFile.parse(
      text: ModelTexts.digits, file: "m.yaml", overrides: ["controller=none"])
    try uncontrolled.requireForTraining()
  }

  @Test("A later error finds the place of its key, or of the mapping around it")
  func places() throws {
    let file = try ModelFile.parse(text: ModelTexts.text(), file: "m.yaml")
    func place(_ key: String) -> SourcePlace? { file.error(at: key, "x").problems.first?.place }
    #expect(place("network.projections.hidden-output.to") == .position(line: 10, column: 26))
    #expect(place("network.projections.2.weight") == .position(line: 10, column: 7))
    #expect(place("learning.batch") == .position(line: 1, column: 1))
    #expect(file.error(at: "network.loss.kind", "no").description == "m.yaml:11:16: no")
  }
}
