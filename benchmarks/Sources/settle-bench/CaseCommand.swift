import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Learning

/// Writes what other programs need to settle the same samples: a folder that the peers read.
struct CaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "Writes inputs, labels and weights for the peers.")

  @OptionGroup var setting: Setting

  @Option(help: "Images of the test set.")
  var count = 1024

  @Option(help: "Folder to write.")
  var output: String

  func run() throws {
    let experiment = try setting.experiment()
    let data = try experiment.loadData()
    let set = experiment.trainingData(data.test ?? data.train)
    let rows = Array(0..<min(count, set.count))
    let samples = set.samples(rows)
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    try NPY.write(
      NumericArray(
        shape: [rows.count, experiment.network.inputCount], values: Array(samples.inputs)),
      to: "\(output)/inputs.npy")
    try NPY.write(
      NumericArray(shape: [rows.count], values: rows.map { Double(set.label(of: $0) ?? -1) }),
      to: "\(output)/labels.npy", as: .int64)
    let parameters = try experiment.startingParameters(from: setting.parameters)
    try parameters.safetensors().write(to: "\(output)/weights.safetensors")
    let control = experiment.model.controller.output
    let isRecurrent = experiment.network.projections.contains { $0.source == $0.target }
    let text = """
      {"network": "\(isRecurrent ? "rnn" : "feedforward")", "leak": \(control.leak), \
      "tau_u": \(control.tau), "batch": 64}

      """
    try text.write(toFile: "\(output)/case.json", atomically: true, encoding: .utf8)
  }
}
