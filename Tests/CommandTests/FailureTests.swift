import Testing

@Suite("What cannot be done is said, with an exit code of its own")
struct FailureTests {
  private func outcome(_ run: Simulated) -> String? {
    let phases = run.summary["phases"].elements
    return phases.last?["samples"][0]["certificate"]["outcome"].string
  }

  /// α = 0 and τ_u = 1: unstable, since 2a(aτ_u + α)² < τ_u for a = 0.5.
  @Test("a loop that oscillates")
  func oscillation() throws {
    let run = try Simulated(Repository.model("oscillator"), expecting: 1)
    #expect(outcome(run) == "oscillating")
    #expect(run.result.err.contains("controller.output.tau"), "what to change")
    #expect(run.summary["complete"].bool == false)
    #expect(run.summary["phases"][1]["samples"][0]["phi"][0].isNull, "no state is handed out")
    // It was stopped long before the limit of 10000.
    #expect(run.table.number(run.table.rows.count - 1, "time") < 5000)
    for remedy in ["controller.output.tau=5", "controller.output.leak=1"] {
      _ = try Simulated(Repository.model("oscillator"), set: [remedy])
    }
  }

  static let unstable = """
    settle: 1
    name: unstable
    network:
      populations:
        input: {size: 1, role: input}
        unit: {size: 1, bias: none}
      projections:
        - {from: input, to: unit, weight: [[1]]}
        - {from: unit, to: unit, weight: [[1.5]]}
      loss: {kind: squared-error, population: unit}
    stimulus: {inputs: {input: [1]}, target: [0]}
    protocol: [{phase: free, until: equilibrium}, {phase: controlled, until: equilibrium}]
    """

  @Test("a network that diverges", arguments: ["double", "single"], ["bdf", "adams", "auto"])
  func divergence(precision: String, method: String) throws {
    let scratch = try Scratch()
    try scratch.write(Self.unstable, to: "m.yaml")
    let run = try Simulated(
      scratch.file("m.yaml"), set: ["precision=\(precision)", "settling.method=\(method)"],
      expecting: 1)
    #expect(outcome(run) == "diverged", "\(run.result.report)")
    #expect(run.summary["phases"].elements.count == 1, "the second phase was not begun")
    #expect(run.result.err.contains("phase 2 of 2"))
    // The residual of a state that cannot be measured is never small.
    let last = run.table.rows.count - 1
    #expect(!(run.table.number(last, "residual") <= 1e-6))
  }

  @Test("a phase of given duration fails where the network diverges, and only there")
  func duration() throws {
    let scratch = try Scratch()
    try scratch.write(Self.unstable, to: "m.yaml")
    let short = try Simulated(
      scratch.file("m.yaml"), set: ["protocol=[{phase: free, duration: 10}]"])
    // dφ/dt = φ/2 + 1 from 0, to the tolerances of `simulate` (1e-6), amplified as the solution is.
    expectEqual(
      [short.table.number(short.table.rows.count - 1, "phi.unit.0")], [2 * (148.4131591 - 1)],
      within: 1e-2)
    _ = try Simulated(
      scratch.file("m.yaml"), set: ["protocol=[{phase: free, duration: 5000}]"], expecting: 1)
  }

  @Test(
    "limits that are too low",
    arguments: [
      ("settling.limits.steps=10", "out-of-steps"),
      ("settling.limits.evaluations=10", "out-of-steps"),
      ("settling.limits.time=0.5", "out-of-time"),
    ])
  func limits(setting: String, wanted: String) throws {
    let run = try Simulated(Repository.model("tanh"), set: [setting], expecting: 1)
    #expect(outcome(run) == wanted)
    #expect(run.result.err.contains("settling.limits"))
    #expect(run.summary["phases"][0]["samples"][0]["loss"].isNull)
    #expect(run.summary["phases"].elements.count == 1)
  }

  @Test("training stops where too many samples do not settle, and keeps what there is")
  func tooManyUnsettled() throws {
    let scratch = try Scratch()
    let result = try settle(
      Trained.arguments([
        "settling.limits.evaluations=3", "settling.limits.straggler=1", "settling.descent=false",
      ]), in: scratch)
    #expect(result.status == 1, "\(result.report)")
    #expect(result.err.contains("learning.max-unsettled"))
    #expect(try scratch.json("run/manifest.json")["status"].string == "failed")
    // As soon as it is more than half of the 120 samples, whatever the others would do.
    let unsettled = try scratch.table("run/unsettled.csv").rows.count
    #expect(unsettled > 60 && unsettled < 120)
    let policy = try settle(
      Trained.arguments(
        [
          "settling.limits.evaluations=3", "settling.limits.straggler=1",
          "settling.descent=false", "settling.unsettled=fail",
        ], ["--force"]), in: scratch)
    #expect(policy.status == 1, "\(policy.report)")
  }

  @Test(
    "places that cannot be written to end with 74",
    arguments: [
      ["simulate", "--output", "/dev/full"], ["simulate", "--output", "file/x"],
      ["simulate", "--output", "file"], ["simulate", "--output", "/proc/settle"],
      ["train", "--output", "file/x"], ["train", "--output", "/proc/settle"],
      ["evaluate", "--output", "file/x"], ["evaluate", "--output", "/proc/settle"],
    ])
  func output(arguments: [String]) throws {
    let scratch = try Scratch()
    try scratch.write("mine", to: "file")
    let result = try settle(
      [arguments[0], Repository.oracle("digits"), "--data-dir", Repository.data]
        + (arguments[0] == "simulate" ? ["--split", "test", "--sample", "2"] : [])
        + arguments.dropFirst(), in: scratch)
    #expect(result.status == 74, "\(result.report)")
    #expect(result.out.isEmpty)
    #expect(result.err.hasPrefix("error: \(arguments[2])"), "\(result.report)")
    #expect(scratch.tree == ["file"])
    #expect(try scratch.text("file") == "mine")
  }

  @Test(
    "a full disk under standard output is noticed",
    arguments: [
      ["simulate", Repository.model("tanh"), "--output", "-"],
      ["simulate", Repository.model("tanh"), "--json", "--output", "out"],
      ["check", Repository.model("tanh"), "--json"],
    ])
  func fullDisk(arguments: [String]) throws {
    #if os(Linux)
      let result = try settle(arguments, in: Scratch(), output: "/dev/full")
      #expect(result.status == 74, "\(result.report)")
      #expect(result.err.contains("standard output"))
    #endif
  }

  @Test("a reader that has seen enough is no reason to complain")
  func closedPipe() throws {
    let result = try shell(
      "\"$SETTLE\" simulate '\(Repository.model("tanh"))' --quiet --every 0.001 --output - | head -1;"
        + " echo ${PIPESTATUS[0]}", in: Scratch())
    let lines = result.out.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("time,phase,sample,"))
    // 74, not 141 or worse: it saw the error and ended by itself. 0 if the pipe held everything.
    #expect(lines.last == "74" || lines.last == "0", "\(result.report)")
    #expect(result.err.isEmpty, "\(result.report)")
  }
}
