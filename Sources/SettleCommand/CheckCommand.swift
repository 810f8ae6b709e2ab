import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Learning

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validates a model file, and audits its learning rule.",
    discussion: """
      The rule's update is compared, parameter by parameter, with \u{2212}\u{2207}F of the augmented \
      energy F = \u{bd}\u{2016}\u{3c8}\u{2016}\u{b2} + L/\u{3b1}_eff and with \u{2212}\u{2207}L of the \
      free network, which central differences along random directions confirm; its locality is tested, \
      and the control is measured against the least that would do. Ends with 1 where the rule claims \
      what does not hold, or a sample does not settle.

      Example:
        settle check models/digits-rnn.yaml --samples 4 --directions 3
      """)

  @Argument(help: "The model file.", completion: .model) var model: String
  @OptionGroup var shared: SharedOptions

  @Option(
    help: "A safetensors file with the parameters; the model's start unless given.",
    completion: .parameters)
  var parameters: String?

  @Option(help: "How many samples of the training data to check on; 0 only validates.")
  var samples = 4

  @Option(help: "Random directions for each parameter; 0 leaves the differences out.")
  var directions = 4

  func validate() throws {
    if samples < 0 || directions < 0 {
      throw ValidationError("--samples must be 0 or more, --directions 0 or more")
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
      try Results.say(line, besideJSON: shared.json)
    }
    let chosen = try chooseSamples(experiment)
    let rule = try experiment.rule(experiment.model.learning ?? LearningDescription())
    let isControlled = experiment.controller.effectiveLeak != nil
    guard let chosen, chosen.count > 0, isControlled || !rule.phases.contains(.controlled),
      isSmallEnough(experiment.network)
    else {
      if shared.json { try StandardOutput.write(JSONValue.object(members).encoded()) }
      return
    }
    let check = try experiment.audit(rule, threads: shared.threadCount)
      .report(
        on: chosen, parameters: parameters, directions: directions, seed: experiment.model.seed)
    members.append(.init("rule", check.json))
    if shared.json { try StandardOutput.write(JSONValue.object(members).encoded()) }
    if !shared.quiet { try Results.say(check.text, besideJSON: shared.json) }
    if !check.isPassed { throw ExitCode(1) }
  }

  /// Whether the network can be audited; says so where not.
  private func isSmallEnough(_ network: Network) -> Bool {
    guard network.unitCount > Audit.largestUnitCount else { return true }
    if !shared.quiet {
      Diagnostics.say(
        "its rule is not audited: that takes dense matrices of at most \(Audit.largestUnitCount) units"
      )
    }
    return false
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
