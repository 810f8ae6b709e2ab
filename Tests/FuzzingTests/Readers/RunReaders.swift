import Experiments
import Foundation
import Learning

/// The readers of what runs leave, which users edit, copy in part, and mix up.
extension FuzzedReader {
  static let runs: [FuzzedReader] = [checkpoint, documents, tables]

  /// A training small enough to be restored a million times.
  static let tiny = """
    settle: 1
    name: tiny
    network:
      populations:
        input: {size: 2, role: input}
        output: {size: 2, activation: tanh}
      projections:
        - {from: input, to: output}
        - {from: output, to: output}
      loss: {kind: squared-error, population: output}
    controller: {kind: dynamic-inversion, output: {leak: 0.5, tau: 5}}
    data: {kind: inline, samples: [{input: [1, 0], target: [0, 1]}, {input: [0, 1], target: [1, 0]}]}
    learning: {rule: least-control, optimizer: adam, epochs: 3, batch: 1}
    settling: {warm-start: equilibrium}
    """

  private static func tinyTrainer() throws -> Trainer {
    let experiment = try Experiment(ModelFile.parse(text: tiny, file: "tiny.yaml"))
    return try experiment.makeTrainer(
      experiment.loadData(), parameters: experiment.initialParameters(), threads: 1)
  }

  static let checkpoint = FuzzedReader(
    name: "checkpoint",
    seeds: {
      let folder = try FuzzFolder()
      let trainer = try tinyTrainer()
      var seeds: [[UInt8]] = []
      for updates in [0, 3] {
        _ = try trainer.run(limits: .init(updates: updates)) { false }
        let path = folder.file("c.safetensors")
        try Checkpoint(state: trainer.state, tableLengths: ["metrics.csv": 10]).write(to: path)
        seeds.append([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      return seeds
    },
    words: safetensorsWords + [
      "\\\"epoch\\\":", "\\\"batch\\\":", "\\\"step\\\":", "\\\"evaluations\\\":", "\"progress\"",
      "\"equilibria\"", "\"bytes.metrics.csv\"", "\"format\"", "\\\"shuffle\\\":[1,2,3,4,0,0]",
    ], repair: repairSafetensors,
    make: {
      let folder = try FuzzFolder()
      let trainer = try tinyTrainer()
      return { bytes in
        let checkpoint = try Checkpoint(reading: folder.put(bytes, "c.safetensors"))
        _ = checkpoint.state.secondsOfEpoch
        try trainer.restore(checkpoint.state)
      }
    }
  )

  /// manifest.json, sweep.json and summary.json.
  static let documents = FuzzedReader(
    name: "run-json",
    seeds: {
      let experiment = try Experiment(ModelFile.parse(text: tiny, file: "/tmp/tiny.yaml"))
      let manifest = Manifest(
        command: ["settle", "train", "m.yaml"], experiment: experiment, threads: 1)
      let plan = SweepPlan(
        model: "/m.yaml", modelHash: "00", axes: [SweepAxis(key: "a", values: ["1", "2"])],
        seeds: [1, 2], budgetEvaluations: 100, budgetSeconds: 1.5)
      let summary = """
        {"phases": [{"phase": "1-free", "start": 0, "end": 2.5, "samples": [{"at_rest": true, "loss": 0.5, \
        "output": [1.0, 2.0], "certificate": {"residual": 1e-7}}], "statistics": {"steps": 3, \
        "field_evaluations": 7}}], "units": 2, "train_loss": 0.25, "rule": {"passed": true, "parameters": \
        [{"parameter": null, "reference": "loss", "cosine": 1.0}], "control": {"excess": 0.5}}}
        """
      return [manifest.json, plan.json].map { Array($0.encoded(indented: false).utf8) }
        + [Array(summary.utf8)]
    },
    words: [
      "\"seed\":", "\"threads\":", "\"samples\":[", "\"seeds\":[", "\"set\":[", "\"values\":[",
      "\"phases\":[{", "\"start\":", "\"status\":\"running\"",
    ],
    make: {
      let folder = try FuzzFolder()
      let run = try RunFolder(existing: folder.path)
      return { bytes in
        for name in ["manifest.json", "sweep.json", "summary.json"] { folder.put(bytes, name) }
        for task in SweepPlan.Task.allCases { _ = SweepReading.metrics(of: folder.path, task) }
        _ = SweepReading.status(exitCode: 0, folder: folder.path)
        do {
          _ = try Manifest(reading: run).json.encoded()
        } catch let error as InputError {
          let plan = try SweepPlan(reading: run)
          // What the command does before it makes the runs.
          if let count = plan.count, count <= 200 { _ = plan.runs }
          throw error
        }
      }
    }
  )

  /// Tables that are read back: of a sweep, of samples that did not settle, and two side by side.
  static let tables = FuzzedReader(
    name: "run-csv",
    seeds: {
      [
        "run,a,seed,status,train_loss,note\n0001,1,7,done,0.5,\n0002,2,,failed,NaN,\"x, y\"\n",
        "epoch,step,sample,phase,outcome,residual,worst_component\n1,2,3,controlled,drifting,0.5,u.0\n",
        "epoch,step,seconds\n1,10,0.5\n2,20,inf\n",
      ].map { Array($0.utf8) }
    }, words: ["done", "failed", "running", "epoch,step", "seconds", "run,a,seed,status", "note"],
    make: {
      let folder = try FuzzFolder()
      let run = try RunFolder(existing: folder.path)
      return { bytes in
        for name in ["sweep.csv", "unsettled.csv", "metrics.csv"] { folder.put(bytes, name) }
        _ = SweepReading.secondsSpent(in: folder.path)
        _ = try? UnsettledRow.read(run)
        let path = folder.file("metrics.csv")
        let (difference, _) = try TableComparison.first("metrics.csv", path, path, through: 10)
        if difference != nil { throw NotTheSame(what: "a table differs from itself") }
        var table = try SweepTable(reading: folder.file("sweep.csv"), keys: ["a"])
        for row in table.rows { table.put(row) }
        _ = table.metrics
      }
    }
  )
}
