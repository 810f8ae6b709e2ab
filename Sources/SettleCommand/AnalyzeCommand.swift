import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Integration

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Eigenvalues, control and alternatives of the equilibria that samples settle in.",
    discussion: """
      At the free and the controlled equilibrium of each sample: all eigenvalues of the flow, what moves \
      the largest of them and what to change, the distance to the equilibrium, when it settles by the \
      linear flow and when it did, what the control costs against the least that would do, how sensitive \
      the outputs are to control, and whether the sample, released from control, settles where it settled \
      from zero. With --output it writes analysis.json, eigenvalues.csv, samples.csv, model.yaml and \
      manifest.json. Ends with 1 where a sample does not settle.

      Examples:
        settle analyze models/tanh.yaml
        settle analyze models/digits-rnn.yaml --parameters runs/digits/parameters.safetensors \
          --samples 20 --split test --output analysis
      """)

  @Argument(help: "The model file.", completion: .model) var model: String
  @OptionGroup var shared: SharedOptions

  @Option(
    help: "A safetensors file with the parameters; the model's start unless given.",
    completion: .parameters)
  var parameters: String?

  @Option(
    name: .customLong("sample"), parsing: .upToNextOption,
    help: "Samples of the data, by their row in the file.")
  var rows: [Int] = []

  @Option(help: "How many samples of the data, the first of --split; not with --sample.")
  var samples: Int?

  @Option(
    help: "The part of the data that samples are taken from: train, validation or test.",
    completion: .split)
  var split: String?

  func validate() throws {
    if let samples, samples < 1 {
      throw ValidationError("--samples is \(samples); give 1 or more")
    }
    if samples != nil && !rows.isEmpty {
      throw ValidationError("--sample names the samples, --samples counts them: give one of them")
    }
    if shared.output == "-" { throw ValidationError("analyze writes a folder, not a stream") }
  }

  func run() throws {
    let experiment = try shared.experiment(model)
    let parameters = try experiment.startingParameters(from: parameters)
    let stimulus = try stimulus(of: experiment)
    let analyzer = try experiment.analyzer(parameters, threads: shared.threadCount)
    Interruption.watch()
    let folder = try shared.output.map {
      try RunFolder($0, name: experiment.model.name, overwrite: shared.force)
    }
    let lock = try folder.map { try RunLock($0, overwrite: shared.force) }
    defer { withExtendedLifetime(lock) {} }
    var manifest = Manifest(
      command: CommandLine.arguments, experiment: experiment, threads: shared.threadCount,
      chunkSize: BatchSettler.chunkSize(for: experiment.network))
    if let folder { try begin(experiment, folder, &manifest) }
    do {
      let analyses = try analyzer.analyze(stimulus.samples) { Interruption.isRequested }
      var report = AnalysisReport(experiment, analyses)
      if let unsettled = report.unsettled,
        let row = stimulus.samples.indices.firstIndex(of: unsettled.sample)
      {
        report.diagnosis = try UnsettledCase(
          experiment, parameters, sample: stimulus.samples.selecting([row]), kind: unsettled.kind,
          outcome: unsettled.certificate.outcome, residual: unsettled.certificate.residual,
          command: CommandLine.arguments,
          closer: Invocation(CommandLine.arguments).changed(to: "simulate"),
          parameters: { try $0.startingParameters(from: self.parameters) }
        ).diagnose { Interruption.isRequested }
      }
      if let folder { try write(report, to: folder) }
      manifest.status = report.isComplete ? .done : .failed
      manifest.end = Date()
      if let folder { try manifest.write(to: folder) }
      if shared.json { try StandardOutput.write(report.json.encoded()) }
      if !shared.quiet {
        try Results.say(report.text, besideJSON: shared.json)
      } else if !report.isComplete {
        Diagnostics.say(report.text)
      }
      if let folder, !shared.quiet {
        Diagnostics.say("wrote \(folder.path)/{analysis.json,eigenvalues.csv,samples.csv}")
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

  /// The stimulus of a model without data, or the first samples of a part; test if there is one.
  private func stimulus(of experiment: Experiment) throws -> Stimulus {
    let wantsData =
      !rows.isEmpty || samples != nil || split != nil
      || (experiment.model.stimulus == nil && experiment.model.data != nil)
    guard wantsData else { return try Stimulus(inline: experiment) }
    var part = try split.map(Split.init(named:))
    if part == nil && rows.isEmpty {
      part = try experiment.loadData(dataFolder: shared.dataDir).test != nil ? .test : .train
    }
    return try Stimulus(
      of: experiment, samples: rows, split: part, dataFolder: shared.dataDir,
      limit: samples ?? (split == nil ? 8 : .max))
  }

  private func begin(
    _ experiment: Experiment, _ folder: RunFolder, _ manifest: inout Manifest
  ) throws {
    manifest.parameters = parameters.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    manifest.dataFolder = shared.dataDir.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    let text = ModelFile.resolvedYAML(experiment.model)
    manifest.modelFingerprint = Fingerprint.of(text)
    try AtomicFile.write(text, to: folder.file("model.yaml"))
    try manifest.write(to: folder)
    if shared.force { folder.remove(["eigenvalues.csv", "samples.csv", "analysis.json"]) }
  }

  private func write(_ report: AnalysisReport, to folder: RunFolder) throws {
    try report.writeEigenvalues(to: folder.file("eigenvalues.csv"), overwrite: shared.force)
    try report.writeSamples(to: folder.file("samples.csv"), overwrite: shared.force)
    try AtomicFile.write(report.json.encoded(), to: folder.file("analysis.json"))
  }
}
