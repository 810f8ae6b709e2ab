import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Integration
import Learning

/// What it takes to settle one batch, by method and precision, on equal work: the same weights, inputs
/// and residual, judged by the same norm on the state that is returned.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Evaluations, products, steps and milliseconds for one batch, by method.")

  @OptionGroup var setting: Setting

  @Option(help: "Samples of the batch.")
  var samples = 64

  @Option(help: "Timed repetitions, after one that makes the solvers.")
  var repetitions = 7

  @Option(help: "Methods, by commas; all unless given.")
  var methods: String?

  @Option(help: "single or double; both unless given.")
  var precision: String?

  @Flag(help: "Print the certificate of every sample.")
  var explain = false

  func run() throws {
    let experiment = try setting.experiment()
    let set = try experiment.loadData().train
    let samples = experiment.trainingData(set).samples(Array(0..<min(samples, set.count)))
    let parameters = try experiment.startingParameters(from: setting.parameters)
    print("\(Versions.description), \(setting.threads) threads, median of \(repetitions)\n")
    print("## \(experiment.model.name), residual \(experiment.model.settling.residual)\n")
    print(
      "| method | precision | settled | by descent | evaluations: median | 99 % | products | steps | ms | worst residual |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    let wanted = methods.map { Set($0.split(separator: ",").map(String.init)) }
    for method in SettlingOptions.Method.allCases where wanted?.contains(method.rawValue) ?? true {
      for precision in Precision.allCases
      where precision.rawValue == self.precision ?? precision.rawValue {
        let result = try measure(experiment, samples, parameters, method, precision)
        print("| \(method.rawValue) | \(precision.rawValue) | \(result.row) |")
      }
    }
  }

  private func measure(
    _ experiment: Experiment, _ samples: Samples, _ parameters: ParameterSet,
    _ method: SettlingOptions.Method, _ precision: Precision
  ) throws -> Measurement {
    var options = experiment.settlingOptions
    options.method = method
    options.iterations = 800
    options.limits = .init(time: 1e4, steps: 5000, evaluations: 5000, straggler: 2)
    let settler = try BatchSettler(
      experiment.network, controller: experiment.controller, options: options,
      precision: precision, threads: setting.threads)
    settler.load(parameters)
    var times: [Double] = []
    var states: [SettledState] = []
    for repetition in 0...repetitions {
      let clock = ContinuousClock()
      let elapsed = try clock.measure { states = try settler.settle(samples) }
      // The first run makes the solvers.
      if repetition > 0 { times.append(elapsed / .milliseconds(1)) }
    }
    if explain { for state in states { for c in state.certificates { print(c.summary) } } }
    return Measurement(states.flatMap(\.certificates), milliseconds: times.quantile(0.5))
  }
}

private struct Measurement {
  var row: String

  init(_ certificates: [Certificate], milliseconds: Double) {
    let evaluations = certificates.map { Double($0.evaluations) }
    let count = Double(certificates.count)
    let products = certificates.reduce(0) { $0 + Double($1.jacobianProducts) } / count
    let steps = certificates.reduce(0) { $0 + Double($1.steps) } / count
    let worst = certificates.filter(\.isEquilibrium).map(\.residual).max() ?? .nan
    row =
      "\(certificates.count(where: \.isEquilibrium))/\(certificates.count) | "
      + "\(certificates.count { $0.outcome == .settledByDescent }) | "
      + String(
        format: "%.0f | %.0f | %.0f | %.0f | %.1f | %.1e", evaluations.quantile(0.5),
        evaluations.quantile(0.99), products, steps, milliseconds, worst)
  }
}
