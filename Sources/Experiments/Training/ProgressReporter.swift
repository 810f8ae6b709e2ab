internal import Foundation
public import Learning

/// Tells on standard error how a training goes: a line an epoch, and on a terminal a line that moves
/// with every update, with rate and time left.
public final class ProgressReporter: TrainingHook {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var start = ContinuousClock.now
  private var firstStep = 0
  private var lastDrawn = ContinuousClock.now

  /// Prints to standard error.
  public init() {}

  public func trainingWillStart(_ trainer: Trainer) {
    start = .now
    firstStep = trainer.step
  }

  public func didUpdate(_ update: UpdateSummary, _ trainer: Trainer) {
    guard isTerminal, ContinuousClock.now - lastDrawn > .milliseconds(200) else { return }
    lastDrawn = .now
    let seconds = (lastDrawn - start) / .seconds(1)
    let done = update.step - firstStep
    let rate = Double(done) / max(seconds, 1e-9)
    let left = Double(trainer.plannedUpdates - update.step) / max(rate, 1e-9)
    write(
      String(
        format: "\r\u{1b}[Kepoch %d, update %d of %d, %.1f updates/s, %@ left", update.epoch,
        update.step, trainer.plannedUpdates, rate, Self.clock(left)))
  }

  public func didFinishEpoch(_ row: EpochMetrics, _ trainer: Trainer) {
    var parts = ["epoch \(row.epoch)"]
    func add(_ label: String, _ value: Double, _ format: String) {
      if !value.isNaN { parts.append("\(label) " + String(format: format, value)) }
    }
    add("loss", row.controlledLoss.isNaN ? row.trainLoss : row.controlledLoss, "%.4g")
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
  }

  private func write(_ text: String) { StandardError.write(text) }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9))
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }
}
