import Foundation
import Testing

@Suite("settle replay")
struct ReplayTests {
  /// So few evaluations that some samples do not settle; three epochs of four updates.
  static let strict = [
    "settling.method=bdf", "settling.rtol=0.01", "settling.atol=0.0001",
    "settling.limits.evaluations=60", "settling.limits.straggler=1",
    "learning.max-unsettled=1", "settling.warm-start=equilibrium",
  ]

  private func unsettled(_ run: Trained) throws -> Table {
    let table = try run.scratch.table("run/unsettled.csv")
    try #require(table.rows.count > 5)
    return table
  }

  @Test("settles a sample to the same bits, from a checkpoint or from the start")
  func sameBits() throws {
    let run = try Trained(Self.strict)
    let table = try unsettled(run)
    // The last two checkpoints are those after epochs 2 and 3.
    for (row, isFromStart) in [(0, true), (table.rows.count - 1, false)] {
      let (sample, step) = (table[row, "sample"], table[row, "step"])
      let result = try settle(
        "replay", "run", "--sample", sample, "--step", step, "--output", "out-\(row)", "--json",
        in: run.scratch)
      try #require(result.status == 0, "\(result.report)")
      #expect(result.err.contains("the same bits as in unsettled.csv"))
      let summary = try JSON(result.out)
      #expect((summary["from"].string == "start") == isFromStart)
      #expect(summary["sample"].number == table.number(row, "sample"))
      #expect(summary["epoch"].number == table.number(row, "epoch"))
      let phase = summary["phases"][0]
      #expect(phase["reproduced"].bool == true)
      let certificate = phase["certificate"]
      #expect(certificate["outcome"].string == table[row, "outcome"])
      #expect(certificate["residual"].number == table.number(row, "residual"))
      #expect(certificate["worst_component"].string == table[row, "worst_component"])
      #expect(summary["chunk"].numbers.contains(table.number(row, "sample")))
      let trajectory = try run.scratch.table("out-\(row)/trajectory.csv")
      #expect(trajectory.header.starts(with: ["time", "phase", "sample", "residual", "loss"]))
      #expect(trajectory.header.last == table[row, "worst_component"])
      #expect(trajectory.rows.count > 10)
      // With time enough it settles: it was the limit, and nothing else.
      let last = trajectory.rows.count - 1
      #expect(trajectory.number(last, "residual") <= 1e-6)
      #expect(summary["alone"]["certificate"]["outcome"].string == "settled")
      #expect(
        try run.scratch.json("out-\(row)/manifest.json")["status"].string == "done")
    }
  }

  @Test("takes the last time, records what is asked for, and keeps what is there")
  func defaults() throws {
    let run = try Trained(Self.strict)
    let table = try unsettled(run)
    let last = table.rows.count - 1
    let (sample, step) = (table[last, "sample"], table[last, "step"])
    let arguments = ["replay", "run", "--sample", sample, "--record", "phi.hidden", "--every", "1"]
    let before = try run.scratch.contents(of: "run")
    let result = try settle(arguments, in: run.scratch)
    #expect(result.status == 0, "\(result.report)")
    let folder = "run/replay/sample-\(sample)-step-\(step)"
    let trajectory = try run.scratch.table("\(folder)/trajectory.csv")
    #expect(
      trajectory.header == ["time", "phase", "sample"] + (0..<12).map { "phi.hidden.\($0)" })
    #expect(trajectory.column("time").starts(with: ["0.0", "1.0", "2.0"]))
    // The weights are those of the moment: with them, `simulate` has the same network.
    let weights = try run.scratch.tensors("\(folder)/parameters.safetensors").arrays
    #expect(weights["input-hidden.weight"]?.shape == [12, 64])
    let after = try run.scratch.contents(of: "run").filter { !$0.key.hasPrefix("run/replay") }
    #expect(before == after, "the run itself is only read")
    #expect(try settle(arguments, in: run.scratch).status == 74)
    #expect(try settle(arguments + ["--force"], in: run.scratch).status == 0)
  }

  @Test("what the policy `fail` ended can be replayed without training anything again")
  func failed() throws {
    let scratch = try Scratch()
    let settings = Self.strict + ["settling.unsettled=fail", "learning.epochs=5"]
    let failed = try settle(Trained.arguments(settings), in: scratch)
    try #require(failed.status == 1, "\(failed.report)")
    #expect(try scratch.json("run/manifest.json")["status"].string == "failed")
    let table = try scratch.table("run/unsettled.csv")
    let result = try settle(
      "replay", "run", "--sample", table[0, "sample"], "--json", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let summary = try JSON(result.out)
    #expect(summary["updates_trained_anew"].number == 0)
    #expect(summary["phases"][0]["reproduced"].bool == true)
    // A resumed training fails as it did, and has every row once.
    let again = try settle("train", "--resume", "run", in: scratch)
    #expect(again.status == 1, "\(again.report)")
    #expect(try scratch.table("run/unsettled.csv").rows == table.rows)
  }

  @Test("what is none of the run's is refused, with what to give instead")
  func refusals() throws {
    let run = try Trained(Self.strict)
    let table = try unsettled(run)
    let (sample, step) = (table[0, "sample"], table[0, "step"])
    let other = step == "1" ? "2" : "1"
    for (arguments, says) in [
      (["--sample", "99999"], "has no sample 99999"),
      (["--sample", "99999", "--step", "1"], "no row of the training data"),
      (["--sample", sample, "--step", "13"], "from 1 to 12"),
      (["--sample", sample, "--step", other], "is not in the batch of update \(other)"),
    ] {
      let result = try settle(["replay", "run"] + arguments, in: run.scratch)
      #expect(result.status == 65, "\(result.report)")
      #expect(result.err.contains(says), "\(result.report)")
    }
    for arguments in [
      ["--sample", sample, "--step", "0"], ["--sample", sample, "--phase", "nudged"],
      ["--sample", sample, "--record", "chi"], ["--sample", sample, "--every", "0"], [],
    ] {
      let result = try settle(["replay", "run"] + arguments, in: run.scratch)
      #expect(result.status == 64, "\(result.report)")
    }
    #expect(try settle("replay", "nowhere", "--sample", "1", in: run.scratch).status == 65)
  }

  @Test("without its checkpoints a run begins at its start, if that is still what it was")
  func start() throws {
    let scratch = try Trained(["learning.epochs=1"]).scratch
    try scratch.write([UInt8](scratch.bytes("run/parameters.safetensors")), to: "start")
    let trained = try settle(
      Trained.arguments(Self.strict, ["--parameters", "start", "--force"]), in: scratch)
    try #require(trained.status == 0, "\(trained.report)")
    for name in scratch.tree where name.hasPrefix("run/checkpoints/") {
      try FileManager.default.removeItem(atPath: scratch.file(name))
    }
    let unsettled = try scratch.table("run/unsettled.csv")
    try #require(!unsettled.rows.isEmpty)
    let sample = unsettled[0, "sample"]
    let arguments = ["replay", "run", "--sample", sample, "--force", "--json"]
    let result = try settle(arguments, in: scratch)
    try #require(result.status == 0, "\(result.report)")
    #expect(try JSON(result.out)["phases"][0]["reproduced"].bool == true)
    // Other parameters would be another training.
    try scratch.write([UInt8](scratch.bytes("run/parameters.safetensors")), to: "start")
    let other = try settle(arguments, in: scratch)
    #expect(other.status == 65, "\(other.report)")
    #expect(other.err.contains("not those that the run began with"))
  }
}
