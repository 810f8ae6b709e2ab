/// Which columns of a training's tables go into which panel.
struct MetricPlan {
  struct Metric {
    var column: String
    var title: String
    var factor = 1.0
  }

  var panel: CurveFigure.Plan
  /// Where there is one group of runs: all that the table has are shown.
  var metrics: [Metric]
  /// Where there are more: the first that the table has, in a panel each.
  var alternatives: [[Metric]]

  static let learning: [MetricPlan] = [
    MetricPlan(
      panel: .init(label: "loss", decades: 1.3),
      metrics: [
        Metric(column: "train_loss", title: "train"),
        Metric(column: "validation_loss", title: "validation"),
        Metric(column: "test_loss", title: "test"),
      ],
      alternatives: [
        [Metric(column: "train_loss", title: "train loss")],
        [
          Metric(column: "test_loss", title: "test loss"),
          Metric(column: "validation_loss", title: "validation loss"),
        ],
      ]),
    MetricPlan(
      panel: .init(label: "accuracy (%)", include: 100...104),
      metrics: [
        Metric(column: "train_accuracy", title: "train", factor: 100),
        Metric(column: "validation_accuracy", title: "validation", factor: 100),
        Metric(column: "test_accuracy", title: "test", factor: 100),
      ],
      alternatives: [
        [
          Metric(column: "test_accuracy", title: "test acc. (%)", factor: 100),
          Metric(column: "validation_accuracy", title: "valid. acc. (%)", factor: 100),
          Metric(column: "train_accuracy", title: "train acc. (%)", factor: 100),
        ]
      ]),
    control,
    MetricPlan(
      panel: .init(label: "settled (%)", include: 90...101),
      metrics: [Metric(column: "settled_fraction", title: "settled", factor: 100)],
      alternatives: [[Metric(column: "settled_fraction", title: "settled (%)", factor: 100)]]),
    evaluations,
  ]

  static let steps: [MetricPlan] = [
    control, evaluations,
    MetricPlan(
      panel: .init(label: "unsettled", include: 0...1),
      metrics: [Metric(column: "unsettled", title: "unsettled")],
      alternatives: [[Metric(column: "unsettled", title: "unsettled")]]),
    one("gradient_norm", "‖change‖", decades: 1.3),
    one("rate", "rate", decades: 1.3),
  ]

  static let auditControl: [MetricPlan] = [
    MetricPlan(
      panel: .init(label: "condition ratio", include: 0...1.02),
      metrics: [
        Metric(column: "condition_ratio", title: "mean"),
        Metric(column: "condition_ratio_worst", title: "worst"),
      ],
      alternatives: [[Metric(column: "condition_ratio", title: "condition ratio")]]),
    MetricPlan(
      panel: .init(label: "angle (°)", include: 0...1),
      metrics: [
        Metric(column: "largest_angle", title: "principal"),
        Metric(column: "feedback_angle", title: "Q to Jᵀ"),
      ],
      alternatives: [[Metric(column: "largest_angle", title: "angle (°)")]]),
    MetricPlan(
      panel: .init(label: "‖ψ‖ to least", decades: 1.3),
      metrics: [
        Metric(column: "excess", title: "mean"), Metric(column: "excess_worst", title: "worst"),
      ],
      alternatives: [[Metric(column: "excess", title: "‖ψ‖ to least")]]),
    MetricPlan(
      panel: .init(label: "max Re λ", level: 0),
      metrics: [
        Metric(column: "closed_loop_eigenvalue", title: "controlled"),
        Metric(column: "free_eigenvalue", title: "free"),
      ],
      alternatives: [[Metric(column: "closed_loop_eigenvalue", title: "max Re λ")]]),
  ]

  private static let control = MetricPlan(
    panel: .init(label: "under control", decades: 1.3),
    metrics: [
      Metric(column: "control_energy", title: "H"),
      Metric(column: "controlled_loss", title: "L"),
    ],
    alternatives: [[Metric(column: "control_energy", title: "H = ½‖ψ‖²")]])

  private static let evaluations = MetricPlan(
    panel: .init(label: "evaluations", decades: 1.3),
    metrics: [
      Metric(column: "mean_evaluations", title: "mean"),
      Metric(column: "median_evaluations", title: "median"),
      Metric(column: "p99_evaluations", title: "99 %"),
    ],
    alternatives: [[Metric(column: "mean_evaluations", title: "evaluations")]])

  /// The panel of a column that is asked for by name: as in the standard figures, where it is in one.
  static func asked(_ column: String) -> MetricPlan {
    for plan in learning + steps + auditControl {
      guard let metric = plan.alternatives.joined().first(where: { $0.column == column }) else {
        continue
      }
      var panel = plan.panel
      panel.label = metric.title
      return MetricPlan(panel: panel, metrics: [metric], alternatives: [[metric]])
    }
    // What lies between 0 and 1 has no decades.
    let isFraction = column.hasSuffix("accuracy") || column.hasSuffix("fraction")
    return one(column, column, decades: isFraction ? nil : 1.3)
  }

  static func one(_ column: String, _ label: String, decades: Double? = nil) -> MetricPlan {
    let metric = Metric(column: column, title: label)
    return MetricPlan(
      panel: .init(label: label, decades: decades), metrics: [metric], alternatives: [[metric]])
  }
}
