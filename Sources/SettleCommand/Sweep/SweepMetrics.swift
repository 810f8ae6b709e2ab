import Experiments
import Learning

/// Which metrics of a sweep are compared, and which of them people are shown.
struct SweepMetrics {
  let compared: [String]
  let shown: [String]

  /// The columns of a sweep over `train`.
  static let training =
    EpochMetrics.columns.filter { $0 != "seconds" && $0 != "settle_seconds" }
    + ["best_epoch", "evaluations", "seconds"]

  private static let preferred = [
    "validation_accuracy", "validation_loss", "test_accuracy", "test_loss", "train_accuracy",
    "train_loss", "control_energy", "settled_fraction", "evaluations", "seconds",
  ]

  /// - Parameter asked: by the user; empty: the usual ones.
  init(of table: SweepTable, _ task: SweepPlan.Task, asked: [String]) {
    let available = table.metrics.filter { name in table.rows.contains { $0[name].isFinite } }
    if !asked.isEmpty {
      compared = asked
      shown = asked
      return
    }
    guard task == .train else {
      compared = available
      // What the settings change; how many steps that took is for the table.
      let changing = available.filter { name in
        Set(table.rows.map { $0[name] }.filter(\.isFinite)).count > 1
      }
      let telling = changing.filter { name in
        name != "seconds" && name != "evaluations"
          && ![".residual", ".steps", ".augmented_energy"].contains(where: name.hasSuffix)
      }
      shown = Array(telling.prefix(6))
      return
    }
    compared = Self.preferred.filter(available.contains)
    let quality =
      ["validation_accuracy", "test_accuracy", "validation_loss", "test_loss", "train_loss"]
      .first(where: available.contains)
    shown = [quality, "evaluations", "seconds"].compactMap { $0 }.filter(available.contains)
  }
}
