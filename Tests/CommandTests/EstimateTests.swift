import Testing

@Suite("Estimates before a run")
struct EstimateTests {
  @Test("a training says what it will take, and writes nothing")
  func training() throws {
    let scratch = try Scratch()
    let result = try settle(
      Trained.arguments(["learning.epochs=50"], ["--estimate", "--json"]), in: scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(scratch.tree.isEmpty)
    let json = try JSON(result.out)
    // 120 training samples in batches of 32 are four updates an epoch.
    #expect(json["updates"].number == 200)
    #expect(json["batches_timed"].number >= 3)
    #expect(json["mean_evaluations"].number > 1)
    #expect(json["evaluations_of_data"].number == 51)
    let total =
      200 * json["batch_seconds"].number + 51 * json["evaluation_seconds"].number
    expectEqual([json["total_seconds"].number], [total], within: 1e-9 * total)
    #expect(json["total_seconds_low"].number <= total)
    #expect(json["total_seconds_high"].number >= total)
    #expect(json["memory_bytes"].number > 1e6)
    #expect(result.err.contains("how sure: "))
  }

  @Test("the disk that it names is what the run then takes, to a fifth")
  func disk() throws {
    let settings = [
      "learning.metrics=step", "learning.epochs=20", "settling.warm-start=equilibrium",
    ]
    let scratch = try Scratch()
    let result = try settle(Trained.arguments(settings, ["--estimate", "--json"]), in: scratch)
    let wanted = try JSON(result.out)["disk_bytes"].number
    let run = try Trained(settings)
    // Figures are drawn where gnuplot is installed, and are not the training's.
    let taken = try run.scratch.contents(of: "run").filter { !$0.key.contains("figures/") }.values
      .reduce(0) { $0 + $1.count }
    // One checkpoint is there only while the next is written.
    let checkpoint = try JSON(result.out)["checkpoint_bytes"].number
    #expect(abs(wanted - checkpoint - Double(taken)) < 0.2 * Double(taken))
  }

  @Test("models with validation, early stops and a plateau can be estimated, too")
  func validated() throws {
    let result = try settle(
      "train", Repository.model("digits-validated"), "--estimate", "--set",
      "learning.schedule={kind: plateau}", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
  }

  @Test("a simulation says its rows and bytes, exactly where it comes to its end")
  func simulation() throws {
    let scratch = try Scratch()
    let arguments = ["simulate", Repository.model("driven"), "--every", "0.25"]
    let result = try settle(arguments + ["--estimate", "--json"], in: scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(scratch.tree.isEmpty)
    let json = try JSON(result.out)
    #expect(json["complete"].bool == true)
    _ = try settle(arguments + ["--output", "run"], in: scratch)
    #expect(json["rows_run"].number == Double(try scratch.table("run/trajectory.csv").rows.count))
    #expect(json["bytes_run"].number == Double(try scratch.bytes("run/trajectory.csv").count))
  }

  @Test("a long simulation is extrapolated")
  func longSimulation() throws {
    let protocols = "protocol=[{phase: free, duration: 1.0e+9}]"
    let result = try settle(
      "simulate", Repository.model("driven"), "--set", protocols, "--every", "0.01", "--estimate",
      "--json", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let json = try JSON(result.out)
    #expect(json["complete"].bool == false)
    // A row each 0.01 of 1e9; how far it came is known to a step.
    #expect(abs(json["total_rows"].number / 1e11 - 1) < 0.05, "\(result.out)")
  }
}
