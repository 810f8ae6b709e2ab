import ArgumentParser
import Dynamics
import Foundation
import Integration
import LinearAlgebra

/// How settling scales with units, samples and threads, on random recurrent networks.
struct ScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Milliseconds a batch over units, batch sizes and threads.")

  @Option(help: "Recurrent units, by commas.")
  var units = "64,256,1024,4096"

  @Option(help: "Batch sizes, by commas.")
  var batches = "64,1024"

  @Option(help: "Numbers of threads, by commas.")
  var threads = "1,2"

  @Option(help: "Gain of the recurrent weights: their spectral radius.")
  var gain = 0.9

  @Option(help: "Methods, by commas.")
  var methods = "auto,bdf"

  func run() throws {
    print("| units | batch | threads | method | settled | evaluations: median | ms | µs a sample |")
    print("|---|---|---|---|---|---|---|---|")
    for size in numbers(units) {
      let (network, parameters) = try Self.network(size, gain: gain)
      for batch in numbers(batches) {
        // The largest networks would take minutes at the largest batch, and say nothing new.
        if size > 1024 && batch > 64 { continue }
        let samples = Self.samples(batch, inputs: 64)
        for count in numbers(threads) {
          for name in methods.split(separator: ",") {
            var options = SettlingOptions(
              method: SettlingOptions.Method(rawValue: String(name)) ?? .automatic)
            options.limits.straggler = 1
            let settler = try BatchSettler(
              network,
              controller: DynamicInversion(
                output: .leakyIntegral(leak: 6.4, timeConstant: 64)), options: options,
              precision: .single, threads: count)
            settler.load(parameters)
            let repetitions = size > 1024 ? 1 : 5
            var results: [Settled] = []
            for k in 0..<repetitions {
              results.append(
                try Settled(settler, samples, batch: batch, warmUp: k == 0 && size <= 1024 ? 1 : 0))
            }
            let certificates = results[0].certificates
            let ms = results.map { $0.milliseconds[0] }.quantile(0.5)
            print(
              "| \(size) | \(batch) | \(count) | \(name) | \(results[0].settled)/\(batch) | "
                + String(
                  format: "%.0f | %.1f | %.0f |",
                  certificates.map { Double($0.evaluations) }.quantile(0.5), ms,
                  1000 * ms / Double(batch)))
          }
        }
      }
    }
  }

  private func numbers(_ list: String) -> [Int] {
    list.split(separator: ",").compactMap { Int($0) }
  }

  static func network(_ size: Int, gain: Double) throws -> (Network, ParameterSet) {
    let network = try Network(
      populations: [
        Population(name: "input", size: 64, role: .input),
        Population(name: "hidden", size: size, activation: Tanh()),
        Population(name: "output", size: 10),
      ],
      projections: [
        DenseProjection(from: "input", to: "hidden"), DenseProjection(from: "hidden", to: "hidden"),
        DenseProjection(from: "hidden", to: "output"),
      ], loss: CrossEntropy(), output: .init(population: "output"))
    var parameters = network.emptyParameters()
    var stream = RandomStream(seed: 1, name: "init")
    func fill(_ name: String, scale: Double) {
      for i in parameters[name].values.indices {
        parameters[name].values[i] = scale * stream.normal()
      }
    }
    fill("input-hidden.weight", scale: 1 / 8)
    fill("hidden-hidden.weight", scale: gain / Double(size).squareRoot())
    fill("hidden-output.weight", scale: 1 / Double(size).squareRoot())
    return (network, parameters)
  }

  static func samples(_ count: Int, inputs: Int) -> Samples {
    var stream = RandomStream(seed: 2, name: "samples")
    var values = ContiguousArray<Double>()
    var targets = ContiguousArray<Double>()
    for sample in 0..<count {
      for _ in 0..<inputs { values.append(stream.normal()) }
      for k in 0..<10 { targets.append(k == sample % 10 ? 1 : 0) }
    }
    return Samples(count: count, inputs: values, targets: targets)
  }
}
