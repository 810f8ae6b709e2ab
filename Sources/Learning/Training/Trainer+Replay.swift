public import Dynamics

/// A sample settled once more as it was for an update.
public struct ReplayedSample: Sendable {
  /// Counted from 1, as in reports.
  public var epoch: Int
  /// The update, counted from 1.
  public var step: Int
  /// The rows of the training data in its chunk, and which of them it is.
  public var rows: [Int]
  /// Its place among ``rows``.
  public var place: Int
  /// Where the chunk's controlled phase started; nil: at zero.
  public var initial: InitialStates?
  /// Its whole chunk in every phase that the rules ask for.
  public var phases: [SettledPhase: SettledState]
}

extension Trainer {
  /// The rows of the training data that the next update learns from; none at the end of an epoch.
  public var nextRows: [Int] {
    let start = progress.batch * options.batchSize
    guard progress.batch < batchesPerEpoch else { return [] }
    return Array(order[start..<min(start + options.batchSize, order.count)])
  }

  /// The number, counted from 1, of the update of the epoch at hand that learns from a row of the
  /// training data; nil where it is in the part of a last batch that is dropped.
  public func step(ofRow row: Int) -> Int? {
    guard let place = order.firstIndex(of: row) else { return nil }
    let batch = place / options.batchSize
    return batch < batchesPerEpoch ? progress.step - progress.batch + batch + 1 : nil
  }

  /// Trains on until `step` updates are done, to the same parameters as ``run(limits:isCancelled:)``,
  /// but silently: hooks are not called, and evaluations are left out where nothing depends on them.
  ///
  /// Afterwards ``nextRows`` are those of update `step` + 1.
  ///
  /// - Throws: ``TrainingError/invalid(_:)`` where that is behind, or beyond the planned epochs;
  ///   `CancellationError`; else as ``run(limits:isCancelled:)``.
  public func advance(toStep step: Int, isCancelled: () -> Bool = { false }) throws {
    guard step >= progress.step, step < plannedUpdates else {
      throw TrainingError.invalid(
        "there is no way from update \(progress.step) to update \(step + 1) of \(plannedUpdates)")
    }
    let hooks = hooks
    self.hooks = []
    defer { self.hooks = hooks }
    progress.hasStarted = true
    while true {
      if progress.batch == batchesPerEpoch {
        if options.plateau != nil {
          _ = try finishEpoch(isCancelled)
        } else {
          beginNextEpoch()
        }
      }
      if progress.step == step { return }
      if isCancelled() { throw CancellationError() }
      try trainBatch()
    }
  }

  /// Settles a sample of the next update as the update would: with its chunk, from the same start.
  /// Nothing is learned from it.
  ///
  /// - Parameter row: of the training data.
  /// - Returns: nil where that row is not among ``nextRows``.
  public func replay(row: Int) throws -> ReplayedSample? {
    let batch = nextRows
    guard let place = batch.firstIndex(of: row) else { return nil }
    let chunks = evaluator.settler.chunks(of: batch.count)
    guard let chunk = chunks.first(where: { $0.contains(place) }) else { return nil }
    let rows = Array(batch[chunk])
    let initial = equilibria?.states(of: rows, network)
    settlers.load(parameters)
    settlers.update = progress.step + 1
    let phases = try settlers.settleInOrder(data.samples(rows), from: initial) { $0 }
    return ReplayedSample(
      epoch: progress.epoch + 1, step: progress.step + 1, rows: rows,
      place: place - chunk.lowerBound, initial: initial, phases: phases[0])
  }

  /// The controller under which samples move in a phase; nil where nothing moves through time.
  public func controller(in phase: SettledPhase) -> (any Controller)? {
    settlers.controller(in: phase)
  }
}
