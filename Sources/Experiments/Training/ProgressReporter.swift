internal import Foundation
public import Learning

/// Tells on standard error how a training goes: a line an epoch, and within an epoch a line that moves with
/// the updates, with rate and time left. Where that is no terminal, such a line comes when nothing has
/// been said for half a minute, then for a minute, two, four.
public final class ProgressReporter: TrainingHook {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var start = ContinuousClock.now
  private var firstStep = 0
  private var lastDrawn = ContinuousClock.now
  private var patience = ProgressReporter.firstPatience

  private static let firstPatience = Duration.seconds(30)

  /// Prints to standard error.
  public init() {}

  public func trainingWillStart(_ trainer: Trainer) {
    start = .now
    lastDrawn = .now
    firstStep = trainer.step
  }

  public func didFinishStep(
    _ batch: BatchSummary, _ update: UpdateSummary?, _ trainer: Trainer
  ) {
    guard ContinuousClock.now - lastDrawn > (isTerminal ? .milliseconds(200) : patience) else {
      return
    }
    lastDrawn = .now
    let seconds = (lastDrawn - start) / .seconds(1)
    let rate = Double(batch.step - firstStep) / max(seconds, 1e-9)
    let left = Double(trainer.plannedUpdates - batch.step) / max(rate, 1e-9)
    let line = String(
      format: "epoch %d, update %d of %d, settled %.2f %%, %.1f updates/s, %@ left", batch.epoch,
      batch.step, trainer.plannedUpdates, 100 * trainer.metricsSoFar.settledFraction, rate,
      Self.clock(left))
    if isTerminal {
      write("\r\u{1b}[K" + line)
    } else {
      write(line + "\n")
      patience *= 2
    }
  }

  public func didFinishEpoch(_ row: EpochMetrics, _ trainer: Trainer) {
    var parts = ["epoch \(row.epoch)"]
    func add(_ label: String, _ value: Double, _ format: String) {
      if !value.isNaN { parts.append("\(label) " + String(format: format, value)) }
    }
    add("loss", row.trainLoss, "%.4g")
    add("controlled", row.controlledLoss, "%.4g")
    add("H", row.controlEnergy, "%.4g")
    add("train", 100 * row.trainAccuracy, "%.2f %%")
    add("validation", 100 * row.validationAccuracy, "%.2f %%")
    add("test", 100 * row.testAccuracy, "%.2f %%")
    if row.testAccuracy.isNaN { add("test loss", row.testLoss, "%.4g") }
    add("settled", 100 * row.settledFraction, "%.2f %%")
    add("evaluations", row.meanEvaluations, "%.0f")
    add("seconds", row.seconds, "%.2f")
    if isTerminal { write("\r\u{1b}[K") }
    write(parts.joined(separator: ", ") + "\n")
    lastDrawn = .now
    patience = Self.firstPatience
  }

  public func trainingDidEnd(_ end: TrainingEnd, _ trainer: Trainer) {
    if isTerminal { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) { StandardError.write(text) }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9))
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }
}
