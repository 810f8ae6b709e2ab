import Foundation
import Testing

@Suite("Limits, locks and fingerprints of a run")
struct SessionTests {
  static let settings = ["learning.epochs=8", "learning.metrics=step"]

  @Test("--max-updates saves and ends with 0, and --resume goes on to the same bits")
  func maxUpdates() throws {
    let whole = try Trained(Self.settings)
    let run = try Trained(Self.settings, ["--max-updates", "6"])
    #expect(run.result.err.contains("--resume"))
    let manifest = try run.scratch.json("run/manifest.json")
    #expect(manifest["status"].string == "stopped" && manifest["note"].string == "update limit")
    #expect(try run.scratch.table("run/steps.csv").column("step") == (1...6).map(String.init))
    // Where it is reached already, nothing happens.
    for (limit, rows) in [("6", 6), ("17", 17), ("100", 32)] {
      let result = try settle("train", "--resume", "run", "--max-updates", limit, in: run.scratch)
      #expect(result.status == 0, "\(result.report)")
      #expect(try run.scratch.table("run/steps.csv").rows.count == rows)
    }
    #expect(try run.bits() == whole.bits())
    let steps = try run.scratch.table("run/steps.csv").without(Trained.clocks)
    #expect(try steps == whole.scratch.table("run/steps.csv").without(Trained.clocks))
    let done = try run.scratch.json("run/manifest.json")
    #expect(done["status"].string == "done" && done["note"].isNull)
  }

  @Test("--time-limit saves and ends with 0")
  func timeLimit() throws {
    let run = try Trained(Self.settings, ["--time-limit", "0s"])
    let manifest = try run.scratch.json("run/manifest.json")
    #expect(manifest["status"].string == "stopped" && manifest["note"].string == "time limit")
    #expect(try run.scratch.table("run/metrics.csv").rows.count == 1)
    let result = try settle("train", "--resume", "run", "--time-limit", "1h30m", in: run.scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(try run.bits() == Trained(Self.settings).bits())
    for wrong in ["90", "m", "1x", "-3s", "", "1h30"] {
      let result = try settle(
        Trained.arguments([], ["--time-limit=\(wrong)"]), in: Scratch())
      #expect(result.status == 64, "\(result.report)")
    }
    #expect(
      try settle(Trained.arguments([], ["--max-updates", "x"]), in: Scratch()).status == 64)
  }

  @Test("a second process is told that the folder is taken, and changes nothing")
  func lock() throws {
    let scratch = try Scratch()
    let first = try Command(
      Repository.executable, Trained.arguments(["learning.epochs=100000"]), in: scratch)
    let patience = Date() + 120
    while !scratch.tree.contains(where: { $0.hasPrefix("run/checkpoints/epoch-") }) {
      try #require(first.isRunning && Date() < patience)
      usleep(2000)
    }
    for arguments in [
      ["train", "--resume", "run"], Trained.arguments(["learning.epochs=1"], ["--force"]),
    ] {
      let second = try settle(arguments, in: scratch)
      #expect(second.status == 74, "\(second.report)")
      #expect(second.err.contains("another process"))
    }
    #expect(first.isRunning)
    first.send(SIGKILL)
    #expect(try first.finish().isSignalled)
    // The lock went with its owner.
    let resumed = try settle("train", "--resume", "run", "--max-updates", "0", in: scratch)
    #expect(resumed.status == 0, "\(resumed.report)")
  }

  @Test("other data and another model are noticed, whatever their shapes")
  func fingerprints() throws {
    let run = try Trained(["learning.epochs=2"], ["--max-updates", "4"])
    let scratch = run.scratch
    let model = try scratch.text("run/model.yaml")
    try scratch.write(
      model.replacingOccurrences(of: "leak: 6.4", with: "leak: 6.5"), to: "run/model.yaml")
    let changed = try settle("train", "--resume", "run", in: scratch)
    #expect(changed.status == 65, "\(changed.report)")
    #expect(changed.err.contains("is not the model that the run was begun with"))
    #expect(try settle("replay", "run", "--sample", "1", in: scratch).status == 65)
    // Who insists may go on with it.
    let forced = try settle("train", "--resume", "run", "--force", in: scratch)
    #expect(forced.status == 0, "\(forced.report)")

    let other = try Trained(["learning.epochs=2"], ["--max-updates", "4"])
    try other.scratch.makeFolder("data")
    let digits = try String(contentsOfFile: Repository.data + "/digits.csv", encoding: .utf8)
    var lines = digits.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // One pixel of the third sample.
    var fields = lines[3].split(separator: ",").map(String.init)
    let pixel = try #require(fields.indices.dropFirst().first { fields[$0] == "0" })
    fields[pixel] = "1"
    lines[3] = fields.joined(separator: ",")
    try other.scratch.write(lines.joined(separator: "\n"), to: "data/digits.csv")
    let result = try settle("train", "--resume", "run", "--data-dir", "data", in: other.scratch)
    #expect(result.status == 65, "\(result.report)")
    #expect(result.err.contains("samples are not those that the run was begun with"))
  }

  @Test("without labels the best parameters are those of the lowest loss on the validation set")
  func bestWithoutLabels() throws {
    let scratch = try Scratch()
    let samples = (0..<12).map { "{input: [\($0)], target: [\(0.5 * Double($0 % 5))]}" }
    try scratch.write(
      """
      settle: 1
      network:
        populations: {x: {size: 1, role: input}, y: {size: 1}}
        projections: [{from: x, to: y}]
        loss: {kind: squared-error, population: y}
      controller: {kind: dynamic-inversion, output: {leak: 1, tau: 5}}
      data: {kind: inline, samples: [\(samples.joined(separator: ", "))], split: {validation: 4}}
      learning: {epochs: 5, batch: 4, optimizer: {rate: 0.3}}
      """, to: "line.yaml")
    let result = try settle("train", "line.yaml", "--output", "run", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let table = try scratch.table("run/metrics.csv")
    let losses = table.rows.indices.map { table.number($0, "validation_loss") }
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(try scratch.json("run/summary.json")["best_epoch"].number == Double(best))
    #expect(scratch.exists("run/checkpoints/best.safetensors"))
  }

  @Test("the best parameters are those of the best epoch by the validation set")
  func best() throws {
    let run = try Trained(["learning.epochs=6", "learning.optimizer.rate=0.1"])
    let table = try run.scratch.table("run/metrics.csv")
    let values = table.rows.indices.map { table.number($0, "validation_accuracy") }
    let best = try #require(values.indices.max { values[$0] < values[$1] })
    // The first of those that are equally good.
    let epoch = try #require(values.firstIndex(of: values[best]))
    #expect(try run.scratch.json("run/summary.json")["best_epoch"].number == Double(epoch))
    let result = try settle(
      "evaluate", "run/model.yaml", "--data-dir", Repository.data, "--parameters",
      "run/checkpoints/best.safetensors", "--split", "validation", "--json", "--quiet",
      in: run.scratch)
    #expect(try JSON(result.out)["accuracy"].number == values[epoch])
  }
}
