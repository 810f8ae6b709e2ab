/// One row of a training's metrics; NaN where something was not measured.
///
/// Losses and accuracies of data sets are those of the free equilibrium, after the epoch. The others
/// are over the samples of the epoch's updates, under control. Row 0 is before training.
public struct EpochMetrics: Sendable, Equatable {
  /// Epochs done; 0 is before training.
  public var epoch = 0
  /// Updates so far, those of batches without a usable sample included.
  public var step = 0
  /// Mean loss at free equilibria of the fixed part of the training samples.
  public var trainLoss = Double.nan
  /// Fraction right of them.
  public var trainAccuracy = Double.nan
  /// Mean loss at free equilibria of the validation samples; NaN where there are none.
  public var validationLoss = Double.nan
  /// Fraction right of them.
  public var validationAccuracy = Double.nan
  /// Mean loss at free equilibria of the test samples; NaN where there are none.
  public var testLoss = Double.nan
  /// Fraction right of them.
  public var testAccuracy = Double.nan
  /// Mean loss at the controlled equilibrium, over the samples that were used.
  public var controlledLoss = Double.nan
  /// Mean of H = ½‖ψ‖², likewise.
  public var controlEnergy = Double.nan
  /// Mean of F = ½‖ψ‖² + L/α_eff, likewise; H where α_eff = 0.
  public var augmentedEnergy = Double.nan
  /// Of the epoch's samples, those at equilibrium, by the flow or by descent.
  public var settledFraction = Double.nan
  /// The number settled by descent.
  public var byDescent = 0
  /// The number that did not settle.
  public var unsettled = 0
  /// The number that did not settle in the evaluations of this row.
  public var evaluationUnsettled = 0
  /// Evaluations of the field that a sample took, all phases together: the mean over the epoch's
  /// samples, the median and the 99th percentile by nearest rank, and the largest.
  public var meanEvaluations = Double.nan
  /// Median evaluations of the field a sample.
  public var medianEvaluations = Double.nan
  /// The 99th percentile.
  public var highEvaluations = Double.nan
  /// The most that a sample took.
  public var maximumEvaluations = Double.nan
  /// The rate of the epoch's last update.
  public var rate = Double.nan
  /// Mean over the epoch's updates of the norm of all changes, before clipping.
  public var gradientNorm = Double.nan
  /// Seconds that the epoch took, evaluation included. Not reproducible, as the next one.
  public var seconds = 0.0
  /// Seconds that went into settling for the updates.
  public var settleSeconds = 0.0

  /// Nothing known: NaN.
  public init() {}

  /// The names and values in the order of the table.
  public var values: [(name: String, value: Double)] {
    [
      ("epoch", Double(epoch)), ("step", Double(step)),
      ("train_loss", trainLoss), ("train_accuracy", trainAccuracy),
      ("validation_loss", validationLoss), ("validation_accuracy", validationAccuracy),
      ("test_loss", testLoss), ("test_accuracy", testAccuracy),
      ("controlled_loss", controlledLoss), ("control_energy", controlEnergy),
      ("augmented_energy", augmentedEnergy), ("settled_fraction", settledFraction),
      ("by_descent", Double(byDescent)), ("unsettled", Double(unsettled)),
      ("evaluation_unsettled", Double(evaluationUnsettled)),
      ("mean_evaluations", meanEvaluations), ("median_evaluations", medianEvaluations),
      ("p99_evaluations", highEvaluations), ("max_evaluations", maximumEvaluations),
      ("rate", rate), ("gradient_norm", gradientNorm),
      ("seconds", seconds), ("settle_seconds", settleSeconds),
    ]
  }

  /// The columns that are whole numbers.
  public static let counts: Set<String> = [
    "epoch", "step", "by_descent", "unsettled", "evaluation_unsettled",
  ]

  /// The names of all columns.
  public static var columns: [String] { EpochMetrics().values.map(\.name) }

  /// The value of a column, or nil where there is no such column.
  public subscript(_ name: String) -> Double? { values.first { $0.name == name }?.value }

  /// Whether a column is measured on the test set, by which nothing may be selected.
  public static func isOfTestSet(_ name: String) -> Bool { name.hasPrefix("test_") }

  /// Whether a larger value of that column is the better one.
  public static func isBetterLarger(_ name: String) -> Bool {
    name.hasSuffix("_accuracy") || name == "settled_fraction"
  }

  /// Whether a value of that column is better than another; NaN is better than nothing.
  public static func isBetter(_ name: String, _ value: Double, than other: Double) -> Bool {
    if value.isNaN { return false }
    if other.isNaN { return true }
    return isBetterLarger(name) ? value > other : value < other
  }
}
