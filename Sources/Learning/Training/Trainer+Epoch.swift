internal import Dynamics

extension Trainer {
  /// The metrics of the epoch at hand, its end, and why to stop there, or nil.
  ///
  /// - Throws: `CancellationError` from its evaluation; then the epoch can be finished later.
  func finishEpoch(_ isCancelled: () -> Bool) throws -> TrainingEnd? {
    var row = EpochMetrics()
    fill(&row)
    let hopeless = tooManyUnsettled
    let isLast = progress.epoch + 1 == options.epochs
    let isEvaluated =
      hopeless == nil && options.evaluatesEvery > 0
      && (isLast || (progress.epoch + 1) % options.evaluatesEvery == 0)
    if isEvaluated { try evaluate(into: &row, isCancelled) }
    row.seconds = sums.seconds + (ContinuousClock.now - epochStart).inSeconds

    let reason = isEvaluated ? watch(row) : nil
    if isEvaluated { watchPlateau(row) }
    beginNextEpoch()
    try report(row)
    if let hopeless { return hopeless }
    if let reason = reason ?? hooks.lazy.compactMap({ $0.reasonToStop() }).first {
      return .stopped(reason: reason)
    }
    return nil
  }

  /// Why to stop, as soon as more samples of the epoch at hand have not settled than may: that settles
  /// it, however the others do. Nil where there is hope.
  var tooManyUnsettled: TrainingEnd? {
    let unsettled = progress.samples - progress.settled
    let fraction = Double(unsettled) / Double(max(1, samplesPerEpoch))
    guard fraction > options.maximumUnsettled else { return nil }
    return .tooManyUnsettled(unsettled, of: progress.samples, epoch: progress.epoch + 1)
  }

  /// The metrics at this moment, for a training that a limit ended between two batches: the updates of
  /// the epoch at hand so far, and an evaluation of the parameters that they came to. Hooks hear
  /// nothing of it.
  ///
  /// - Throws: `CancellationError`, and what data and solvers throw.
  public func currentMetrics(
    isCancelled: @Sendable () -> Bool = { false }
  ) throws -> EpochMetrics {
    if progress.batch == 0, let last = metrics.last, !last.trainLoss.isNaN || !last.testLoss.isNaN {
      return last
    }
    var row = metricsSoFar
    row.epoch = progress.epoch
    try evaluate(into: &row, telling: [], isCancelled)
    return row
  }

  /// What the updates of the epoch at hand have come to so far; nothing is evaluated.
  public var metricsSoFar: EpochMetrics {
    var row = EpochMetrics()
    fill(&row)
    row.seconds = sums.seconds
    return row
  }

  func beginNextEpoch() {
    progress.epoch += 1
    progress.batch = 0
    resetEpoch()
    shuffle()
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
    progress.updates = 0
    evaluations = EvaluationCounts()
    var fresh = EpochSums()
    fresh.best = sums.best
    fresh.plateauBest = sums.plateauBest
    fresh.plateauFactor = sums.plateauFactor
    sums = fresh
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
    }
    row.meanEvaluations = evaluations.mean
    row.medianEvaluations = evaluations.quantile(0.5)
    row.highEvaluations = evaluations.quantile(0.99)
    row.maximumEvaluations = evaluations.maximum
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
  ///
  /// - Parameter listeners: hooks that hear of it; all unless given.
  func evaluate(
    into row: inout EpochMetrics, telling listeners: [any TrainingHook]? = nil,
    _ isCancelled: () -> Bool
  ) throws {
    func judge(_ part: DataPart, _ data: any TrainingData, rows: [Int]? = nil) throws
      -> (loss: Double, accuracy: Double)
    {
      let result = try evaluator.evaluate(
        data, rows: rows, parameters: parameters, isCancelled: isCancelled)
      row.evaluationUnsettled += result.unsettledCount
      for hook in listeners ?? hooks { try hook.didEvaluate(part, result, epoch: row.epoch, self) }
      return (result.loss, result.accuracy)
    }
    if !evaluatedRows.isEmpty {
      (row.trainLoss, row.trainAccuracy) = try judge(.train, data, rows: evaluatedRows)
    }
    if let validation {
      (row.validationLoss, row.validationAccuracy) = try judge(.validation, validation)
    }
    if let test { (row.testLoss, row.testAccuracy) = try judge(.test, test) }
  }

  /// Lowers the rate where its metric has not improved for long.
  private func watchPlateau(_ row: EpochMetrics) {
    guard let plateau = options.plateau, let value = row[plateau.metric] else { return }
    if EpochMetrics.isBetter(plateau.metric, value, than: sums.plateauBest) {
      sums.plateauBest = value
      progress.evaluationsOnPlateau = 0
      return
    }
    progress.evaluationsOnPlateau += 1
    guard progress.evaluationsOnPlateau >= plateau.patience else { return }
    progress.evaluationsOnPlateau = 0
    sums.plateauFactor = max(plateau.least, sums.plateauFactor * plateau.factor)
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
