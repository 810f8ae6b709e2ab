import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Integration
import Learning

/// What every measurement needs: a model, its weights, and how to settle.
struct Setting: ParsableArguments {
  @Argument(help: "Model file.")
  var model: String

  @Option(help: "Parameters (safetensors); the seeded initial ones unless given.")
  var parameters: String?

  @Option(help: "Threads.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: "Set a key of the model file, such as settling.rtol=1e-3.")
  var overrides: [String] = []

  func experiment() throws -> Experiment {
    try Experiment(ModelFile.load(path: model, overrides: overrides))
  }
}

/// Samples settled batch by batch, as a training would: what came out and how long each batch took.
struct Settled {
  var milliseconds: [Double] = []
  var phi: [Double] = []
  var psi: [Double] = []
  var u: [Double] = []
  var certificates: [Certificate] = []

  init(
    _ settler: BatchSettler, _ samples: Samples, batch: Int, warmUp: Int = 1
  ) throws {
    for _ in 0..<warmUp {
      _ = try settler.settle(samples.selecting(Array(0..<min(batch, samples.count))))
    }
    let clock = ContinuousClock()
    for start in stride(from: 0, to: samples.count, by: batch) {
      let part = samples.selecting(Array(start..<min(start + batch, samples.count)))
      var states: [SettledState] = []
      let elapsed = try clock.measure { states = try settler.settle(part) }
      milliseconds.append(elapsed / .milliseconds(1))
      for state in states {
        phi += state.observation.phi
        psi += state.observation.psi
        u += state.observation.u
        certificates += state.certificates
      }
    }
  }

  var settled: Int { certificates.count(where: \.isEquilibrium) }
}

extension [Double] {
  /// The value below which a fraction of all lie.
  func quantile(_ fraction: Double) -> Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    return sorted[Swift.min(count - 1, Int(Double(count) * fraction))]
  }
}
