internal import Integration
internal import Learning

/// The columns and rows of the tables that a training writes.
enum TrainingTables {
  static let unsettled = [
    "epoch", "step", "sample", "phase", "outcome", "residual", "worst_component",
  ]

  static let steps = [
    "epoch", "step", "samples", "used", "settled", "by_descent", "unsettled", "mean_evaluations",
    "median_evaluations", "p99_evaluations", "max_evaluations", "controlled_loss",
    "control_energy", "rate", "gradient_norm", "clipped", "settle_seconds",
  ]

  static func writeUnsettled(_ batch: BatchSummary, to table: CSVWriter) throws {
    for sample in batch.unsettled {
      try table.append(batch.epoch)
      try table.append(batch.step)
      try table.append(sample.sample)
      try table.append(sample.phase.name)
      try table.append(sample.outcome.rawValue)
      try table.append(sample.residual)
      try table.append(sample.worstComponent)
      try table.endRow()
    }
    // Whoever watches wants to know at once.
    if !batch.unsettled.isEmpty { try table.flush() }
  }

  static func writeStep(
    _ batch: BatchSummary, _ update: UpdateSummary?, to table: CSVWriter
  ) throws {
    for count in [
      batch.epoch, batch.step, batch.samples, batch.used, batch.settled, batch.byDescent,
      batch.unsettled.count,
    ] { try table.append(count) }
    let evaluations = batch.evaluations
    for value in [
      evaluations.mean, evaluations.quantile(0.5), evaluations.quantile(0.99), evaluations.maximum,
      batch.controlledLoss, batch.controlEnergy, update?.rate ?? .nan, update?.gradientNorm ?? .nan,
    ] { try table.append(value) }
    try table.append(update?.wasClipped == true ? 1 : 0)
    try table.append(batch.settleSeconds)
    try table.endRow()
  }

  static func writeMetrics(_ row: EpochMetrics, to table: CSVWriter) throws {
    for (name, value) in row.values {
      if EpochMetrics.counts.contains(name) {
        try table.append(Int(value))
      } else {
        try table.append(value)
      }
    }
    try table.endRow()
    try table.flush()
  }
}
