import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Learning

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Loss and accuracy at the free equilibrium, the controller being off.",
    discussion: """
      With --output it writes predictions.csv and summary.json there, and with --equilibria also \
      equilibria.safetensors: \u{3c6}, \u{3c8}, u, rates and outputs of every sample. Samples that do \
      not settle count as wrong and are left out of the loss.

      Example:
        settle evaluate models/digits-rnn.yaml --parameters runs/digits/parameters.safetensors
      """)

  @Argument(help: "The model file.") var model: String
  @OptionGroup var shared: SharedOptions

  @Option(help: "A safetensors file with the parameters; the model's start unless given.")
  var parameters: String?

  @Option(help: "The part of the data: train, validation or test; test if there is one.")
  var split: String?

  @Flag(help: "Write the equilibria of all samples as arrays; needs --output.")
  var equilibria = false

  @Flag(help: "Write the controlled equilibria instead of the free ones.")
  var controlled = false

  func validate() throws {
    if equilibria && shared.output == nil {
      throw ValidationError("--equilibria needs a folder: give --output")
    }
    if controlled && !equilibria {
      throw ValidationError("--controlled says which equilibria to write; add --equilibria")
    }
    if shared.output == "-" { throw ValidationError("evaluate writes a folder, not a stream") }
  }

  func run() throws {
    let experiment = try shared.experiment(model)
    try experiment.file.requireForEvaluation()
    let (set, part) = try chooseSet(experiment)
    let parameters = try experiment.startingParameters(from: parameters)
    let data = experiment.trainingData(set)
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = try Evaluator(
      experiment.network, options: experiment.settlingOptions, precision: experiment.precision,
      threads: shared.threadCount
    ).evaluate(data, parameters: parameters)
    let seconds = (clock.now - start) / .seconds(1)

    var members: [JSONValue.Member] = [
      .init("model", .string(experiment.model.name)),
      .init("split", .string(part.rawValue)),
      .init("samples", .integer(evaluation.count)),
      .init("loss", .number(evaluation.loss)),
      .init("accuracy", .number(evaluation.accuracy)),
      .init("unsettled", .integer(evaluation.unsettledCount)),
      .init("mean_evaluations", .number(evaluation.meanEvaluations)),
      .init("method", .string(experiment.model.settling.method.rawValue)),
      .init("residual", .number(experiment.model.settling.residual)),
      .init("seconds", .number(seconds)),
      .init("seed", .integer(Int(truncatingIfNeeded: experiment.model.seed))),
      .init("versions", Versions.json),
    ]
    if experiment.model.learning?.evaluate.confusion == true, set.hasLabels {
      let rows = evaluation.confusion(classes: experiment.network.outputCount)
      members.append(
        .init("confusion", .array(rows.map { .array($0.map(JSONValue.integer)) })))
    }
    let summary = JSONValue.object(members)
    if let output = shared.output {
      let folder = try RunFolder(
        output, name: experiment.model.name, overwrite: shared.force)
      try PredictionTable.write(
        evaluation, classNames: set.classNames, to: folder.file("predictions.csv"),
        overwrite: shared.force)
      if equilibria {
        try EquilibriumArrays(
          of: data, experiment: experiment, parameters: parameters, controlled: controlled,
          threads: shared.threadCount
        ).safetensors().write(to: folder.file("equilibria.safetensors"))
      }
      try AtomicFile.write(summary.encoded(), to: folder.file("summary.json"))
    }
    if shared.json { try StandardOutput.write(summary.encoded()) }
    if !shared.quiet {
      var line = "\(part.rawValue): \(evaluation.count) samples"
      if !evaluation.accuracy.isNaN {
        line += String(format: ", accuracy %.2f %%", 100 * evaluation.accuracy)
      }
      line += String(format: ", loss %.6g", evaluation.loss)
      line += ", \(evaluation.unsettledCount) unsettled"
      line += String(format: ", %.1f evaluations a sample", evaluation.meanEvaluations)
      Diagnostics.say(line)
    }
    if evaluation.unsettledCount > 0, experiment.model.settling.unsettled == .fail {
      throw ExitCode(1)
    }
  }

  private func chooseSet(_ experiment: Experiment) throws -> (DataSet, Split) {
    let named = try split.map(Split.init(named:))
    let splits = try experiment.loadData(dataFolder: shared.dataDir)
    let part = named ?? (splits.test != nil ? .test : .train)
    return (try splits[part, in: experiment], part)
  }
}
