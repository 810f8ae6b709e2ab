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
      With --output it writes predictions.csv, summary.json, model.yaml and manifest.json there, with \
      --confusion also confusion.csv: every class, its recall and precision, and what it was taken for; \
      and with --equilibria equilibria.safetensors: \u{3c6}, \u{3c8}, u, rates and outputs of every \
      sample. Samples that do not settle count as wrong and are left out of the loss.

      Example:
        settle evaluate models/digits-rnn.yaml --parameters runs/digits/parameters.safetensors
      """)

  @Argument(help: "The model file.", completion: .model) var model: String
  @OptionGroup var shared: SharedOptions

  @Option(
    help: "A safetensors file with the parameters; the model's start unless given.",
    completion: .parameters)
  var parameters: String?

  @Option(
    help: "The part of the data: train, validation or test; test if there is one.",
    completion: .split)
  var split: String?

  @Flag(help: "Class by class: recall, precision, and what it was taken for.")
  var confusion = false

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
    let evaluator = try Evaluator(
      experiment.network, options: experiment.settlingOptions, precision: experiment.precision,
      threads: shared.threadCount)
    Interruption.watch()
    let folder = try shared.output.map {
      try RunFolder($0, name: experiment.model.name, overwrite: shared.force)
    }
    let lock = try folder.map { try RunLock($0, overwrite: shared.force) }
    defer { withExtendedLifetime(lock) {} }
    var manifest = Manifest(
      command: CommandLine.arguments, experiment: experiment, threads: shared.threadCount,
      chunkSize: BatchSettler.chunkSize(for: experiment.network))
    try begin(experiment, folder, &manifest)
    do {
      let isComplete = try evaluate(
        data, part, experiment, parameters, evaluator, folder)
      manifest.status = isComplete ? .done : .failed
      manifest.end = Date()
      if let folder { try manifest.write(to: folder) }
      if !isComplete { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      manifest.status = error is CancellationError ? .interrupted : .failed
      manifest.end = Date()
      manifest.note = error is CancellationError ? nil : "\(error)"
      if let folder { try? manifest.write(to: folder) }
      throw error
    }
  }

  /// Says in the folder how the evaluation comes to be.
  private func begin(
    _ experiment: Experiment, _ folder: RunFolder?, _ manifest: inout Manifest
  ) throws {
    guard let folder else { return }
    func absolute(_ path: String?) -> String? {
      path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    }
    manifest.dataFolder = absolute(shared.dataDir)
    manifest.parameters = absolute(parameters)
    let text = ModelFile.resolvedYAML(experiment.model)
    manifest.modelFingerprint = Fingerprint.of(text)
    try AtomicFile.write(text, to: folder.file("model.yaml"))
    try manifest.write(to: folder)
    if shared.force {
      folder.remove([
        "predictions.csv", "confusion.csv", "equilibria.safetensors", "summary.json",
      ])
    }
  }

  /// Whether every sample settled, where each must.
  private func evaluate(
    _ data: LabelledSamples, _ part: Split, _ experiment: Experiment, _ parameters: ParameterSet,
    _ evaluator: Evaluator, _ folder: RunFolder?
  ) throws -> Bool {
    let set = data.dataSet
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = try evaluator.evaluate(
      data, parameters: parameters, isCancelled: { Interruption.isRequested })
    let seconds = (clock.now - start) / .seconds(1)
    let wantsConfusion =
      (confusion || experiment.model.learning?.evaluate.confusion == true) && set.hasLabels
    let names =
      wantsConfusion
      ? ConfusionTable.names(experiment.network.outputCount, set.classNames) : []

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
    if wantsConfusion {
      let rows = evaluation.confusion(classes: names.count)
      members += [
        .init("confusion", .array(rows.map { .array($0.map(JSONValue.integer)) })),
        .init("classes", ConfusionTable.json(evaluation, names: names)),
      ]
    }
    let summary = JSONValue.object(members)
    if let folder {
      try PredictionTable.write(
        evaluation, classNames: set.classNames, to: folder.file("predictions.csv"),
        overwrite: shared.force)
      if wantsConfusion {
        try ConfusionTable.write(
          evaluation, names: names, to: folder.file("confusion.csv"), overwrite: shared.force)
      }
      if equilibria {
        try EquilibriumArrays(
          of: data, experiment: experiment, parameters: parameters, controlled: controlled,
          threads: shared.threadCount, isCancelled: { Interruption.isRequested }
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
      if wantsConfusion {
        Diagnostics.say(ConfusionTable.text(evaluation, names: names))
      }
    }
    return evaluation.unsettledCount == 0 || experiment.model.settling.unsettled != .fail
  }

  private func chooseSet(_ experiment: Experiment) throws -> (DataSet, Split) {
    let named = try split.map(Split.init(named:))
    let splits = try experiment.loadData(dataFolder: shared.dataDir)
    let part = named ?? (splits.test != nil ? .test : .train)
    return (try splits[part, in: experiment], part)
  }
}
