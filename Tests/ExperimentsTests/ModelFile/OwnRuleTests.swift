import Dynamics
import Experiments
import Learning
import Testing

@Suite("Model files: rules of one's own")
struct OwnRuleTests {
  private static func text(_ rule: String) -> String {
    """
    settle: 1
    network:
      populations:
        input: {size: 2, role: input}
        output: {size: 3}
      projections:
        - {from: input, to: output}
      loss: {kind: squared-error, population: output}
    controller: {kind: dynamic-inversion}
    learning:
      rule: \(rule)
    """
  }

  /// Every problem, as line, column and message.
  private static func problems(
    _ rule: String, overrides: [String] = []
  ) -> [(place: SourcePlace, message: String)] {
    do {
      _ = try ModelFile.parse(text: text(rule), file: "m.yaml", overrides: overrides)
      return []
    } catch {
      return error.problems.map { ($0.place, $0.message) }
    }
  }

  @Test(
    "a mistake in an expression is told at its line and column inside the text",
    arguments: [
      (#"{local: "control_post * rate_pots"}"#, 11, 33, "did you mean `rate_post`"),
      ("{local: 'control_post * rate_pots'}", 11, 33, "did you mean `rate_post`"),
      ("{local: control_post * weight_other}", 11, 32, "not local"),
      ("{local: tahn(rate_pre)}", 11, 17, "did you mean `tanh`"),
      (#"{local: ""}"#, 11, 18, "empty"),
      ("\n    local: >\n      control_post *\n        rate_prr\n", 14, 9, "rate_prr"),
      ("\n    local: |\n      control_post\n       * rate_prr", 14, 10, "rate_prr"),
      ("\n    local: control_post\n      * rate_prr", 13, 9, "rate_prr"),
      // An escape: the place of the value.
      (#"{local: "rate_pre\u0020* rate_prr"}"#, 11, 17, "rate_prr"),
    ])
  func places(rule: String, line: Int, column: Int, word: String) throws {
    let problems = Self.problems(rule)
    let problem = try #require(problems.first)
    #expect(problem.place == .position(line: line, column: column), "\(problem)")
    #expect(problem.message.contains(word), "\(problem)")
    #expect(problems.count == 1)
  }

  @Test(
    "keys that contradict each other, or would do nothing, are refused",
    arguments: [
      (#"{local: "rate_pre", kind: least-control}"#, "two rules"),
      (#"{kind: least-control, local: "rate_pre"}"#, "two rules"),
      ("local", "is an expression"), ("{third: [loss]}", "does not apply"),
      (#"{local: "rate_pre", third: [loss]}"#, "not used"),
      (#"{local: "rate_pre", third: [los]}"#, "did you mean `loss`"),
      (#"{local: "loss * rate_pre"}"#, "third: [loss]"),
      (#"{local: "rate_pre", beta: 0.1}"#, "no nudged phase"),
      (#"{local: "nudged_rate_pre", beta: 0}"#, "nudges nothing"),
      (#"{local: "rate_pre", options: {a: 1}}"#, "does not apply"),
    ])
  func contradictions(rule: String, word: String) {
    let problems = Self.problems(rule)
    #expect(problems.contains { $0.message.contains(word) }, "\(problems)")
  }

  @Test("an expression from the command line is told by the number of the argument")
  func override() throws {
    let problem = try #require(
      Self.problems("least-control", overrides: ["learning.rule={local: rate_pre * rte}"]).first)
    #expect(problem.place == .argument(1))
    #expect(problem.message.contains("character 12"))
  }

  @Test("a resolved file reads back to the same rule")
  func roundTrip() throws {
    for rule in [
      #"{local: "control_post * rate_pre - 1e-4 * weight"}"#,
      #"{local: "(nudged_rate_post - free_rate_post) / beta * error", third: [error], beta: 0.2}"#,
    ] {
      let file = try ModelFile.parse(text: Self.text(rule), file: "m.yaml")
      let again = try ModelFile.parse(
        text: ModelFile.resolvedYAML(file.model), file: "m.yaml")
      #expect(again.model == file.model)
      let built = try Experiment(again).rule(try #require(again.model.learning))
      #expect((built as? ExpressionRule)?.text == file.model.learning?.rule.local)
    }
  }
}
