import Foundation
import Testing

@Suite("What does not settle is diagnosed, and the command that is given helps")
struct DiagnosisTests {
  /// A failure that is provoked, and what is to be found of it.
  struct Provocation: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// A model of the repository, or the text of one.
    var model: String
    var settings: [String] = []
    var cause: String
    var course: String?
    /// What the next command sets.
    var cure: String
  }

  /// Two units with a leak each and weights that turn one into the other: by themselves they swing for
  /// ever more.
  static func pair(_ weights: String, activation: String = "tanh", more: String = "") -> String {
    """
    settle: 1
    name: pair
    network:
      populations:
        input: {size: 1, role: input}
        unit: {size: 2, activation: \(activation), bias: none}
      projections:
        - {from: input, to: unit, weight: [[0.5], [0]]}
        - {from: unit, to: unit, weight: \(weights)}
      loss: {kind: squared-error, population: unit, units: [0]}
    stimulus: {inputs: {input: [1]}, target: [0.3]}
    protocol: [{phase: free, until: equilibrium}]
    \(more)
    """
  }

  /// Time constants of 1e-4 and 10, and no control.
  static let stiff = """
    settle: 1
    name: stiff
    network:
      populations:
        input: {size: 1, role: input}
        fast: {size: 1, tau: 0.0001, bias: none}
        slow: {size: 1, tau: 10, bias: none}
      projections:
        - {from: input, to: slow, weight: [[1]]}
        - {from: slow, to: fast, weight: [[1]]}
      loss: {kind: squared-error, population: fast}
    stimulus: {inputs: {input: [1]}, target: [0]}
    protocol: [{phase: free, until: equilibrium}]
    """

  static let single = FailureTests.unstable.replacingOccurrences(of: "1.5", with: "0.5")

  static let provocations = [
    Provocation(
      testDescription: "a loop that oscillates", model: "oscillator", cause: "loop",
      course: "oscillates", cure: "controller.output.tau="),
    Provocation(
      testDescription: "a network that runs away", model: FailureTests.unstable, cause: "network",
      course: "explodes", cure: "network.projections.unit-unit.constraint="),
    Provocation(
      testDescription: "a network that oscillates by itself", model: pair("[[2, -3], [3, 2]]"),
      cause: "network", course: "oscillates", cure: "network.projections.unit-unit.constraint="),
    Provocation(
      testDescription: "a stiff network under adams", model: stiff,
      settings: ["settling.method=adams", "settling.limits.steps=500"], cause: "stiffness",
      cure: "settling.method=bdf"),
    Provocation(
      testDescription: "a kink", model: "energy",
      settings: ["network.populations.hidden.activation=relu", toEquilibrium], cause: "kink",
      cure: "protocol="),
    Provocation(
      testDescription: "a state too large to go on from", model: single,
      settings: ["initial={phi: {unit: [1.0e308]}}"], cause: "input", cure: "initial="),
    Provocation(
      testDescription: "tolerances below single precision", model: single,
      settings: ["precision=single", "settling.rtol=1e-12", "settling.atol=1e-15"],
      cause: "precision", cure: "settling.rtol="),
    Provocation(
      testDescription: "a target out of reach", model: "decoder-out-of-reach", cause: "target",
      course: "drifts", cure: "controller.output.leak="),
    Provocation(
      testDescription: "an integrator", model: pair("[[1, 0], [0, 0]]", activation: "identity"),
      cause: "network", course: "drifts", cure: "network.projections.unit-unit.constraint="),
    Provocation(
      testDescription: "a slow approach",
      model: pair("[[0.99, 0], [0, 0]]", activation: "identity"),
      settings: ["settling.limits.time=300"], cause: "limits", course: "approaches",
      cure: "settling.limits.time="),
    Provocation(
      testDescription: "too few steps", model: "tanh", settings: ["settling.limits.steps=10"],
      cause: "limits", cure: "settling.limits.steps="),
    Provocation(
      testDescription: "too few evaluations", model: "tanh",
      settings: ["settling.limits.evaluations=30"], cause: "limits",
      cure: "settling.limits.evaluations="),
    Provocation(
      testDescription: "too little time", model: "tanh", settings: ["settling.limits.time=0.5"],
      cause: "limits", cure: "settling.limits.time="),
    Provocation(
      testDescription: "an iteration that does not contract", model: "tanh",
      settings: ["settling.method=fixed-point", "settling.polish.iterations=3"], cause: "method",
      cure: "settling.method=bdf"),
  ]

  /// Tanh units cannot lift a readout to 5 through weights whose absolute values sum to 1.
  private static let outOfReach = """
    settle: 1
    name: out-of-reach
    network:
      populations:
        input: {size: 1, role: input}
        hidden: {size: 2, activation: tanh, bias: none}
        output: {size: 1, role: readout, bias: none}
      projections:
        - {from: input, to: hidden, weight: [[1], [-1]]}
        - {from: hidden, to: output, weight: [[0.5, -0.5]]}
      loss: {kind: squared-error, population: output}
    controller: {output: {leak: 0, tau: 5}}
    stimulus: {inputs: {input: [1]}, target: [5]}
    protocol: [{phase: controlled, until: equilibrium}]
    """

  private func path(of given: String, in scratch: Scratch) throws -> String {
    guard given.contains("settle: 1") || given == "decoder-out-of-reach" else {
      return Repository.model(given)
    }
    try scratch.write(given.contains("settle: 1") ? given : Self.outOfReach, to: "m.yaml")
    return "m.yaml"
  }

  /// Runs the command that a diagnosis gives, as it stands.
  private func follow(_ next: String?, in scratch: Scratch) throws -> Command.Result {
    let command = try #require(next)
    #expect(command.hasPrefix("settle "))
    return try shell("\"$SETTLE\" " + command.dropFirst("settle ".count), in: scratch)
  }

  @Test("a failure that is provoked", arguments: provocations)
  func provoked(_ provocation: Provocation) throws {
    let scratch = try Scratch()
    let model = try path(of: provocation.model, in: scratch)
    let result = try settle(
      ["simulate", model, "--output", "out", "--no-figures"]
        + provocation.settings.flatMap { ["--set", $0] }, in: scratch)
    #expect(result.status == 1, "\(result.report)")
    let diagnosis = try scratch.json("out/summary.json")["diagnosis"]
    #expect(diagnosis["cause"].string == provocation.cause, "\(result.report)")
    if let course = provocation.course {
      #expect(diagnosis["course"]["kind"].string == course, "\(result.report)")
    }
    let next = try #require(diagnosis["next"].string)
    #expect(next.contains(provocation.cure), "\(result.report)")
    #expect(result.err.contains("next: \(next)"))
    // The same without --output, which the command leaves out.
    #expect(!next.contains("--output"))
    let cured = try follow(next, in: scratch)
    #expect(cured.status == 0, "\(next)\n\(cured.report)")
  }

  @Test("a diagnosis says where, which variables, and which equation")
  func particulars() throws {
    let run = try Simulated(Repository.model("oscillator"), expecting: 1)
    let diagnosis = run.summary["diagnosis"]
    #expect(diagnosis["phase"].string == "2-controlled")
    let last = run.table.rows.count - 1
    #expect(diagnosis["time"].number == run.table.number(last, "time"))
    #expect(diagnosis["steps"].number > 100 && diagnosis["step"].number > 0)
    #expect(diagnosis["order"].number >= 1)
    // λ³ + λ² + λ/4 + 1 = 0: its pair swings with the period 2π/0.839207 (docs/analysis.md).
    #expect(abs(diagnosis["course"]["period"].number - 7.48705) < 0.05)
    // It grows by exp(0.179047·7.48705) in a period.
    #expect(abs(diagnosis["course"]["growth"].number / 3.82 - 1) < 0.05)
    #expect(abs(diagnosis["leading_eigenvalue"].number - 0.179047) < 1e-5)
    let shares = diagnosis["local_errors"].elements.map { $0["share"].number }
    #expect(!shares.isEmpty && shares == shares.sorted(by: >) && shares.reduce(0, +) < 1 + 1e-9)
    let terms = diagnosis["terms"].elements.map { $0["name"].string }
    #expect(terms.contains("control") || terms.contains("error"), "\(terms)")
    #expect(diagnosis["stiff"].bool == false)
    let tried = diagnosis["tried"].elements
    #expect(tried.dropLast().allSatisfy { $0["settles"].bool == false })
    #expect(tried.last?["settles"].bool == true)
    for words in ["local error: ", "swings with a period of 7.4", "is moved by", "next: settle "] {
      #expect(run.result.err.contains(words), "\(run.result.report)")
    }
  }

  @Test("where nothing simple helps, the next command looks closer, and runs")
  func closer() throws {
    let scratch = try Scratch()
    // All recurrent weights have a constraint already, so none is put in its place.
    let text = Self.pair("[[2, -3], [3, 2]]").replacingOccurrences(
      of: "[3, 2]]}", with: "[3, 2]], constraint: [{kind: spectral-norm, value: 9}]}")
    try scratch.write(text, to: "m.yaml")
    let result = try settle("simulate", "m.yaml", "--output", "out", in: scratch)
    #expect(result.status == 1)
    let diagnosis = try scratch.json("out/summary.json")["diagnosis"]
    #expect(diagnosis["cause"].string == "network")
    #expect(diagnosis["next"].string == "settle analyze m.yaml", "\(result.report)")
    let analysis = try follow(diagnosis["next"].string, in: scratch)
    #expect(analysis.status == 0 || analysis.status == 1, "\(analysis.report)")
  }

  @Test("what settles has no diagnosis; one of many samples has its own")
  func samples() throws {
    #expect(try Simulated(Repository.model("tanh")).summary["diagnosis"].isNull)
    let run = try Simulated(
      Repository.oracle("digits"), set: ["settling.limits.time=2"],
      ["--data-dir", Repository.data, "--split", "test"], expecting: 1)
    let diagnosis = run.summary["diagnosis"]
    let samples = run.summary["phases"][0]["samples"].elements.map { $0["sample"].number }
    #expect(samples.count == 50 && samples.contains(diagnosis["sample"].number))
    #expect(diagnosis["cause"].string == "limits", "\(run.result.report)")
    // Fifty samples are too many to be tried together, and the command says so.
    #expect(diagnosis["tried_on"].number == 8)
    #expect(run.result.err.contains("# was tried on 8 samples"), "\(run.result.report)")
  }

  @Test("evaluate and analyze diagnose the first sample that does not settle")
  func otherCommands() throws {
    let scratch = try Scratch()
    let limits = ["--set", "settling.limits.evaluations=3", "--set", "settling.limits.straggler=1"]
    let evaluated = try settle(
      ["evaluate", Repository.oracle("digits"), "--data-dir", Repository.data, "--output", "e"]
        + limits, in: scratch)
    #expect(evaluated.status == 0, "\(evaluated.report)")
    let diagnosis = try scratch.json("e/summary.json")["diagnosis"]
    let next = try #require(diagnosis["next"].string)
    #expect(next.hasPrefix("settle evaluate ") && next.contains("--set settling."), "\(next)")
    let cured = try follow(next + " --json", in: scratch)
    #expect(try JSON(cured.out)["unsettled"].number < evaluatedCount(scratch), "\(cured.report)")

    // An integrator with an input has no equilibrium.
    try scratch.write(
      Self.pair("[[1, 0], [0, 0]]", activation: "identity"), to: "n.yaml")
    let analyzed = try settle("analyze", "n.yaml", "--output", "a", in: scratch)
    #expect(analyzed.status == 1, "\(analyzed.report)")
    let why = try scratch.json("a/analysis.json")["diagnosis"]
    #expect(why["cause"].string == "network", "\(analyzed.report)")
    #expect(try follow(why["next"].string, in: scratch).status == 0)
  }

  private func evaluatedCount(_ scratch: Scratch) throws -> Double {
    try scratch.json("e/summary.json")["unsettled"].number
  }
}
