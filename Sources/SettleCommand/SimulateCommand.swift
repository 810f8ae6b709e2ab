import ArgumentParser
import Dynamics
import Experiments
import Foundation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Integrates a network and its controller through the phases of a protocol.",
    discussion: """
      Writes trajectory.csv, summary.json, model.yaml and manifest.json, and with gnuplot \
      figures/trajectory.svg. Unless the model file sets \
      them, settling.rtol is 1e-6 and settling.atol 1e-9 (less where settling.residual asks for it), and \
      the order goes up to 5, so that the path is accurate.

      Example:
        settle simulate models/tanh.yaml --every 0.1 --output out
      """)

  @Argument(help: "The model file.", completion: .model) var model: String
  @OptionGroup var shared: SharedOptions

  @Option(help: "A safetensors file with the parameters.", completion: .parameters)
  var parameters: String?

  @Option(
    name: .customLong("sample"), parsing: .upToNextOption,
    help: "Samples of the data, by their row in the file; the stimulus of the model unless given.")
  var samples: [Int] = []

  @Option(
    help:
      "The part of the data (train, validation, test): samples are taken from it, all unless --sample is given.",
    completion: .split)
  var split: String?

  @Option(
    parsing: .upToNextOption,
    help:
      "What to record: phi, psi, u, rate, x, output, target, loss, residual, phi.hidden, phi.hidden.0, ...",
    completion: .recorded)
  var record: [String] = []

  @Option(help: "Time between rows; the solver's own steps unless given.")
  var every: Double?

  @Flag(inversion: .prefixedNo, help: "Draw the trajectory, where gnuplot is installed.")
  var figures = true

  @Flag(help: "Say how many rows and bytes the trajectory will have, and write nothing.")
  var estimate = false

  func run() throws {
    if shared.output == "-" && shared.json {
      throw ValidationError("--output - writes the trajectory to standard output; leave out --json")
    }
    var settings: [(option: String, setting: String)] = []
    if !record.isEmpty {
      settings.append(("--record", "record.variables=[\(record.joined(separator: ", "))]"))
    }
    if let every { settings.append(("--every", "record.every=\(every)")) }
    // Tight enough that the integrator's own errors, which its tolerances allow, do not keep a sample
    // from the residual that it is to reach.
    let plain = try shared.experiment(model, others: settings).model
    let residual = plain.settling.residual
    // Single precision cannot keep what is finer than its rounding.
    let finest = plain.precision == .single ? 1e-6 : 0
    let experiment = try shared.experiment(
      model, others: settings,
      defaults: [
        "settling.method=bdf", "settling.rtol=\(max(finest, min(1e-6, residual / 10)))",
        "settling.atol=\(min(1e-9, residual / 1e4))", "settling.steps.order=5",
      ])
    let parameters = try experiment.startingParameters(from: parameters)
    let stimulus = try Stimulus(
      of: experiment, samples: samples, split: split.map(Split.init(named:)),
      dataFolder: shared.dataDir)
    let simulation = Simulation(experiment, parameters: parameters, stimulus: stimulus)
    try simulation.validate()
    Interruption.watch()
    if estimate {
      let estimate = try SimulationEstimate(simulation, within: .seconds(5)) {
        Interruption.isRequested
      }
      if shared.json { try StandardOutput.write(estimate.json.encoded()) }
      if !shared.quiet { Diagnostics.say(estimate.text) }
      return
    }

    let toStandardOutput = shared.output == "-"
    let folder =
      try toStandardOutput
      ? nil : RunFolder(shared.output, name: experiment.model.name, overwrite: shared.force)
    let lock = try folder.map { try RunLock($0, overwrite: shared.force) }
    defer { withExtendedLifetime(lock) {} }
    let writer =
      try folder.map { try CSVWriter($0.file("trajectory.csv"), overwrite: shared.force) }
      ?? CSVWriter.standardOutput()
    var manifest = Manifest(
      command: CommandLine.arguments, experiment: experiment, threads: 1,
      chunkSize: stimulus.samples.count)
    if let folder {
      if shared.force {
        StandardFigures.removeOld(in: folder)
        folder.remove(["summary.json", "parameters.safetensors"])
      }
      let text = ModelFile.resolvedYAML(experiment.model)
      try describe(&manifest, experiment, text, start: parameters)
      try AtomicFile.write(text, to: folder.file("model.yaml"))
      try manifest.write(to: folder)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let summary: SimulationSummary
    do {
      let reports = try simulation.run(to: writer) { Interruption.isRequested }
      try writer.close()
      let seconds = (clock.now - start) / .seconds(1)
      // Whoever interrupts does not want to know why.
      let diagnosis = try? simulation.diagnose(
        reports, command: CommandLine.arguments, parametersFile: self.parameters
      ) { Interruption.isRequested }
      summary = SimulationSummary(
        experiment, reports, samples: stimulus.samples.indices, seconds: seconds,
        diagnosis: diagnosis)
      if let folder { try write(summary, reports, to: folder) }
    } catch {
      try? writer.close()
      manifest.status = error is CancellationError ? .interrupted : .failed
      manifest.end = Date()
      manifest.note = error is CancellationError ? nil : "\(error)"
      if let folder { try? manifest.write(to: folder) }
      throw error
    }
    manifest.status = summary.isComplete ? .done : .failed
    manifest.end = Date()
    if let folder {
      manifest.hashes.readOutputs(of: folder)
      try manifest.write(to: folder)
    }
    if shared.json { try StandardOutput.write(summary.json.encoded()) }
    if !shared.quiet || !summary.isComplete {
      Diagnostics.say(summary.text)
      if let folder { Diagnostics.say("wrote \(folder.path)/{trajectory.csv,summary.json}") }
    }
    if figures, let folder { StandardFigures.draw(in: folder, quiet: shared.quiet) }
    if !summary.isComplete { throw ExitCode(1) }
  }

  private func write(
    _ summary: SimulationSummary, _ reports: [PhaseReport], to folder: RunFolder
  ) throws {
    if let learned = reports.last(where: { $0.parameters != nil })?.parameters {
      try learned.safetensors().write(to: folder.file("parameters.safetensors"))
    }
    try AtomicFile.write(summary.json.encoded(), to: folder.file("summary.json"))
  }

  /// Writes down all that a repetition needs.
  private func describe(
    _ manifest: inout Manifest, _ experiment: Experiment, _ text: String, start: ParameterSet
  ) throws {
    func absolute(_ path: String?) -> String? {
      path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    }
    manifest.dataFolder = absolute(shared.dataDir)
    manifest.parameters = absolute(self.parameters)
    manifest.split = split
    manifest.samples = samples.isEmpty ? nil : samples
    manifest.modelFingerprint = Fingerprint.of(text)
    manifest.startFingerprint = Fingerprint.of(start)
    manifest.hashes = try RunHashes(
      model: text, start: start,
      reading: experiment.files(
        dataFolder: shared.dataDir, parameters: self.parameters,
        readsData: split != nil || !samples.isEmpty))
  }
}
