import Foundation
import Testing

@Suite("settle sweep")
struct SweepTests {
  private static let model = Repository.oracle("digits")
  private static let short = ["--set", "learning.epochs=2"]

  private func sweep(
    _ arguments: [String], in scratch: Scratch, expecting status: Int32 = 0
  ) throws -> Command.Result {
    let result = try settle(["sweep"] + arguments, in: scratch)
    try #require(result.status == status && !result.isSignalled, "\(result.report)")
    return result
  }

  private func rates(_ scratch: Scratch, _ more: [String] = []) throws {
    _ = try sweep(
      [
        Self.model, "--data-dir", Repository.data, "--set", "learning.optimizer.rate=0.003,0.01",
        "--seeds", "1..3", "--output", "s", "--quiet",
      ] + Self.short + more, in: scratch)
  }

  @Test("has a row for each combination and seed, with what that run says of itself")
  func grid() throws {
    let scratch = try Scratch()
    try rates(scratch)
    let table = try scratch.table("s/sweep.csv")
    #expect(
      table.header.prefix(4) == ["run", "learning.optimizer.rate", "seed", "status"][...])
    #expect(table.header.suffix(3) == ["evaluations", "seconds", "note"][...])
    #expect(table.column("run") == (1...6).map { "000\($0)" })
    #expect(
      table.column("learning.optimizer.rate") == [
        "0.003", "0.01", "0.003", "0.01", "0.003", "0.01",
      ])
    #expect(table.column("seed") == ["1", "1", "2", "2", "3", "3"])
    #expect(Set(table.column("status")) == ["done"])
    for row in 0..<6 {
      let run = "s/runs/\(table[row, "run"])"
      let summary = try scratch.json("\(run)/summary.json")
      for name in ["test_accuracy", "test_loss", "control_energy", "epoch", "evaluations"] {
        #expect(table.number(row, name) == summary[name].number)
      }
      let metrics = try scratch.table("\(run)/metrics.csv")
      let last = metrics.rows.count - 1
      #expect(table[row, "test_loss"] == metrics[last, "test_loss"])
      // Evaluations are those of all updates: 120 samples an epoch.
      let sum = (1...last).reduce(0.0) { $0 + 120 * metrics.number($1, "mean_evaluations") }
      #expect(abs(table.number(row, "evaluations") - sum) < 1e-6)
      let manifest = try scratch.json("\(run)/manifest.json")
      #expect(manifest["threads"].number == 1)
      #expect(manifest["seed"].number == table.number(row, "seed"))
    }
  }

  @Test("a run of it has the bits of the same training alone")
  func sameBits() throws {
    let scratch = try Scratch()
    try rates(scratch)
    let alone = try Trained(
      ["learning.epochs=2", "learning.optimizer.rate=0.01"], ["--seed", "2", "--threads", "2"])
    #expect(try Trained.bits(of: "s/runs/0004", in: scratch) == alone.bits())
  }

  @Test("compares values over equal seeds, and says from how many pairs")
  func comparison() throws {
    let scratch = try Scratch()
    try rates(scratch)
    let table = try scratch.table("s/sweep.csv")
    let comparison = try scratch.table("s/comparison.csv")
    let row = try #require(comparison.column("metric").firstIndex(of: "test_loss"))
    #expect(comparison[row, "key"] == "learning.optimizer.rate")
    #expect(comparison[row, "baseline"] == "0.003" && comparison[row, "value"] == "0.01")
    #expect(comparison[row, "pairs"] == "3" && comparison[row, "unpaired"] == "0")
    let differences = [0, 2, 4].map {
      table.number($0 + 1, "test_loss") - table.number($0, "test_loss")
    }
    let mean = differences.reduce(0, +) / 3
    expectEqual([comparison.number(row, "mean_difference")], [mean], within: 1e-14)
    // Student's t of two degrees of freedom in closed form: 4.3026527299 at 97.5 %.
    let deviation = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
    let reach = 4.302652729911275 * deviation / 3.squareRoot()
    expectEqual(
      comparison.numbers(row, ["t_low", "t_high"]), [mean - reach, mean + reach],
      within: 1e-10 * abs(mean))
    #expect(comparison[row, "sign_flip_low"] == "-inf", "three pairs cannot exclude anything")
    let summary = try scratch.json("s/summary.json")
    #expect(summary["runs"]["done"].number == 6 && summary["status"].string == "done")
    #expect(
      summary["comparisons"].elements.contains {
        $0["metric"].string == "test_loss" && $0["pairs"].number == 3
      })
  }

  @Test(
    "one run that fails is reported, and the others go on; resumed, it is tried again only if asked"
  )
  func failures() throws {
    let scratch = try Scratch()
    let result = try sweep(
      [
        Self.model, "--data-dir", Repository.data, "--set",
        "learning.rule=least-control,nonsense", "--output", "s",
      ] + Self.short, in: scratch, expecting: 1)
    let table = try scratch.table("s/sweep.csv")
    #expect(table[0, "status"] == "done")
    #expect(table[1, "status"] == "refused")
    #expect(table[1, "test_loss"] == "NaN")
    #expect(result.err.contains("unknown rule `nonsense`"), "\(result.report)")
    #expect(try scratch.text("s/sweep.csv").contains("unknown rule `nonsense`"))
    #expect(result.err.contains("(s/logs/0002.err)"), "the log is named")
    let before = try scratch.bytes("s/runs/0001/metrics.csv")
    _ = try sweep(["--resume", "s", "--quiet"], in: scratch, expecting: 1)
    #expect(try scratch.bytes("s/runs/0001/metrics.csv") == before, "what is done stays")
  }

  @Test("interrupted it saves, and goes on to the same table")
  func resumption() throws {
    let arguments = [
      Self.model, "--data-dir", Repository.data, "--set", "learning.epochs=60", "--set",
      "learning.batch=8,12", "--seeds", "1,2", "--output", "s", "--quiet", "--jobs", "2",
    ]
    let calm = try Scratch()
    _ = try sweep(arguments, in: calm)
    let scratch = try Scratch()
    let command = try Command(Repository.executable, ["sweep"] + arguments, in: scratch)
    // Once both runs are on their way.
    for _ in 0..<2000 {
      if scratch.exists("s/runs/0002/metrics.csv") { break }
      usleep(2000)
    }
    command.send(SIGINT)
    let result = try command.finish()
    #expect(result.status == 130 && !result.isSignalled, "\(result.report)")
    let early = try scratch.table("s/sweep.csv")
    #expect(early.rows.count < 4)
    #expect(try scratch.json("s/summary.json")["status"].string == "interrupted")
    // The run in work has saved.
    #expect(try scratch.json("s/runs/0002/manifest.json")["status"].string != "running")
    _ = try sweep(["--resume", "s", "--quiet"], in: scratch)
    let clocks: Set = ["seconds"]
    #expect(
      try scratch.table("s/sweep.csv").without(clocks)
        == calm.table("s/sweep.csv").without(clocks))
    let done = try scratch.bytes("s/sweep.csv")
    _ = try sweep(["--resume", "s", "--quiet"], in: scratch)
    #expect(try scratch.bytes("s/sweep.csv") == done, "there was nothing left to do")
  }

  @Test("killed it goes on, too")
  func killed() throws {
    let scratch = try Scratch()
    let arguments = [
      "sweep", Self.model, "--data-dir", Repository.data, "--set", "learning.epochs=40", "--seeds",
      "1..3", "--output", "s", "--quiet", "--jobs", "1", "--threads", "1",
    ]
    let command = try Command(Repository.executable, arguments, in: scratch)
    for _ in 0..<5000 {
      if scratch.exists("s/runs/0002/metrics.csv") { break }
      usleep(2000)
    }
    command.send(SIGKILL)
    #expect(try command.finish().isSignalled)
    // Its child saves and ends; its own lock keeps the folder until it has.
    var result = try settle("sweep", "--resume", "s", "--quiet", in: scratch)
    for _ in 0..<20 where result.status != 0 {
      usleep(200_000)
      result = try settle("sweep", "--resume", "s", "--quiet", in: scratch)
    }
    #expect(result.status == 0, "\(result.report)")
    let table = try scratch.table("s/sweep.csv")
    #expect(table.column("status") == ["done", "done", "done"])
    let alone = try Trained(["learning.epochs=40"], ["--seed", "2"])
    #expect(try Trained.bits(of: "s/runs/0002", in: scratch) == alone.bits())
  }

  @Test("a budget of evaluations ends each training once it is spent, saved and measured")
  func evaluationBudget() throws {
    let scratch = try Scratch()
    let budget = 6000.0
    _ = try sweep(
      [
        Self.model, "--data-dir", Repository.data, "--set",
        "learning.rule=least-control,recurrent-backpropagation", "--set", "learning.epochs=500",
        "--budget-evaluations", "6000", "--output", "s", "--quiet",
      ], in: scratch)
    let table = try scratch.table("s/sweep.csv")
    for row in 0..<2 {
      #expect(table[row, "status"] == "stopped")
      // The batch that spends the rest is finished: 32 samples of at most some hundred evaluations.
      let spent = table.number(row, "evaluations")
      #expect(spent >= budget)
      let run = "s/runs/000\(row + 1)"
      let steps = try scratch.json("\(run)/summary.json")["step"].number
      // No batch takes more than twice what all take on average.
      #expect(spent - 2 * spent / steps <= budget, "one batch less was within the budget")
      #expect(table.number(row, "test_loss").isFinite, "measured where it ended")
      let evaluated = try settle(
        "evaluate", Self.model, "--data-dir", Repository.data, "--parameters",
        "\(run)/parameters.safetensors", "--json", "--quiet", in: scratch)
      expectEqual(
        [try JSON(evaluated.out)["loss"].number], [table.number(row, "test_loss")], within: 1e-12)
    }
  }

  @Test("a budget of seconds ends each training, too")
  func timeBudget() throws {
    let scratch = try Scratch()
    _ = try sweep(
      [
        Self.model, "--data-dir", Repository.data, "--set", "learning.epochs=1000000",
        "--budget-seconds", "1s", "--seeds", "1,2", "--output", "s", "--quiet",
      ], in: scratch)
    let table = try scratch.table("s/sweep.csv")
    #expect(table.column("status") == ["stopped", "stopped"])
    for row in 0..<2 { #expect(table.number(row, "test_loss").isFinite) }
  }

  @Test("goes over simulations and checks, too")
  func otherCommands() throws {
    let scratch = try Scratch()
    _ = try sweep(
      [
        Repository.model("one-neuron"), "--command", "simulate", "--set",
        "stimulus.target=[1],[1.1],[1.2]", "--output", "s", "--quiet", "--", "--every", "1",
      ], in: scratch)
    let text = try scratch.text("s/sweep.csv")
    #expect(text.contains("0002,[1.1],1,done,"))
    let table = try scratch.table("s/sweep.csv")
    for (row, target) in [1.0, 1.1, 1.2].enumerated() {
      expectEqual([table.number(row, "2-controlled.output.0")], [target], within: 1e-5)
      // psi = y - w tanh(y) - U x, and H is half its square.
      let psi = target - 0.8 * tanh(target) - 0.5
      expectEqual(
        [table.number(row, "2-controlled.control_energy")], [psi * psi / 2], within: 1e-6)
      #expect(table.number(row, "3-after.at_rest") == 1)
    }
    let times = try scratch.table("s/runs/0001/trajectory.csv")
    #expect(times[1, "time"] == "1.0", "what comes after -- goes to the runs")
    _ = try sweep(
      [
        Repository.model("linear-feedback"), "--command", "check", "--seeds", "1,2", "--output",
        "c", "--quiet",
      ], in: scratch)
    let checks = try scratch.table("c/sweep.csv")
    #expect(checks.column("passed") == ["1", "1"])
    #expect(checks.header.contains { $0.hasSuffix(".cosine") })
  }

  @Test(
    "what makes no sense is bad usage",
    arguments: [
      ([], "give a model file"), (["m.yaml", "--resume", "s"], "give a model file"),
      (["m.yaml", "--set", "a"], "is not of the form"),
      (["m.yaml", "--set", "a=1..0"], "does not go up"),
      (["m.yaml", "--set", "a=1", "--set", "a=2"], "a is given twice"),
      (["m.yaml", "--set", "seed=1,2", "--seeds", "1..2"], "seed is given by --seeds too"),
      (["m.yaml", "--seeds", "x"], "is not an integer"),
      (["m.yaml", "--jobs", "0"], "--jobs is 0"),
      (["m.yaml", "--command", "evaluate"], "train, simulate or check"),
      (["m.yaml", "--command", "simulate", "--budget-evaluations", "5"], "budgets belong"),
      (["m.yaml", "--budget-evaluations", "0"], "--budget-evaluations is 0"),
      (["m.yaml", "--confidence", "95"], "--confidence is 95"),
      (["m.yaml", "--metric", "test_los"], "--metric is test_los"),
      (["m.yaml", "--retry-failed"], "belongs to --resume"),
      (["m.yaml", "--output", "-"], "writes a folder"),
      (["m.yaml", "--", "--output", "x"], "--output after --"),
      (["--resume", "s", "--seeds", "1"], "the sweep's own plan"),
      (
        ["m.yaml", "--set", "a=1..9999", "--set", "b=1..9999"], "more than 100000 runs"
      ),
    ])
  func usage(_ arguments: [String], _ message: String) throws {
    let scratch = try Scratch()
    try scratch.write(String(contentsOfFile: Self.model, encoding: .utf8), to: "m.yaml")
    let result = try settle(["sweep"] + arguments, in: scratch)
    #expect(result.status == 64, "\(result.report)")
    #expect(result.err.contains(message), "\(result.report)")
    #expect(scratch.tree == ["m.yaml"])
  }

  @Test("what cannot be read is bad input, and what is there is kept")
  func inputs() throws {
    let scratch = try Scratch()
    for (arguments, message) in [
      (["missing.yaml"], "no such file"), (["--resume", "nowhere"], "is not the folder of a run"),
      ([Self.model, "--set", "learning.rte=1,2", "--output", "s"], "did you mean `rate`?"),
      ([Repository.model("tanh"), "--output", "s"], "training needs"),
    ] {
      let result = try settle(["sweep"] + arguments, in: scratch)
      #expect(result.status == 65, "\(result.report)")
      #expect(!scratch.exists("s"))
      if message.hasPrefix("did you") == false {
        #expect(result.err.contains(message), "\(result.report)")
      }
    }
    try scratch.makeFolder("empty")
    let none = try settle("sweep", "--resume", "empty", in: scratch)
    #expect(none.status == 65 && none.err.contains("has no sweep.json"), "\(none.report)")
    let arguments = [
      "sweep", Repository.model("linear"), "--command", "simulate", "--set",
      "controller.output.leak=1,2", "--output", "s", "--quiet",
    ]
    #expect(try settle(arguments, in: scratch).status == 0)
    let before = try scratch.contents(of: "s")
    let again = try settle(arguments, in: scratch)
    #expect(again.status == 74 && again.err.contains("--force"), "\(again.report)")
    #expect(try scratch.contents(of: "s") == before)
    let forced = try settle(arguments + ["--force"], in: scratch)
    #expect(forced.status == 0, "\(forced.report)")
  }

  @Test("a model that was changed meanwhile is not mixed with what it was")
  func changedModel() throws {
    let scratch = try Scratch()
    try scratch.write(
      String(contentsOfFile: Repository.model("linear"), encoding: .utf8), to: "m.yaml")
    _ = try sweep(
      ["m.yaml", "--command", "simulate", "--seeds", "1", "--output", "s", "--quiet"], in: scratch)
    try scratch.write(try scratch.text("m.yaml") + "# changed\n", to: "m.yaml")
    let result = try settle("sweep", "--resume", "s", in: scratch)
    #expect(result.status == 65 && result.err.contains("was changed since"), "\(result.report)")
  }
}
