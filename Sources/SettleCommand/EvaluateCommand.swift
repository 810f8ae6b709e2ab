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
    let request = EvaluationReport.Request(
      split: try split.map(Split.init(named:)), confusion: confusion, equilibria: equilibria,
      controlled: controlled)
    let (set, part) = try EvaluationReport.data(
      of: experiment, request, dataFolder: shared.dataDir)
    let start = try experiment.startingParameters(from: parameters)
    Interruption.watch()
    let folder = try shared.output.map {
      try RunFolder($0, name: experiment.model.name, overwrite: shared.force)
    }
    let lock = try folder.map { try RunLock($0, overwrite: shared.force) }
    defer { withExtendedLifetime(lock) {} }
    var manifest = Manifest(
      command: CommandLine.arguments, experiment: experiment, threads: shared.threadCount,
      chunkSize: BatchSettler.chunkSize(for: experiment.network))
    manifest.split = part.rawValue
    if let folder { try begin(experiment, folder, start, &manifest) }
    do {
      let report = try EvaluationReport(
        experiment, start, set, part, request, threads: shared.threadCount,
        command: CommandLine.arguments, parametersFile: parameters
      ) { Interruption.isRequested }
      manifest.status = report.isComplete ? .done : .failed
      if let folder {
        try report.write(to: folder, overwrite: shared.force) { Interruption.isRequested }
        manifest.end = Date()
        manifest.hashes.readOutputs(of: folder)
        try manifest.write(to: folder)
      }
      if shared.json { try StandardOutput.write(report.json.encoded()) }
      if !shared.quiet {
        try Results.say(report.text, besideJSON: shared.json)
      } else if !report.isComplete {
        Diagnostics.say(report.text)
      }
      if !report.isComplete { throw ExitCode(1) }
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
    _ experiment: Experiment, _ folder: RunFolder, _ start: ParameterSet, _ manifest: inout Manifest
  ) throws {
    func absolute(_ path: String?) -> String? {
      path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    }
    manifest.dataFolder = absolute(shared.dataDir)
    manifest.parameters = absolute(parameters)
    let text = ModelFile.resolvedYAML(experiment.model)
    manifest.modelFingerprint = Fingerprint.of(text)
    manifest.hashes = try RunHashes(
      model: text, start: start,
      reading: experiment.files(
        dataFolder: shared.dataDir, parameters: parameters, readsData: true))
    try AtomicFile.write(text, to: folder.file("model.yaml"))
    try manifest.write(to: folder)
    if shared.force {
      folder.remove([
        "predictions.csv", "confusion.csv", "equilibria.safetensors", "summary.json",
      ])
    }
  }
}
