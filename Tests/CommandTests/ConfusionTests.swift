import Foundation
import Testing

@Suite("Class by class, and evaluations as runs")
struct ConfusionTests {
  @Test("a training writes the confusion of each evaluation")
  func training() throws {
    let run = try Trained(["learning.evaluate.confusion=true", "learning.evaluate.every=2"])
    let table = try run.scratch.table("run/confusion.csv")
    #expect(
      table.header == [
        "epoch", "step", "split", "class", "samples", "unsettled", "predicted", "correct",
        "precision", "recall",
      ] + (0..<10).map { "as_\($0)" })
    // Before training, after two epochs and after the last, for three sets of ten classes.
    #expect(table.rows.count == 3 * 3 * 10)
    #expect(Set(table.column("epoch")) == ["0", "2", "3"])
    let metrics = try run.scratch.table("run/metrics.csv")
    for (row, epoch) in zip([0, 2, 3], ["0", "2", "3"]) {
      for split in ["train", "validation", "test"] {
        let rows = table.rows.indices.filter {
          table[$0, "epoch"] == epoch && table[$0, "split"] == split
        }
        let samples = rows.reduce(0) { $0 + table.number($1, "samples") }
        let correct = rows.reduce(0) { $0 + table.number($1, "correct") }
        #expect(correct / samples == metrics.number(row, "\(split)_accuracy"))
        for (label, row) in rows.enumerated() {
          #expect(table.number(row, "as_\(label)") == table.number(row, "correct"))
          let predicted = rows.reduce(0) { $0 + table.number($1, "as_\(label)") }
          #expect(predicted == table.number(row, "predicted"))
        }
      }
    }
  }

  @Test("evaluate --confusion names the classes as the data do, and writes how it came to be")
  func evaluate() throws {
    let run = try Trained([
      "data.classes=[nil, one, two, three, four, five, six, seven, eight, nine]"
    ])
    let result = try settle(
      "evaluate", "run/model.yaml", "--data-dir", Repository.data, "--parameters",
      "run/parameters.safetensors", "--output", "e", "--confusion", "--json", in: run.scratch)
    try #require(result.status == 0, "\(result.report)")
    #expect(result.err.contains("  three  "))
    let table = try run.scratch.table("e/confusion.csv")
    #expect(table.header.prefix(2) == ["class", "samples"] && table.header.contains("as_nine"))
    #expect(table.column("class").prefix(2) == ["nil", "one"])
    let summary = try JSON(result.out)
    #expect(summary["classes"].elements.count == 10)
    for (row, entry) in summary["classes"].elements.enumerated() {
      #expect(entry["class"].string == table[row, "class"])
      #expect(entry["samples"].number == summary["confusion"][row].numbers.reduce(0, +))
      let recall = entry["recall"].number
      #expect(recall == table.number(row, "recall") || recall.isNaN)
    }
    let manifest = try run.scratch.json("e/manifest.json")
    #expect(manifest["status"].string == "done")
    #expect(manifest["parameters"].string?.hasSuffix("run/parameters.safetensors") == true)
    #expect(run.scratch.exists("e/model.yaml"))
  }

  @Test(
    "an evaluation that is interrupted ends with 130 and says so", arguments: [SIGINT, SIGTERM])
  func interrupted(number: Int32) throws {
    // A machine can be so busy that it ends before the signal is sent: then once more.
    for _ in 0..<5 {
      let scratch = try Scratch()
      let command = try Command(
        Repository.executable,
        [
          "evaluate", Repository.model("digits-rnn"), "--split", "train", "--output", "e",
          "--set", "precision=double", "--set", "settling.method=bdf", "--set",
          "settling.rtol=1e-10", "--set", "settling.atol=1e-12",
        ], in: scratch)
      let patience = Date() + 60
      while command.isRunning, Date() < patience, !scratch.exists("e/manifest.json") {
        usleep(2000)
      }
      command.send(number)
      let result = try command.finish()
      if result.status == 0 { continue }
      #expect(result.status == 130 && !result.isSignalled, "\(result.report)")
      #expect(try scratch.json("e/manifest.json")["status"].string == "interrupted")
      #expect(!scratch.exists("e/summary.json"))
      return
    }
    Issue.record("it was never interrupted in time")
  }

  @Test("a check that is interrupted ends with 130", arguments: [SIGINT, SIGTERM])
  func interruptedCheck(number: Int32) throws {
    // Thousands of settlings, minutes of work.
    let command = try Command(
      Repository.executable,
      [
        "check", Repository.model("digits-rnn"), "--samples", "64", "--directions", "5000",
      ], in: Scratch())
    sleep(2)
    command.send(number)
    let result = try command.finish()
    #expect(result.status == 130 && !result.isSignalled, "\(result.report)")
  }
}
