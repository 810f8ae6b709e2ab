import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Learning

/// Trains a model and keeps its weights after the updates asked for, with their hashes.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Trains a model and keeps the weights after given numbers of updates.")

  @OptionGroup var setting: Setting

  @Option(help: "Folder for NAME-UPDATES.safetensors.")
  var output = "weights"

  @Option(help: "Updates after which the weights are kept, besides those at the end.")
  var after = "0,60,100,1000"

  func run() throws {
    let experiment = try setting.experiment()
    let trainer = try experiment.makeTrainer(experiment.loadData(), threads: setting.threads)
    try FileManager.default.createDirectory(
      atPath: output, withIntermediateDirectories: true)
    let keeper = Keeper(
      Set(after.split(separator: ",").compactMap { Int($0) }),
      prefix: "\(output)/\(experiment.model.name)")
    trainer.hooks.append(keeper)
    try keeper.keep(trainer, updates: 0)
    _ = try trainer.run()
    try keeper.keep(trainer, updates: keeper.updates, named: "all")
  }
}

private final class Keeper: TrainingHook {
  private let wanted: Set<Int>
  private let prefix: String
  private(set) var updates = 0
  private let start = ContinuousClock.now

  init(_ wanted: Set<Int>, prefix: String) {
    self.wanted = wanted
    self.prefix = prefix
  }

  func keep(_ trainer: Trainer, updates: Int, named name: String? = nil) throws {
    let path = "\(prefix)-\(name ?? String(updates)).safetensors"
    let file = trainer.parameters.safetensors(metadata: ["updates": String(updates)])
    try file.write(to: path)
    print("\(path) after \(updates) updates, FNV-1a \(hash(file.encoded()))")
  }

  func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) throws {
    updates = update.step
    if wanted.contains(update.step) { try keep(trainer, updates: update.step) }
  }

  func didFinishEpoch(_ metrics: EpochMetrics, _ trainer: Trainer) throws {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      String(
        format: "epoch %d: test accuracy %.4f, settled %.5f, %.0f evaluations, %.1f of %.0f s",
        metrics.epoch, metrics.testAccuracy, metrics.settledFraction,
        metrics.meanEvaluations, metrics.settleSeconds, seconds))
  }

  /// FNV-1a of 64 bits: enough to tell two files apart, and nothing more.
  private func hash(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
