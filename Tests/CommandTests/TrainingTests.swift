import Foundation
import Testing

@Suite("Training")
struct TrainingTests {
  @Test("metrics.csv has the columns of the contract and a row an epoch, 0 being before training")
  func metrics() throws {
    let run = try Trained()
    let table = try run.scratch.table("run/metrics.csv")
    #expect(
      table.header == [
        "epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
        "test_loss", "test_accuracy", "controlled_loss", "control_energy", "augmented_energy",
        "settled_fraction", "by_descent", "unsettled", "evaluation_unsettled", "mean_evaluations",
        "median_evaluations", "p99_evaluations", "max_evaluations", "rate", "gradient_norm",
        "seconds", "settle_seconds",
      ])
    #expect(table.column("epoch") == ["0", "1", "2", "3"])
    // 120 training samples are three batches of 32 and one of 24.
    #expect(table.column("step") == ["0", "4", "8", "12"])
    #expect(table[0, "controlled_loss"] == "NaN")
    for row in 1...3 {
      for name in table.header { #expect(table.number(row, name).isFinite, "\(name)") }
      // F = H + L/alpha, each a mean over the same samples.
      let energy = table.number(row, "control_energy") + table.number(row, "controlled_loss") / 6.4
      expectEqual([table.number(row, "augmented_energy")], [energy], within: 1e-12)
      #expect(table.number(row, "settled_fraction") == 1)
    }
    #expect(table.number(3, "test_loss") < table.number(0, "test_loss"), "it learns")
  }

