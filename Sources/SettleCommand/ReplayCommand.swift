import ArgumentParser
import Experiments
import Foundation
import Learning

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Settles a sample of a training once more, at the weights of one of its updates.",
    discussion: """
      For samples in unsettled.csv. The weights are those of the newest checkpoint before the update, \
      trained on from there; the sample settles in the same chunk and from the same start, so to the same \
      bits. Then it is integrated alone, and its way recorded. Writes trajectory.csv, summary.json, \
      parameters.safetensors (those of that moment) and manifest.json.

      Examples:
        settle replay runs/digits --sample 1234
        settle replay runs/digits --sample 1234 --step 310 --record phi psi u residual
      """)

  @Argument(
    help: ArgumentHelp("The folder of a run of `settle train`.", valueName: "run"),
    completion: .directory)
  var path: String

  @Option(help: "The sample, by its row in the source file, as unsettled.csv has it.")
  var sample: Int

  @Option(help: "The update; the last for which unsettled.csv has the sample unless given.")
  var step: Int?

  @Option(help: "The phase whose way is recorded; the first that did not settle unless given.")
  var phase: String?

  @Option(
    parsing: .upToNextOption,
    help: "What to record; the residual, the loss, u and the worst component unless given.",
    completion: .recorded)
  var record: [String] = []

  @Option(help: "Time between rows; the solver's own steps unless given.")
  var every: Double?

  @Option(help: "Threads to train on; all cores unless given. Bits do not depend on it.")
  var threads: Int?

  @Option(
    help: "The folder to look for data in first; that of the run unless given.",
    completion: .directory)
  var dataDir: String?

  @Option(
    name: .shortAndLong, help: "Where results go; RUN/replay/sample-N-step-S unless given.",
    completion: .directory)
  var output: String?

  @Flag(help: "Replace results that are in the output folder already.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Print a summary for scripts on standard output, as JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); give a number from 1 to 1024")
    }
    if let every, !(every > 0 && every.isFinite) {
      throw ValidationError("--every is \(every); give a time above 0")
    }
    if let step, step < 1 { throw ValidationError("--step is \(step); updates count from 1") }
    for name in record where RecordedVariable(name) == nil {
      throw ValidationError(
        "--record has \(name); give phi, psi, u, rate, x, output, target, loss, residual, or such as "
          + "phi.hidden.3")
    }
    if output == "-" { throw ValidationError("replay writes a folder, not a stream") }
  }

  func run() throws {
    let stored = try StoredRun(
      RunFolder(existing: path), dataFolder: dataDir, registry: SettleCommand.registry)
    Interruption.watch()
    let threadCount = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let replay = try Replay(
      .init(sample: sample, step: step), of: stored, threads: threadCount,
      willRetrain: { from, updates in
        if !quiet && updates > 0 {
          Diagnostics.say("training \(updates) updates again from \(from)")
        }
      }, isCancelled: { Interruption.isRequested })
    let phase = try chosenPhase(of: replay)
    let folder = try RunFolder(
      output ?? stored.folder.file("replay/sample-\(sample)-step-\(replay.step)"),
      name: stored.manifest.model, overwrite: force)
    let lock = try RunLock(folder, overwrite: force)
    defer { withExtendedLifetime(lock) {} }
    var manifest = Manifest(
      command: CommandLine.arguments, experiment: stored.experiment, threads: threadCount,
      chunkSize: stored.manifest.chunkSize)
    try manifest.write(to: folder)
    let writer = try CSVWriter(folder.file("trajectory.csv"), overwrite: force)
    let alone: PhaseReport?
    do {
      alone = try replay.trajectory(
        of: phase, record: record.compactMap { RecordedVariable($0) }, every: every, to: writer
      ) { Interruption.isRequested }
      try writer.close()
    } catch {
      try? writer.close()
      manifest.status = error is CancellationError ? .interrupted : .failed
      manifest.end = Date()
      manifest.note = error is CancellationError ? nil : "\(error)"
      try? manifest.write(to: folder)
      throw error
    }
    try replay.trainer.parameters.safetensors(
      metadata: ["epoch": String(replay.trainer.epoch), "step": String(replay.trainer.step)]
    ).write(to: folder.file("parameters.safetensors"))
    let diagnosis = try replay.diagnose(
      phase, parametersFile: folder.file("parameters.safetensors")
    ) { Interruption.isRequested }
    let summary = ReplaySummary(replay, phase: phase, alone: alone, diagnosis: diagnosis)
    try AtomicFile.write(summary.json.encoded(), to: folder.file("summary.json"))
    manifest.status = .done
    manifest.end = Date()
    try manifest.write(to: folder)
    if json { try StandardOutput.write(summary.json.encoded()) }
    if !quiet {
      try Results.say(summary.text, besideJSON: json)
      Diagnostics.say(
        "wrote \(folder.path)/{trajectory.csv,summary.json,parameters.safetensors}")
    }
  }

  private func chosenPhase(of replay: Replay) throws -> SettledPhase {
    guard let phase else { return replay.phase }
    let all = replay.certificates.map(\.phase)
    guard let chosen = all.first(where: { $0.name == phase }) else {
      throw ValidationError(
        "--phase is \(phase); the rules of this model ask for "
          + all.map(\.name).joined(separator: ", "))
    }
    return chosen
  }
}
