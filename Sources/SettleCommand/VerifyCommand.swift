import ArgumentParser
import Experiments
import Foundation

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Runs a training or a simulation again, and compares every output bit for bit.",
    discussion: """
      The run is repeated from its own model.yaml and manifest.json in a temporary folder; nothing in RUN \
      changes. Times are not compared. The first difference of each file is named, with both values, and \
      so is what differs from the manifest: versions, processor, model file, data. Ends with 1 where a \
      result differs, and with 65 where the model or the data are not those of the run.

      Examples:
        settle verify runs/digits
        settle verify runs/long --max-updates 200
      """)

  @Argument(
    help: ArgumentHelp("The folder of a run of train or simulate.", valueName: "run"),
    completion: .directory)
  var path: String

  @Option(help: "Repeat a training only up to that update, and compare the rows up to there.")
  var maxUpdates: Int?

  @Option(help: "Threads to train on; all cores unless given. Bits do not depend on it.")
  var threads: Int?

  @Option(
    help: "The folder to look for data in first; that of the run unless given.",
    completion: .directory)
  var dataDir: String?

  @Option(name: .shortAndLong, help: "Keep the repetition in this folder.", completion: .directory)
  var output: String?

  @Flag(help: "Replace results that are in the output folder already.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors and differences.")
  var quiet = false

  @Flag(help: "Print a summary for scripts on standard output, as JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); give a number from 1 to 1024")
    }
    if let maxUpdates, maxUpdates < 0 {
      throw ValidationError("--max-updates is \(maxUpdates); give 0 or more")
    }
    if output == "-" { throw ValidationError("verify writes a folder, not a stream") }
  }

  func run() throws {
    Interruption.watch()
    let temporary =
      FileManager.default.temporaryDirectory.path + "/settle-verify-\(UUID().uuidString)"
    // Before anything is made, so that a mistyped path leaves no folder.
    _ = try RunFolder(existing: path)
    let scratch = try RunFolder(output ?? temporary, name: "verify", overwrite: force)
    let lock = try RunLock(scratch, overwrite: force)
    defer { withExtendedLifetime(lock) {} }
    defer { if output == nil { try? FileManager.default.removeItem(atPath: temporary) } }
    let verification = try Verification(
      of: path, in: scratch, maximumUpdates: maxUpdates, dataFolder: dataDir,
      registry: SettleCommand.registry,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
      say: { if !quiet { Diagnostics.say($0) } }, isCancelled: { Interruption.isRequested })
    if json { try StandardOutput.write(verification.json.encoded()) }
    if !quiet {
      try Results.say(verification.text, besideJSON: json)
    } else if !verification.isVerified {
      Diagnostics.say(verification.text)
    }
    if !verification.isVerified { throw ExitCode(1) }
  }
}
