internal import Dynamics

extension Trainer {
  /// The metrics of the epoch at hand, its end, and why to stop there, or nil.
  func finishEpoch() throws -> TrainingEnd? {
    var row = EpochMetrics()
    fill(&row)
    let isLast = progress.epoch + 1 == options.epochs
    let isEvaluated =
      options.evaluatesEvery > 0 && (isLast || (progress.epoch + 1) % options.evaluatesEvery == 0)
    if isEvaluated { try evaluate(into: &row) }
    row.seconds = sums.seconds + (ContinuousClock.now - epochStart).inSeconds

    let unsettled = progress.samples - progress.settled
    let fraction = progress.samples > 0 ? Double(unsettled) / Double(progress.samples) : 0
    let reason = isEvaluated ? watch(row) : nil
    progress.epoch += 1
    progress.batch = 0
    resetEpoch()
    shuffle()
    try report(row)
    if fraction > options.maximumUnsettled {
      return .tooManyUnsettled(fraction: fraction, epoch: progress.epoch)
    }
    if let reason = reason ?? hooks.lazy.compactMap({ $0.reasonToStop() }).first {
      return .stopped(reason: reason)
    }
    return nil
  }

  /// Hands a row to all who want it.
  func report(_ row: EpochMetrics) throws {
    metrics.append(row)
    for hook in hooks { try hook.didFinishEpoch(row, self) }
  }

  private func resetEpoch() {
    progress.samples = 0
    progress.used = 0
    progress.settled = 0
    progress.byDescent = 0
    progress.unsettled = 0
    progress.fieldEvaluations = 0
    progress.updates = 0
    let best = sums.best
    sums = EpochSums()
    sums.best = best
  }

  private func fill(_ row: inout EpochMetrics) {
    row.epoch = progress.epoch + 1
    row.step = progress.step
    row.byDescent = progress.byDescent
    row.unsettled = progress.unsettled
    row.rate = sums.rate
    row.settleSeconds = sums.settleSeconds
    if progress.samples > 0 {
      row.settledFraction = Double(progress.settled) / Double(progress.samples)
      row.meanEvaluations = Double(progress.fieldEvaluations) / Double(progress.samples)
    }
    if progress.updates > 0 { row.gradientNorm = sums.gradientNorm / Double(progress.updates) }
    if progress.used > 0 && phases.contains(.controlled) {
      row.controlledLoss = sums.loss / Double(progress.used)
      row.controlEnergy = sums.energy / Double(progress.used)
      if let leak = controller.effectiveLeak {
        row.augmentedEnergy =
          leak > 0 ? row.controlEnergy + row.controlledLoss / leak : row.controlEnergy
      }
    }
  }

  /// Judges all data sets at the free equilibrium.
  func evaluate(into row: inout EpochMetrics) throws {
    if !evaluatedRows.isEmpty {
      let train = try evaluator.evaluate(data, rows: evaluatedRows, parameters: parameters)
      (row.trainLoss, row.trainAccuracy) = (train.loss, train.accuracy)
      row.evaluationUnsettled += train.unsettledCount
    }
    if let validation {
      let result = try evaluator.evaluate(validation, parameters: parameters)
      (row.validationLoss, row.validationAccuracy) = (result.loss, result.accuracy)
      row.evaluationUnsettled += result.unsettledCount
    }
    if let test {
      let result = try evaluator.evaluate(test, parameters: parameters)
      (row.testLoss, row.testAccuracy) = (result.loss, result.accuracy)
      row.evaluationUnsettled += result.unsettledCount
    }
  }

  /// Watches the metric of the early stop; why to stop, or nil.
  private func watch(_ row: EpochMetrics) -> String? {
    guard let stop = options.stop, let value = row[stop.metric] else { return nil }
    if EpochMetrics.isBetter(stop.metric, value, than: sums.best) {
      sums.best = value
      progress.evaluationsWithoutImprovement = 0
    } else {
      progress.evaluationsWithoutImprovement += 1
    }
    if let target = stop.target, !EpochMetrics.isBetter(stop.metric, target, than: value) {
      return "\(stop.metric) reached \(value)"
    }
    if let patience = stop.patience, progress.evaluationsWithoutImprovement >= patience {
      return "\(stop.metric) has not improved on \(sums.best) for \(patience) evaluations"
    }
    return nil
  }
}
