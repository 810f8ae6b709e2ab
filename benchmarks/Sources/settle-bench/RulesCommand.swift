import ArgumentParser
import Dynamics
import Foundation
import Learning
import LinearAlgebra

/// Rules that are written as expressions, beside the same rules written in Swift, on equal states.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Expression rules against the loops of the same rules in Swift.")

  @Option(help: "Timed repetitions of each, in turn; the best counts.")
  var repetitions = 9

  @Option(help: "Samples of the chunk.")
  var samples = 32

  func run() throws {
    let bench = try Bench(samples: samples)
    print("| expression | ms | in Swift, ms | ratio | largest difference |")
    print("|---|---|---|---|---|")
    for pair in try Self.pairs() {
      var (own, swift) = (Double.infinity, Double.infinity)
      var (a, b) = (bench.update(pair.swift).update, bench.update(pair.swift).update)
      for _ in 0..<repetitions {
        let x = bench.update(pair.expression)
        let y = bench.update(pair.swift)
        (a, b) = (x.update, y.update)
        own = min(own, x.milliseconds)
        swift = min(swift, y.milliseconds)
      }
      print(
        "| `\(pair.expression.text)` | "
          + String(format: "%.1f | %.1f | %.2f | %.0e |", own, swift, own / swift, distance(a, b)))
    }
  }

  /// max|a − b| over max|b|.
  private func distance(_ a: ParameterUpdate, _ b: ParameterUpdate) -> Double {
    var (difference, size) = (0.0, Double.leastNormalMagnitude)
    for k in 0..<a.count {
      for (x, y) in zip(a[k], b[k]) {
        difference = max(difference, abs(x - y))
        size = max(size, abs(y))
      }
    }
    return difference / size
  }
}

extension RulesCommand {
  fileprivate struct Pair {
    var expression: ExpressionRule
    var swift: any LearningRule
  }

  fileprivate static func pairs() throws -> [Pair] {
    func pair(_ text: String, _ rule: some LocalRule) throws -> Pair {
      Pair(
        expression: try ExpressionRule(text),
        swift: LocalLearning(rule, name: "loop", synapseBySynapse: true))
    }
    return [
      try pair("rate_post * (rate_pre - rate_post * weight)", Oja()),
      try pair("tanh(rate_pre * rate_post)", Saturating()),
      try pair("rate_pre / (rate_post^2 + weight^2)", Divisive()),
      try pair("abs(rate_post - rate_pre)", Distance()),
      try pair("clip(rate_post * rate_pre, -0.1, 0.1)", Clipped()),
      try pair("max(rate_post * rate_pre - weight, 0) * slope_post", Rectified()),
      try pair(
        "(rate_pre - rate_post)^2 * (rate_pre - rate_post - weight) * control_post"
          + " / (1 + (rate_pre - rate_post)^2)", Eleven()),
    ]
  }
}

private struct Oja: LocalRule {
  func change(_ s: Synapse) -> Double { s.ratePost * (s.ratePre - s.ratePost * s.weight) }
}

private struct Saturating: LocalRule {
  func change(_ s: Synapse) -> Double { tanh(s.ratePre * s.ratePost) }
}

private struct Divisive: LocalRule {
  func change(_ s: Synapse) -> Double {
    s.ratePre / (s.ratePost * s.ratePost + s.weight * s.weight)
  }
}

private struct Distance: LocalRule {
  func change(_ s: Synapse) -> Double { abs(s.ratePost - s.ratePre) }
}

private struct Clipped: LocalRule {
  func change(_ s: Synapse) -> Double { min(max(s.ratePost * s.ratePre, -0.1), 0.1) }
}

private struct Rectified: LocalRule {
  func change(_ s: Synapse) -> Double {
    max(s.ratePost * s.ratePre - s.weight, 0) * s.slopePost
  }
}

/// Of eleven operations.
private struct Eleven: LocalRule {
  func change(_ s: Synapse) -> Double {
    let d = s.ratePre - s.ratePost
    return d * d * (d - s.weight) * s.controlPost / (1 + d * d)
  }
}

/// A chunk of a feedforward network of 784, 256, 64 and 10 units at its controlled equilibria.
private struct Bench {
  let network: Network
  let parameters: ParameterSet
  let states: SettledStates

  init(samples: Int) throws {
    network = try Network(
      populations: [
        Population(name: "input", size: 784, role: .input),
        Population(name: "h1", size: 256, activation: Tanh()),
        Population(name: "h2", size: 64, activation: Tanh()),
        Population(name: "output", size: 10),
      ],
      projections: [
        DenseProjection(from: "input", to: "h1"), DenseProjection(from: "h1", to: "h2"),
        DenseProjection(from: "h2", to: "output"),
      ], loss: SquaredError(), output: .init(population: "output"))
    parameters = try network.initialParameters(seed: 1)
    var random = RandomStream(seed: 1, name: "samples")
    func numbers(_ count: Int) -> ContiguousArray<Double> {
      ContiguousArray((0..<count).map { _ in Double.random(in: -1...1, using: &random) })
    }
    let data = Samples(
      count: samples, inputs: numbers(samples * 784), targets: numbers(samples * 10))
    let settler = try BatchSettler(
      network, controller: DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5)))
    settler.load(parameters)
    states = SettledStates([.controlled: try settler.settle(data)[0]])
  }

  func update(_ rule: any LearningRule) -> (update: ParameterUpdate, milliseconds: Double) {
    var update = ParameterUpdate(for: parameters, changing: rule.changedParameters(of: network))
    var memory = rule.makeMemory(for: parameters)
    let elapsed = ContinuousClock().measure {
      rule.accumulate(states, parameters: parameters, memory: &memory, into: &update)
    }
    return (update, elapsed / .milliseconds(1))
  }
}