  @Test("the folder has everything to repeat the run, and manifest.json says how it came to be")
  func manifest() throws {
    let run = try Trained()
    #expect(
      Set(run.scratch.tree).isSuperset(of: [
        "run/metrics.csv", "run/parameters.safetensors", "run/unsettled.csv", "run/summary.json",
        "run/model.yaml", "run/manifest.json", "run/checkpoints",
        "run/checkpoints/best.safetensors",
        "run/checkpoints/epoch-00002-step-000000008.safetensors",
        "run/checkpoints/epoch-00003-step-000000012.safetensors",
      ]))
    #expect(!run.scratch.tree.contains { $0.hasSuffix(".tmp") })
    let manifest = try run.scratch.json("run/manifest.json")
    #expect(
      manifest.keys.isSuperset(of: [
        "model", "model_file", "status", "command", "seed", "precision", "threads", "chunk_size",
        "effective_leak", "start", "end", "seconds", "versions", "machine", "note",
      ]))
    #expect(manifest["status"].string == "done")
    #expect(manifest["seed"].number == 3)
    #expect(manifest["versions"].keys == ["settle", "swift", "sundials", "openblas"])
    #expect(manifest["machine"].keys == ["system", "processor", "cores"])
    #expect(manifest["command"][1].string == "train")
    let summary = try run.scratch.json("run/summary.json")
    let table = try run.scratch.table("run/metrics.csv")
    for name in ["test_accuracy", "test_loss", "controlled_loss", "epoch", "step"] {
      #expect(summary[name].number == table.number(3, name))
    }
    #expect(summary["parameter_count"].number == Double(64 * 12 + 12 * 12 + 12 * 10 + 12 + 10))
    let tensors = try run.scratch.tensors("run/parameters.safetensors")
    #expect(
      tensors.arrays.mapValues(\.shape) == [
        "input-hidden.weight": [12, 64], "hidden-hidden.weight": [12, 12],
        "hidden-output.weight": [10, 12], "hidden.bias": [12], "output.bias": [10],
      ])
  }

  @Test("the number of threads, and how often it is run, change no bit")
  func determinism() throws {
    // More than one chunk of samples in a batch, so that threads have something to share.
    let settings = ["learning.batch=120", "learning.epochs=4"]
    let one = try Trained(settings, ["--threads", "1"]).bits()
    let two = try Trained(settings, ["--threads", "2"]).bits()
    let three = try Trained(settings, ["--threads", "3"]).bits()
    #expect(one == two)
    #expect(one == three)
    #expect(try one == Trained(settings, ["--threads", "1"]).bits())
    let other = try Trained(settings, ["--seed", "4"]).bits()
    #expect(one.parameters != other.parameters)
  }

  @Test(
    "settling.warm-start saves evaluations once the samples have been seen",
    arguments: ["control", "equilibrium"])
  func warmStart(kept: String) throws {
    let settings = ["learning.batch=120", "learning.epochs=4"]
    let cold = try Trained(settings).scratch.table("run/metrics.csv")
    let warmth = ["settling.warm-start=\(kept)"]
    let run = try Trained(settings + warmth, ["--threads", "1"])
    let warm = try run.scratch.table("run/metrics.csv")
    #expect(warm[1, "mean_evaluations"] == cold[1, "mean_evaluations"])
    for row in 2...4 {
      #expect(warm.number(row, "mean_evaluations") < cold.number(row, "mean_evaluations"))
      #expect(warm.number(row, "settled_fraction") == 1)
      // The same equilibria to the residual, 1e-6, so all but the same training.
      expectEqual(
        [warm.number(row, "test_loss")], [cold.number(row, "test_loss")], within: 1e-3)
    }
    let two = try Trained(settings + warmth, ["--threads", "2"])
    #expect(try run.bits() == two.bits())
  }

  @Test("the model.yaml of a run trains to the same bits")
  func repetition() throws {
    let run = try Trained(["precision=single", "learning.optimizer.kind=momentum"])
    let again = try settle(
      "train", "run/model.yaml", "--data-dir", Repository.data, "--output", "again",
      in: run.scratch)
    try #require(again.status == 0, "\(again.report)")
    #expect(try run.bits() == Trained.bits(of: "again", in: run.scratch))
    #expect(try run.scratch.bytes("run/model.yaml") == run.scratch.bytes("again/model.yaml"))
  }

  @Test("nothing is overwritten without --force")
  func overwriting() throws {
    let run = try Trained(["learning.epochs=1"])
    let before = try run.scratch.contents(of: "run")
    #expect(before.count > 5)
    let again = try settle(Trained.arguments(), in: run.scratch)
    #expect(again.status == 74)
    #expect(again.err.contains("--force"))
    #expect(try run.scratch.contents(of: "run") == before)
    for command in ["simulate", "evaluate"] {
      let result = try settle(
        [command, Repository.oracle("digits"), "--data-dir", Repository.data, "--output", "run"]
          + (command == "simulate" ? ["--split", "test", "--sample", "2"] : []), in: run.scratch)
      #expect(result.status == 74, "\(result.report)")
      #expect(try run.scratch.contents(of: "run") == before)
    }
    let forced = try settle(Trained.arguments(["learning.epochs=2"], ["--force"]), in: run.scratch)
    #expect(forced.status == 0, "\(forced.report)")
    #expect(try run.scratch.table("run/metrics.csv").rows.count == 3)
    // As good as new: nothing of the former run is taken for its own.
    #expect(try run.bits() == Trained(["learning.epochs=2"]).bits())
    let resumed = try settle("train", "--resume", "run", in: run.scratch)
    #expect(resumed.status == 0, "\(resumed.report)")
    #expect(try run.scratch.table("run/metrics.csv").rows.count == 3)
  }

  @Test("without --output a run goes to runs/<model>/<time>, a folder of its own each time")
  func folders() throws {
    let scratch = try Scratch()
    for _ in 0..<2 {
      let result = try settle("simulate", Repository.model("linear"), "--quiet", in: scratch)
      #expect(result.status == 0, "\(result.report)")
    }
    let runs = scratch.tree.filter {
      $0.hasPrefix("runs/linear/") && $0.hasSuffix("/manifest.json")
    }
    #expect(runs.count == 2)
    for run in runs {
      #expect(run.contains(/^runs\/linear\/\d{8}T\d{6}Z(-\d+)?\/manifest.json$/))
    }
  }
}
