// Evaluations, products, steps and milliseconds that it takes to settle one batch of 64 samples, for
// every method and both precisions, on equal work: the same weights, inputs and residual, judged by the
// same norm on the state that is returned.
//
//   swift run -c release settle-batch [MODEL.yaml ...] [--parameters FILE] [--threads N]
//
// Data are found by SETTLE_DATA or beside the model file.

import Dynamics
import Experiments
import Foundation
import Integration
import Learning

struct Arguments {
  var models: [String] = []
  var parameters: String?
  var threads = ProcessInfo.processInfo.activeProcessorCount
  var repetitions = 7

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--parameters": parameters = rest.popFirst()
      case "--threads": threads = rest.popFirst().flatMap { Int($0) } ?? threads
      case "--repetitions": repetitions = rest.popFirst().flatMap { Int($0) } ?? repetitions
      default: models.append(argument)
      }
    }
    if models.isEmpty { models = ["../models/digits-rnn.yaml", "models/mnist-rnn.yaml"] }
  }
}

struct Measurement {
  var settled = 0
  var samples = 0
  var evaluations: [Int] = []
  var products = 0.0
  var steps = 0.0
  var milliseconds = 0.0
  var worst = 0.0

  var row: String {
    let sorted = evaluations.sorted()
    let median = sorted[sorted.count / 2]
    let high = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    return "\(settled)/\(samples) | \(median) | \(high) | "
      + String(format: "%.0f | %.0f | %.1f | %.1e", products, steps, milliseconds, worst)
  }
}

func measure(
  _ experiment: Experiment, _ samples: Samples, _ parameters: ParameterSet,
  _ method: SettlingOptions.Method, _ precision: Precision, _ arguments: Arguments
) throws -> Measurement {
  var options = experiment.settlingOptions
  options.method = method
  options.iterations = 800
  options.limits = .init(time: 1e4, steps: 5000, evaluations: 5000, straggler: 2)
  let settler = try BatchSettler(
    experiment.network, controller: experiment.controller, options: options,
    precision: precision, threads: arguments.threads)
  settler.load(parameters)
  var times: [Double] = []
  var states: [SettledState] = []
  for repetition in 0...arguments.repetitions {
    let clock = ContinuousClock()
    let elapsed = try clock.measure { states = try settler.settle(samples) }
    // The first run makes the solvers.
    if repetition > 0 { times.append(elapsed / .milliseconds(1)) }
  }
  var result = Measurement()
  let certificates = states.flatMap(\.certificates)
  result.samples = certificates.count
  result.settled = certificates.count(where: \.isEquilibrium)
  result.evaluations = certificates.map(\.evaluations)
  let count = Double(certificates.count)
  result.products = certificates.reduce(0) { $0 + Double($1.jacobianProducts) } / count
  result.steps = certificates.reduce(0) { $0 + Double($1.steps) } / count
  result.milliseconds = times.sorted()[times.count / 2]
  result.worst = certificates.filter(\.isEquilibrium).map(\.residual).max() ?? .nan
  return result
}

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
print("\(Versions.description), \(arguments.threads) threads, median of \(arguments.repetitions)\n")
for path in arguments.models {
  do {
    let experiment = try Experiment(ModelFile.load(path: path))
    let set = try experiment.loadData().train
    let samples = experiment.trainingData(set).samples(Array(0..<min(64, set.count)))
    let parameters = try experiment.startingParameters(from: arguments.parameters)
    print("## \(experiment.model.name), residual \(experiment.model.settling.residual)\n")
    print(
      "| method | precision | settled | evaluations: median | 99 % | products | steps | ms | worst residual |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for method in SettlingOptions.Method.allCases {
      for precision in Precision.allCases {
        let result = try measure(experiment, samples, parameters, method, precision, arguments)
        print("| \(method.rawValue) | \(precision.rawValue) | \(result.row) |")
      }
    }
    print("")
  } catch {
    print("\(path): \(error)\n")
  }
}
