import Foundation
import Testing

@Suite("A training that fails says what to replay, why, and what to try")
struct TrainingFailureTests {
  private func train(
    _ settings: [String], _ more: [String] = [], in scratch: Scratch, expecting status: Int32 = 1
  ) throws -> Command.Result {
    let result = try settle(Trained.arguments(settings, more + ["--no-figures"]), in: scratch)
    try #require(result.status == status && !result.isSignalled, "\(result.report)")
    return result
  }

  private func follow(_ command: String, in scratch: Scratch) throws -> Command.Result {
    try shell("\"$SETTLE\" " + command.dropFirst("settle ".count), in: scratch)
  }

  /// The command in a line of a message.
  private func command(after prefix: String, in text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix(prefix) }.map {
      String($0.dropFirst(prefix.count).prefix(while: { $0 != "#" }))
        .trimmingCharacters(in: .whitespaces)
    }
  }

  private static let starved = [
    "settling.limits.evaluations=3", "settling.limits.straggler=1", "settling.descent=false",
  ]

  @Test(
    "too many unsettled samples, or one with the policy fail: the replay runs, and the change helps",
    arguments: ["exclude", "fail"])
  func unsettled(policy: String) throws {
    let scratch = try Scratch()
    let result = try train(Self.starved + ["settling.unsettled=\(policy)"], in: scratch)
    let summary = try scratch.json("run/summary.json")
    #expect(summary["status"].string == "failed")
    let diagnosis = summary["diagnosis"]
    #expect(diagnosis["cause"].string == "limits", "\(result.report)")
    #expect(result.err.contains("alone, by bdf at tight tolerances, it settles"))
    let replay = try #require(command(after: "to see its way: ", in: result.err))
    #expect(replay.hasPrefix("settle replay run --sample "), "\(replay)")
    let replayed = try follow(replay + " --json", in: scratch)
    #expect(replayed.status == 0, "\(replayed.report)")
    let seen = try JSON(replayed.out)
    #expect(seen["phases"].elements.contains { $0["reproduced"].bool == true })
    #expect(seen["diagnosis"]["cause"].string == "limits")
    // Whoever resumes it hears the same.
    let resumed = try settle("train", "--resume", "run", "--no-figures", in: scratch)
    #expect(resumed.status == 1, "\(resumed.report)")
    #expect(try scratch.json("run/summary.json")["diagnosis"]["cause"].string == "limits")
    let next = try #require(summary["next"].string)
    #expect(next.hasPrefix("settle train ") && next.contains("--set settling."), "\(next)")
    let cured = try follow(next, in: scratch)
    #expect(cured.status == 0, "\(next)\n\(cured.report)")
    #expect(try settle("verify", "run", in: scratch).status == 0, "the diagnosis has the same bits")
  }

  @Test("a change is recommended where a training with it goes on beyond the update that failed")
  func confirmed() throws {
    let scratch = try Scratch()
    let result = try settle(
      "train", Repository.model("digits-rnn"), "--set", "learning.epochs=3", "--set",
      "controller.output.leak=0.1", "--set", "network.projections.hidden-hidden.rate=1", "--set",
      "settling.descent=false", "--set", "settling.unsettled=fail", "--no-figures", "--output", "r",
      in: scratch)
    try #require(result.status == 1, "\(result.report)")
    let diagnosis = try scratch.json("r/summary.json")["diagnosis"]
    #expect(diagnosis["cause"].string == "loop", "\(result.report)")
    #expect(diagnosis["trains_to"].number > 0, "\(result.report)")
    #expect(result.err.contains("# was tried: trains to update "))
    // The trial may have had no time to come to the end.
    let cured = try follow(try #require(diagnosis["next"].string) + " --output c", in: scratch)
    if cured.status != 0 {
      let later = try scratch.table("c/unsettled.csv")
      #expect(later.number(0, "step") > diagnosis["trains_to"].number, "\(cured.report)")
    }
  }

  @Test("a rule whose change is no number: the first update accuses the rule")
  func nonFinite() throws {
    let scratch = try Scratch()
    let result = try train(
      ["learning.rule={local: \"control_post / (rate_pre - rate_pre)\"}"], in: scratch)
    #expect(result.err.contains("is not finite at element"), "\(result.report)")
    let summary = try scratch.json("run/summary.json")
    #expect(summary["status"].string == "failed")
    let next = try #require(summary["next"].string)
    #expect(next.hasPrefix("settle check "), "\(next)")
    let checked = try follow(next, in: scratch)
    #expect(checked.out.contains("nan"), "it shows what is wrong: \(checked.report)")
  }

  @Test("a rate that is far too high: the loss grows, and a tenth of the rate is better")
  func divergence() throws {
    let scratch = try Scratch()
    let result = try settle(
      Trained.arguments(
        [
          "learning.optimizer={kind: sgd, rate: 30}", "learning.max-unsettled=1",
          "learning.epochs=2",
        ], ["--no-figures"]), in: scratch)
    let summary = try scratch.json("run/summary.json")
    let warnings = summary["warnings"].elements
    let causes = warnings.compactMap { $0["cause"].string }
    #expect(!causes.isEmpty, "\(result.report)")
    #expect(warnings.allSatisfy { $0["update"].number > 0 })
    for warning in warnings {
      let next = try #require(warning["next"].string)
      #expect(result.err.contains("next: \(next)"))
    }
  }

  @Test("weights that have outgrown everything accuse the rate, and the rate that is named trains")
  func hopelessRate() throws {
    let scratch = try Scratch()
    // Enough for weights that learn.
    let result = try train(
      [
        "learning.optimizer={kind: adam, rate: 1e6}", "settling.limits.evaluations=400",
        "settling.limits.straggler=1", "settling.descent=false",
      ], in: scratch)
    let summary = try scratch.json("run/summary.json")
    #expect(summary["why"].string?.contains("the learning rate 1000000 is too large") == true)
    #expect(summary["diagnosis"].isNull && result.err.contains("why: the values "))
    #expect(summary["settled_fraction"].number < 1, "of the epoch that was given up")
    #expect(try settle("verify", "run", in: scratch).status == 0)
    // Whoever resumes it hears the same.
    let resumed = try settle("train", "--resume", "run", "--no-figures", in: scratch)
    #expect(resumed.status == 1 && resumed.err.contains("is too large"), "\(resumed.report)")
    let next = try #require(summary["next"].string)
    #expect(next.contains("learning.optimizer.rate="), "\(next)")
    let cured = try follow(next + " --output cured", in: scratch)
    #expect(cured.status == 0, "\(next)\n\(cured.report)")
  }

  @Test("what a limit or a signal ends within an epoch says how many updates there were")
  func limited() throws {
    let scratch = try Scratch()
    let result = try train([], ["--max-updates", "3"], in: scratch, expecting: 0)
    #expect(result.err.contains("stopped after 0 epochs, 3 updates"), "\(result.report)")
    #expect(try scratch.json("run/summary.json")["updates"].number == 3)
    // Its summary is verified, too, and one that was evaluated at its end.
    let verified = try settle("verify", "run", in: scratch)
    #expect(verified.status == 0 && verified.out.contains("summary.json: "), "\(verified.report)")
    _ = try train(
      [], ["--max-updates", "3", "--evaluate-at-end", "--force"], in: scratch, expecting: 0)
    let again = try settle("verify", "run", in: scratch)
    #expect(again.status == 0 && again.out.contains("summary.json: "), "\(again.report)")
    let partial = try settle("verify", "run", "--max-updates", "2", in: scratch)
    #expect(partial.out.contains("are compared only without --max-updates"), "\(partial.report)")
  }

  @Test("an evaluation is verified, bit for bit, with its tables and arrays")
  func evaluation() throws {
    let run = try Trained()
    let scratch = run.scratch
    let evaluated = try settle(
      "evaluate", Repository.oracle("digits"), "--data-dir", Repository.data, "--parameters",
      "run/parameters.safetensors", "--output", "e", "--confusion", "--equilibria", "--controlled",
      in: scratch)
    try #require(evaluated.status == 0, "\(evaluated.report)")
    let verified = try settle("verify", "e", in: scratch)
    #expect(verified.status == 0, "\(verified.report)")
    for name in ["predictions.csv", "confusion.csv", "equilibria.safetensors", "summary.json"] {
      #expect(verified.out.contains("\(name): "), "\(verified.report)")
    }
    let residual = try scratch.table("e/predictions.csv")[3, "residual"]
    try scratch.write(
      scratch.text("e/predictions.csv").replacingOccurrences(of: residual, with: "0.5"),
      to: "e/predictions.csv")
    let tampered = try settle("verify", "e", in: scratch)
    #expect(
      tampered.status == 1 && tampered.out.contains("predictions.csv, row 4, column residual"))
    #expect(try settle("verify", "e", "--max-updates", "2", in: scratch).status == 65)
    // Other parameters in the file are not taken for the run's.
    let other = try Trained([], ["--seed", "9"])
    try scratch.write(
      Array(other.scratch.bytes("run/parameters.safetensors")), to: "run/parameters.safetensors")
    #expect(try settle("verify", "e", in: scratch).status == 65)
  }
}
