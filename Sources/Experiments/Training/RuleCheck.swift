public import Dynamics
internal import Foundation
internal import Integration
public import Learning
internal import LinearAlgebra

/// Compares what a rule does with what it should: with the derivative of the augmented energy
/// F = ½‖ψ‖² + L/α_eff (H = ½‖ψ‖² where there is no leak) along random directions, by central
/// differences through the whole settling.
public struct RuleCheck {
  /// One parameter's result.
  public struct Row: Sendable {
    public var parameter: String
    public var directions: Int
    /// The largest |⟨Δ, d⟩ + ∂F/∂d| over the directions d, in proportion to the largest |∂F/∂d|.
    public var error: Double
    /// The cosine between ⟨Δ, d⟩ and −∂F/∂d over the directions.
    public var cosine: Double
    /// Whether learning changes the parameter at all.
    public var isLearned: Bool
  }

  public let rows: [Row]
  public let samples: Int
  /// Those that settled, at the tight residual of the check.
  public let settled: Int
  /// Whether the controller promises that the update is the gradient.
  public let isExact: Bool

  /// What a difference quotient of settled energies can resolve: truncation h² and the residual
  /// over h, each of the order 1e-6 at the step and the residual used here, with room for constants.
  public static let tolerance = 1e-4
  private static let step = 1e-4
  private static let residual = 1e-11

  public init(
    _ experiment: Experiment, rule: any LearningRule, samples: Samples, parameters: ParameterSet,
    directions: Int, threads: Int
  ) throws {
    var options = experiment.settlingOptions
    options.residual = Self.residual
    options.criterion = .perVariable
    options.relativeTolerance = 1e-8
    options.absoluteTolerance = 1e-13
    let settler = try BatchSettler(
      experiment.network, controller: experiment.controller, options: options, threads: threads)
    let leak = experiment.controller.effectiveLeak ?? 0
    func settle(_ parameters: ParameterSet) throws -> [SettledState] {
      settler.load(parameters)
      return try settler.settle(samples)
    }
    func energies(_ states: [SettledState]) -> [Double] {
      states.flatMap { state in
        (0..<state.count).map { row in
          guard state.certificates[row].isEquilibrium else { return Double.nan }
          let energy = state.controlEnergy(row)
          return leak > 0 ? energy + state.observation.losses[row] / leak : energy
        }
      }
    }

    let names = rule.changedParameters(of: experiment.network)
    var update = ParameterUpdate(for: parameters, changing: names)
    let states = try settle(parameters)
    let base = energies(states)
    for state in states {
      let rows = state.certificates.indices.filter { state.certificates[$0].isEquilibrium }
      guard !rows.isEmpty else { continue }
      var memory = rule.makeMemory(for: parameters)
      rule.accumulate(
        SettledStates([.controlled: state.selecting(rows)]), parameters: parameters,
        memory: &memory, into: &update)
    }
    var stream = RandomStream(seed: experiment.model.seed, name: "check")
    var result: [Row] = []
    // Samples that settle here but not a step away: their difference quotient proves nothing.
    var lost = Set<Int>()
    for index in 0..<parameters.count where update.changes(index) {
      var rule: [Double] = []
      var truth: [Double] = []
      for _ in 0..<directions {
        var direction = ContiguousArray(
          (0..<parameters[index].values.count).map { _ in stream.normal() })
        let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for i in direction.indices { direction[i] /= norm }
        func shifted(_ h: Double) -> ParameterSet {
          var moved = parameters
          for i in direction.indices { moved[index].values[i] += h * direction[i] }
          return moved
        }
        let ahead = energies(try settle(shifted(Self.step)))
        let behind = energies(try settle(shifted(-Self.step)))
        var slope = 0.0
        for s in base.indices where base[s].isFinite {
          guard ahead[s].isFinite && behind[s].isFinite else {
            lost.insert(s)
            continue
          }
          slope += (ahead[s] - behind[s]) / (2 * Self.step)
        }
        truth.append(-slope)
        rule.append(zip(update[index], direction).reduce(0) { $0 + $1.0 * $1.1 })
      }
      let size = truth.map(abs).max() ?? 0
      let error = zip(rule, truth).map { abs($0 - $1) }.max() ?? 0
      let product = zip(rule, truth).reduce(0) { $0 + $1.0 * $1.1 }
      let norms =
        (rule.reduce(0) { $0 + $1 * $1 } * truth.reduce(0) { $0 + $1 * $1 }).squareRoot()
      result.append(
        Row(
          parameter: parameters[index].name, directions: directions,
          error: size > 0 ? error / size : error, cosine: norms > 0 ? product / norms : .nan,
          isLearned: parameters[index].plasticity.isLearned))
    }
    rows = result
    self.samples = samples.count
    settled = base.count(where: \.isFinite) - lost.count
    isExact =
      experiment.controller.name != "linear-feedback"
      && !experiment.network.projections.contains(where: \.hasSeparateFeedback)
      && experiment.model.learning?.rule.modulation != .slope
  }

  /// Whether the rule is the gradient where it promises to be.
  public var isPassed: Bool {
    settled == samples && (!isExact || rows.allSatisfy { $0.error <= Self.tolerance })
  }

  public var json: JSONValue {
    .object([
      .init("passed", .bool(isPassed)), .init("exact", .bool(isExact)),
      .init("samples", .integer(samples)), .init("settled", .integer(settled)),
      .init("tolerance", .number(Self.tolerance)),
      .init(
        "parameters",
        .array(
          rows.map {
            .object([
              .init("parameter", .string($0.parameter)),
              .init("directions", .integer($0.directions)),
              .init("relative_error", .number($0.error)), .init("cosine", .number($0.cosine)),
              .init("learned", .bool($0.isLearned)),
            ])
          })),
    ])
  }

  public var text: String {
    var lines = ["the rule against \u{2212}\u{2207}F by central differences, \(samples) samples:"]
    let width = rows.map(\.parameter.count).max() ?? 0
    for row in rows where settled > 0 {
      let name = row.parameter.padding(toLength: width, withPad: " ", startingAt: 0)
      lines.append(
        "  \(name)  " + String(format: "cosine %.8f, relative error %.1e", row.cosine, row.error)
          + " (\(row.directions) directions)" + (row.isLearned ? "" : ", not learned"))
    }
    if settled < samples {
      lines.append("  \(samples - settled) of the samples did not settle and prove nothing")
    }
    if !isExact {
      lines.append(
        "  this controller, or this rule, follows the gradient only approximately: the figures "
          + "say how closely")
    }
    if isPassed {
      lines.append("passed")
    } else if settled < samples {
      lines.append("FAILED: not every sample settled to the residual of the check, 1e-11")
    } else {
      lines.append("FAILED: the update is not the gradient")
    }
    return lines.joined(separator: "\n")
  }
}
