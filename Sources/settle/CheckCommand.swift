import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Learning

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validates a model file, and its learning rule against the true gradient.",
    discussion: """
      The rule's update is compared, parameter by parameter, with \u{2212}\u{2207}F of the augmented \
      energy F = \u{bd}\u{2016}\u{3c8}\u{2016}\u{b2} + L/\u{3b1}_eff, by central differences along \
      random directions through the whole settling. Ends with 1 where they should agree and do not.

      Example:
        settle check models/digits-rnn.yaml --samples 4 --directions 3
      """)

  @Argument(help: "The model file.") var model: String
  @OptionGroup var shared: SharedOptions

  @Option(help: "A safetensors file with the parameters; the model's start unless given.")
  var parameters: String?

  @Option(help: "How many samples of the training data to check on; 0 only validates.")
  var samples = 4

  @Option(help: "Random directions for each parameter.")
  var directions = 4

  func validate() throws {
    if samples < 0 || directions < 1 {
      throw ValidationError("--samples must be 0 or more, --directions 1 or more")
    }
  }

  func run() throws {
    Interruption.end()
    let experiment = try shared.experiment(model)
    let parameters = try experiment.startingParameters(from: parameters)
    var members: [JSONValue.Member] = [
      .init("model", .string(experiment.model.name)), .init("valid", .bool(true)),
      .init("units", .integer(experiment.network.unitCount)),
      .init("parameters", .integer(parameters.scalarCount)),
    ]
    if !shared.quiet {
      var line = "\(model) is valid: \(experiment.network.unitCount) units, "
      line += "\(parameters.scalarCount) parameters, controller \(experiment.controller.name)"
      if let leak = experiment.controller.effectiveLeak {
        line += String(format: ", \u{3b1}_eff = %.6g", leak)
      }
      Diagnostics.say(line)
    }
    let chosen = try chooseSamples(experiment)
    guard let chosen, chosen.count > 0, experiment.controller.effectiveLeak != nil else {
      if shared.json { try StandardOutput.write(JSONValue.object(members).encoded()) }
      return
    }
    let rule = try experiment.rule(experiment.model.learning ?? LearningDescription())
    guard rule.phases == [.controlled] else {
      if shared.json { try StandardOutput.write(JSONValue.object(members).encoded()) }
      if !shared.quiet {
        Diagnostics.say(
          "the rule \(rule.name) does not learn from the controlled equilibrium alone, and is not "
            + "compared with \u{2212}\u{2207}F")
      }
      return
    }
    let check = try RuleCheck(
      experiment, rule: rule, samples: chosen, parameters: parameters, directions: directions,
      threads: shared.threadCount)
    members.append(.init("rule", check.json))
    if shared.json { try StandardOutput.write(JSONValue.object(members).encoded()) }
    if !shared.quiet { Diagnostics.say(check.text) }
    if !check.isPassed { throw ExitCode(1) }
  }

  /// The first samples of the training data, or the stimulus of a model without data; nil if there is
  /// nothing to check on.
  private func chooseSamples(_ experiment: Experiment) throws -> Samples? {
    guard experiment.hasLoss else { return nil }
    if experiment.model.data != nil {
      let set = try experiment.loadData(dataFolder: shared.dataDir).train
      guard samples > 0 else { return nil }
      return experiment.trainingData(set).samples(Array(0..<min(samples, set.count)))
    }
    guard experiment.model.stimulus?.target != nil, samples > 0 else { return nil }
    return try Stimulus(inline: experiment).samples
  }
}
