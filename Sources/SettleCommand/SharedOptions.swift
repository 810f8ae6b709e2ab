import ArgumentParser
import Experiments
import Foundation

/// What every subcommand understands.
struct SharedOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set a key of the model file, e.g. learning.optimizer.rate=3e-4; may be repeated.",
      valueName: "key=value"),
    completion: .setting)
  var overrides: [String] = []

  @Option(help: "The seed of all random streams, instead of the model's.")
  var seed: UInt64?

  @Option(help: "Threads to settle on; all cores unless given. Bits do not depend on it.")
  var threads: Int?

  @Option(
    help: "The folder to look for data in first, before SETTLE_DATA and the model's folder.",
    completion: .directory)
  var dataDir: String?

  @Option(
    name: .shortAndLong,
    help: "Where results go; runs/<model>/<time> unless given, of `portrait` figures.",
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
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// Reads a model file with the overrides of the command line.
  ///
  /// - Parameters:
  ///   - others: what options of the command itself set, and what these are called.
  ///   - defaults: `key=value` that hold where the file does not say otherwise.
  func experiment(
    _ path: String, others: [(option: String, setting: String)] = [], defaults: [String] = []
  ) throws -> Experiment {
    let registry = SettleCommand.registry
    var overrides = overrides
    var options: [Int: String] = [:]
    for (option, setting) in others + (seed.map { [("--seed", "seed=\($0)")] } ?? []) {
      options[overrides.count] = option
      overrides.append(setting)
    }
    var file = try ModelFile.load(
      path: path, overrides: overrides, options: options, knownNames: registry.knownNames)
    let missing = defaults.filter { !file.isWritten($0.prefix { $0 != "=" }) }
    if !missing.isEmpty {
      file = try ModelFile.load(
        path: path, overrides: overrides + missing, options: options,
        knownNames: registry.knownNames)
    }
    return try Experiment(file, registry: registry)
  }
}

/// Messages for people about how things go, on standard error.
enum Diagnostics {
  static func say(_ text: String) { StandardError.write(text + "\n") }
}

/// What people asked for, on standard output; on standard error beside a summary as JSON, which has standard output
/// to itself.
enum Results {
  static func say(_ text: String, besideJSON: Bool) throws {
    if besideJSON {
      Diagnostics.say(text)
    } else {
      try StandardOutput.write(text + "\n")
    }
  }
}
