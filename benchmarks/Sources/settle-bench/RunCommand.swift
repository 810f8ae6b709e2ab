import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Integration
import Learning

/// Settles the samples of a case with one method, and leaves the states for the common judge.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Settles a case and writes a result as the peers do.")

  @OptionGroup var setting: Setting

  @Option(help: "Images of the test set, as in the case.")
  var count = 1024

  @Option(help: "Method.")
  var method = "auto"

  @Option(help: "per-variable or joint.")
  var criterion = "per-variable"

  @Option(help: "Residual.")
  var residual = 1e-6

  @Option(help: "single or double.")
  var precision = "single"

  @Option(help: "Steps a sample may take; the model's limit unless given.")
  var steps: Int?

  @Option(help: "Times every batch is settled; the median counts.")
  var repetitions = 3

  @Option(help: "Folder to write.")
  var output: String

  func run() throws {
    let experiment = try setting.experiment()
    let data = try experiment.loadData()
    let set = experiment.trainingData(data.test ?? data.train)
    let samples = set.samples(Array(0..<min(count, set.count)))
    var options = experiment.settlingOptions
    guard let method = SettlingOptions.Method(rawValue: method) else {
      throw ValidationError("no method is called \(method)")
    }
    options.method = method
    options.criterion = criterion == "joint" ? .joint : .perVariable
    options.residual = residual
    if method == .fixedPoint || method == .anderson { options.iterations = 800 }
    if let steps {
      options.limits.steps = steps
      options.limits.straggler = 1
    }
    let settler = try BatchSettler(
      experiment.network, controller: experiment.controller, options: options,
      precision: precision == "single" ? .single : .double, threads: setting.threads)
    try settler.load(experiment.startingParameters(from: setting.parameters))
    var runs: [Settled] = []
    for _ in 0..<repetitions {
      runs.append(try Settled(settler, samples, batch: 64, warmUp: runs.isEmpty ? 2 : 0))
    }
    let last = runs[runs.count - 1]
    let times = last.milliseconds.indices.map { batch in
      runs.map { $0.milliseconds[batch] }.quantile(0.5)
    }
    try write(last, times, samples.count, experiment)
  }

  private func write(
    _ result: Settled, _ times: [Double], _ count: Int, _ experiment: Experiment
  ) throws {
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    let units = experiment.network.unitCount
    func array(_ name: String, _ values: [Double], _ columns: Int) throws {
      try NPY.write(
        NumericArray(shape: [count, columns], values: values), to: "\(output)/\(name).npy")
    }
    try array("phi", result.phi, units)
    try array("psi", result.psi, units)
    try array("u", result.u, experiment.network.outputCount)
    func column(_ name: String, _ values: [Int]) throws {
      try NPY.write(
        NumericArray(shape: [count], values: values.map(Double.init)),
        to: "\(output)/\(name).npy", as: .int64)
    }
    try column("claimed", result.certificates.map { $0.isEquilibrium ? 1 : 0 })
    try column("evaluations", result.certificates.map(\.evaluations))
    try column("descent", result.certificates.map { $0.outcome == .settledByDescent ? 1 : 0 })
    let list = times.map { String(format: "%.4f", $0) }.joined(separator: ", ")
    let text = """
      {"program": "settle", "version": "\(Versions.description.replacingOccurrences(of: "\n", with: ", "))", "method": "\(method)", \
      "threads": \(setting.threads), "precision": "\(precision)", "criterion": "\(criterion)", \
      "residual": \(residual), "batch_milliseconds": [\(list)]}

      """
    try text.write(toFile: "\(output)/result.json", atomically: true, encoding: .utf8)
  }
}
