import Dynamics
import Experiments
import Learning
import Testing

@Suite("Rules of model files")
struct RuleTests {
  /// Two hidden populations with a loop, and an output; line and column of what tests point at.
  private func file(_ rest: String, populations: String = "size: 2") throws -> ModelFile {
    try ModelFile.parse(
      text: """
        settle: 1
        network:
          populations:
            input: {size: 2, role: input}
            hidden: {size: 3, activation: tanh}
            output: {\(populations)}
          projections:
            - {from: input, to: hidden}
            - {from: hidden, to: output}
            - {from: output, to: hidden, constraint: symmetric}
          loss: {kind: cross-entropy, population: output}
        \(rest)
        """, file: "m.yaml")
  }

  private func rule(_ rest: String) throws -> any LearningRule {
    let file = try file(rest)
    return try Experiment(file).rule(#require(file.model.learning))
  }

  static let alone =
    "controller: {kind: linear-feedback, feedback: {hidden: none, output: identity}}"

  @Test(
    "say what they read",
    arguments: [
      ("", "recurrent-backpropagation", [SettledPhase.adjoint]),
      ("", "{kind: equilibrium-propagation, beta: 0.2}", [.nudged(0.2)]),
      ("", "{kind: equilibrium-propagation, symmetric: true}", [.nudged(-0.1), .nudged(0.1)]),
      (alone, "{kind: equilibrium-propagation, energy: hopfield}", [.free, .nudged(0.1)]),
      ("", "{kind: predictive-coding, precision: 0.5}", [.nudged(1)]),
      (alone, "contrastive-hebbian", [.free, .controlled]),
      ("", "deep-feedback-control", [.targetNudged(0.1)]),
      ("", "{kind: deep-feedback-control, nudging: none}", [.controlled]),
      ("", "finite-differences", [.free]),
      ("", "{kind: finite-differences, objective: energy}", [.controlled]),
    ])
  func phases(controller: String, rule: String, phases: [SettledPhase]) throws {
    let made = try self.rule("\(controller)\nlearning: {rule: \(rule)}")
    #expect(made.phases.sorted() == phases)
    #expect(rule.contains(made.name))
  }

  @Test(
    "refuse, by line and column, what they cannot learn",
    arguments: [
      ("learning: {rule: backpropagation}", "12:18", "hidden lies on a cycle"),
      ("learning: {rule: predictive-coding}", "12:18", "do not minimise cross-entropy"),
      (
        "controller: linear-feedback\nlearning: {rule: predictive-coding}", "12:13",
        "the controller here is `linear-feedback`"
      ),
      (
        "controller: linear-feedback\nlearning: {rule: equilibrium-propagation}", "12:13",
        "`kind: energy` or `kind: dynamic-inversion`"
      ),
      (
        "controller: linear-feedback\nlearning: {rule: contrastive-hebbian}", "12:13",
        "`output: identity` and `none` for the other populations"
      ),
      (
        "controller: none\nlearning: {rule: least-control}", "12:13",
        "reads the phase controlled, which needs a `controller` other than `none`"
      ),
      (
        "controller: none\nlearning: {rule: deep-feedback-control}", "12:13",
        "target-nudged(0.1)"
      ),
    ])
  func refused(rest: String, place: String, message: String) throws {
    let error = try #require(throws: ModelFileError.self) { _ = try rule(rest) }
    #expect(error.description.contains("m.yaml:\(place): "), "\(error)")
    #expect(error.description.contains(message), "\(error)")
  }

  @Test("a pair of projections is symmetric from the start")
  func symmetricPair() throws {
    let parameters = try Experiment(file("seed: 3")).initialParameters()
    let forth = parameters["hidden-output.weight"].values
    let back = parameters["output-hidden.weight"].values
    for post in 0..<2 {
      for pre in 0..<3 {
        #expect(forth[post * 3 + pre] == back[pre * 2 + post] && forth[post * 3 + pre] != 0)
      }
    }
  }
}
