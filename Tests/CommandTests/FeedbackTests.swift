import Testing

/// Feedback rules, noise and continuous learning, as a user meets them.
@Suite("Feedback that learns, and weights inside the dynamics")
struct FeedbackTests {
  private static let continuous = Repository.model("continuous")
  private static let linear = Repository.model("linear-feedback")

  private static let noisy = [
    "controller.noise={kind: ornstein-uhlenbeck, sigma: 0.1, step: 0.05, tau: 0.5}",
    "protocol=[{phase: controlled, until: equilibrium}, {phase: controlled, duration: 4, keep-control: true}]",
  ]

  @Test("the model of continuous learning learns: control fades, and its weights are saved")
  func continuousModel() throws {
    let run = try Simulated(
      Self.continuous, set: ["protocol.learning.duration=800"], ["--every", "10"])
    let time = run.table.column("time").count
    #expect(time > 80)
    for name in (0..<9).map({ "weight.hidden-hidden.\($0)" }) {
      let values = run.table.column(name)
      #expect(values.first! != values.last!)
    }
    let rows = run.table.rows(inPhase: "2-learning")
    #expect(abs(run.table.number(rows.last!, "psi.hidden.1")) < 1e-4)
    // Free again, the output stays where control had it.
    expectEqual(
      run.sample(phase: 2)["output"].numbers, [0.5, -0.2], within: 1e-3, "free output")
  }

  @Test("weights that learn too fast are reported, with what to change")
  func tooFast() throws {
    let scratch = try Scratch()
    let result = try settle(
      "simulate", Self.continuous, "--set", "learning.continuous.tau=1", "--set",
      "settling.limits.steps=20000", "--output", "out", in: scratch)
    #expect(result.status == 1)
  }

  @Test("noise in simulate: the same bits from the same seed, and none while it waits for rest")
  func noise() throws {
    let first = try Simulated(Self.linear, set: Self.noisy)
    let second = try Simulated(Self.linear, set: Self.noisy)
    let other = try Simulated(Self.linear, set: Self.noisy + ["seeds.noise=9"])
    #expect(first.table.column("phi.hidden.0") == second.table.column("phi.hidden.0"))
    #expect(first.table.column("phi.hidden.0") != other.table.column("phi.hidden.0"))
    // 4 / 0.05 steps, and the start.
    let phases = first.table.column("phase")
    #expect(phases.count { $0 == "2-controlled" } == 81)
    let rest = first.sample()["phi"].numbers
    #expect(rest == other.sample()["phi"].numbers)
  }

  @Test(
    "what does not go together is refused, with the place and a way out",
    arguments: [
      ("linear-feedback", ["learning={feedback-rule: kolen-pollack}"], "kolen-pollack"),
      ("tanh", ["learning={feedback-rule: kolen-pollack}"], "feedback: separate"),
      ("digits-kp", ["network.projections.hidden-output.decay=0"], "decay alike"),
      ("digits-kp", ["network.projections.hidden-output.feedback.learn=false"], "alike"),
      ("digits-kp", ["learning.feedback-rule=noise"], "kolen-pollack"),
      ("digits-lf-noise", ["controller.noise=none"], "ornstein-uhlenbeck"),
      ("digits-lf-noise", ["controller.noise.sigma=0"], "strength 0"),
      ("digits-lf-noise", ["controller.noise.step=0.1"], "less than twice"),
      ("digits-lf-noise", ["controller.noise.tau=0.03"], "order of time constants"),
      ("digits-lf-noise", ["learning.feedback-rule=none"], "no rule learns from the noise"),
      ("continuous", ["controller.kind=energy"], "dynamic-inversion"),
      ("continuous", ["learning.rule={kind: least-control, modulation: slope}"], "least-control"),
      ("continuous", ["network.projections.hidden-hidden.decay=0.1"], "learning.continuous.decay"),
      ("continuous", ["network.projections.hidden-hidden.constraint=symmetric"], "constraint"),
      ("continuous", ["record.variables=[feedback]"], "no `feedback`"),
      ("continuous", ["record.variables=[weight.hidden-hiden]"], "hidden-hidden"),
      ("continuous", ["record.variables=[weight.hidden-hidden.9]"], "0 to 8"),
      ("digits-rnn", ["learning.continuous={tau: 100}"], "settle simulate"),
    ])
  func refusals(model: String, settings: [String], hint: String) throws {
    let scratch = try Scratch()
    let verb = model.hasPrefix("digits") ? "train" : "simulate"
    let result = try settle(
      [verb, Repository.model(model), "--output", "out"] + settings.flatMap { ["--set", $0] },
      in: scratch)
    #expect(result.status == 65, "\(result.report)")
    #expect(result.err.contains(hint), "\(result.err)")
  }
}
