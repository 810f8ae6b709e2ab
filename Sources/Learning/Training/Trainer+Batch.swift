internal import Dynamics
internal import Integration

extension Trainer {
  /// One batch and its update.
  func trainBatch() throws {
    let rows = nextRows
    let samples = try data.samples(rows)
    let (epoch, step) = (progress.epoch + 1, progress.step + 1)

    let clock = ContinuousClock.now
    // A batch that fails must not leave traces in what is remembered.
    var memories = memories
    let initial = equilibria?.states(of: rows, network)
    var chunks = try settle(samples, from: initial, &memories)
    let settleSeconds = (ContinuousClock.now - clock).inSeconds
    let batch = reduce(&chunks)
    let used = Double(batch.used)
    let hasMeans = batch.used > 0 && phases.contains(.controlled)
    let summary = BatchSummary(
      epoch: epoch, step: step, samples: batch.samples, settled: batch.settled,
      used: batch.used, byDescent: batch.byDescent, unsettled: batch.unsettled,
      controlledLoss: hasMeans ? batch.lossSum / used : .nan,
      controlEnergy: hasMeans ? batch.energySum / used : .nan, evaluations: batch.evaluations,
      settleSeconds: settleSeconds)
    for hook in hooks { try hook.didSettle(summary, self) }
    if options.unsettled == .fail && !batch.unsettled.isEmpty {
      throw TrainingError.unsettled(batch.unsettled, epoch: epoch, step: step)
    }

    let update = batch.used > 0 ? try update(samplesUsed: batch.used, epoch: epoch) : nil
    self.memories = memories
    remember(chunks, of: rows)
    progress.samples += batch.samples
    progress.used += batch.used
    progress.settled += batch.settled
    progress.byDescent += batch.byDescent
    progress.unsettled += batch.unsettled.count
    evaluations.add(batch.evaluations)
    progress.evaluations = fieldEvaluations + batch.evaluations.sum
    sums.loss += batch.lossSum
    sums.energy += batch.energySum
    sums.settleSeconds += settleSeconds
    progress.step += 1
    progress.batch += 1
    if let update {
      progress.updates += 1
      sums.gradientNorm += update.gradientNorm
      sums.rate = update.rate
      for hook in hooks { try hook.didUpdate(update, self) }
    }
    for hook in hooks { try hook.didFinishStep(summary, update, self) }
  }

  /// Settles the phases that the rules ask for, and asks the rules, chunk by chunk.
  ///
  /// - Parameter initial: where the controlled phase starts; at zero if nil, as the others.
  private func settle(
    _ samples: Samples, from initial: InitialStates?, _ memories: inout [(any RuleMemory)?]
  ) throws -> [ChunkResult] {
    let learner = learner
    let parameters = parameters
    settlers.load(parameters)
    settlers.update = progress.step + 1
    if memories.allSatisfy({ $0 == nil }) {
      let blank = memories
      return try settlers.settle(samples, from: initial) { states in
        var none = blank
        return learner.learn(from: states, parameters: parameters, memories: &none)
      }
    }
    // Memory is written in the order of the samples.
    var written = memories
    defer { memories = written }
    return try settlers.settleInOrder(samples, from: initial) { states in
      learner.learn(from: states, parameters: parameters, memories: &written)
    }
  }

  /// Keeps where the samples in those rows of the data set are to start the next time.
  private func remember(_ chunks: [ChunkResult], of rows: [Int]) {
    var start = 0
    for chunk in chunks {
      let own = rows[start..<start + chunk.samples]
      start = own.endIndex
      if let next = chunk.next { equilibria?.remember(next, of: own, network) }
    }
  }

  /// The sum of all chunks, in their order; their changes are summed into `total`, and no longer theirs.
  private func reduce(_ chunks: inout [ChunkResult]) -> ChunkResult {
    var batch = ChunkResult()
    var isFirst = true
    for index in chunks.indices {
      let update = chunks[index].update.take()
      let chunk = chunks[index]
      batch.samples += chunk.samples
      batch.used += chunk.used
      batch.settled += chunk.settled
      batch.byDescent += chunk.byDescent
      batch.unsettled += chunk.unsettled
      batch.lossSum += chunk.lossSum
      batch.energySum += chunk.energySum
      batch.evaluations.add(chunk.evaluations)
      guard var update else { continue }
      if isFirst {
        swap(&total, &update)
        update.clear()
        isFirst = false
      } else {
        total.absorb(&update)
      }
      learner.pool.giveBack(update)
    }
    if isFirst { total.clear() }
    return batch
  }

  /// Makes the step that `total` asks for.
  private func update(samplesUsed: Int, epoch: Int) throws -> UpdateSummary {
    let step = progress.step + 1
    total.scale(by: 1 / Double(samplesUsed))
    for rule in rules { rule.complete(&total, of: network) }
    for index in 0..<total.count where total.changes(index) {
      constraints.mask(&total[index], ofParameter: index)
    }
    if let place = total.firstNonFinite {
      throw TrainingError.nonFiniteUpdate(
        parameter: parameters[place.parameter].name, element: place.element, epoch: epoch,
        step: step)
    }
    let norm = total.clip(toNorm: options.clip)
    let rate =
      options.rate * schedule.factor(step: progress.step, of: plannedUpdates)
      * sums.plateauFactor
    optimizer.step(total, rate: rate, on: &parameters)
    for rule in rules { rule.step(total, on: &parameters, of: network) }
    if !constraints.isEmpty { try constraints.apply(to: &parameters) }
    return UpdateSummary(
      epoch: epoch, step: step, rate: rate, gradientNorm: norm,
      wasClipped: options.clip.map { norm > $0 } ?? false)
  }
}
