internal import LinearAlgebra

// The way of `auto`: integrate the chunk into the basin of its equilibria, polish each sample, and give
// what the polish refuses more integration, another polish, a descent, and at last integration all the
// way. Whatever claims to have settled is judged on the field itself.

/// Steps and iterations of the stages, for those who are not at rest yet.
private enum Stage {
  /// Nearly all of a chunk is in its basin after so many steps of CVODE, or of an explicit method.
  static let basinSteps = 30
  static let explicitSteps = 300
  /// Where activity dies out, the way is that much less critical.
  static let damped = 3000.0
  /// What a sample may have left of its way where the polish is sure to find its end.
  static let contractive = 0.3
  /// What a sample may have left of its way for a minimum close by to be the end of it.
  static let nearby = 1e-3
  /// One more approach, and its polish.
  struct Approach: Equatable {
    var residual: Double
    /// By the explicit method, for those that it handed over early.
    var explicitSteps = 0
    /// By CVODE, for the others and for what is left.
    var steps: Int
    var iterations: Int
  }
  /// A polish that takes more iterations than this is drawn elsewhere as often as not.
  static let polishIterations = 30
  static let nearer = Approach(
    residual: 1e-5, explicitSteps: 100, steps: 80, iterations: 30)
  /// For the few that are slow, or pass by a saddle.
  static let close = Approach(residual: 1e-6, steps: 150, iterations: 30)
}

extension Settler {
  func settleAutomatically(
    _ batch: inout Batch<Element>, from initial: ContiguousArray<Element>, at time: Double
  ) throws -> Settlement<Element> {
    let everyone = Array(0..<batch.count)
    polisher?.forget()
    guard options.polish != .none, options.polish == .newton || polisher != nil else {
      try integrateAll(everyone, in: &batch, from: initial, at: time)
      try descend(everyone, in: &batch)
      return try certify(&batch)
    }

    if polisher?.isExplicit != true || options.polish == .newton {
      try enterBasin(everyone, in: &batch, from: initial, at: time)
    }
    try polish(batch.underWay(among: everyone), in: &batch, iterations: Stage.polishIterations)
    var settlement = try certify(&batch, withStability: false)
    var rest = batch.unsettled(among: everyone)
    guard !rest.isEmpty else { return try addStability(to: settlement, of: batch) }

    // The flow leaves the neighbourhood of a saddle again, so those samples are integrated all the way.
    var saddles = polisher?.saddles ?? []
    for stage in [Stage.nearer, Stage.close] {
      // What does not come nearer will not by more of the same.
      let promising = rest.filter {
        !saddles.contains($0) && !(stage == Stage.close && batch.stalled.contains($0))
      }
      try approach(promising, stage, in: &batch, from: time)
      rest = batch.unsettled(among: rest)
      saddles.formUnion(polisher?.saddles ?? [])
      // Slow approaches, on which Anderson's iteration fails: their end is a minimum close by.
      try descend(
        rest.filter { !saddles.contains($0) && !batch.stalled.contains($0) }, in: &batch,
        within: Polisher<Element>.reach)
      rest = batch.unsettled(among: rest)
    }
    for sample in rest where saddles.contains(sample) {
      try integrate([sample], in: &batch, from: time, limits: options.limits)
    }
    settlement = try certify(&batch, withStability: false)
    rest = batch.unsettled(among: everyone).filter { !isAtRounding(settlement.certificates[$0]) }
    guard !rest.isEmpty else { return try addStability(to: settlement, of: batch) }

    try descend(rest, in: &batch)
    settlement = try certify(&batch, withStability: false)
    rest = batch.unsettled(among: rest)
    guard !rest.isEmpty else { return try addStability(to: settlement, of: batch) }
    for sample in rest where batch.outcomes[sample] == .diverged {
      batch.restart(sample, from: initial)
    }
    try integrate(
      rest, in: &batch, from: batch.latestTime(among: rest, or: time), limits: options.limits)
    try retry(rest, in: &batch, from: initial, at: time)
    return try certify(&batch)
  }

  /// Whether single precision has come as near as it can: a method had found the equilibrium, more than once, and the
  /// field, just asked again, did not confirm it. More of the same will not help.
  private func isAtRounding(_ certificate: Certificate) -> Bool {
    options.isFinishedInDouble && certificate.residual <= options.nearlySettled
      && certificate.attempts.count { $0.method == Attempt.verification } > 1
  }

  /// Brings all samples near the equilibria that their own flow leads to.
  private func enterBasin(
    _ samples: [Int], in batch: inout Batch<Element>, from initial: ContiguousArray<Element>,
    at time: Double
  ) throws {
    var residual = options.polishStart * (polisher?.isDamped == true ? Stage.damped : 1)
    if polisher?.isContractive == true { residual = max(residual, Stage.contractive) }
    var stiff = samples
    if mayStepExplicitly {
      let steps = min(Stage.explicitSteps, options.limits.steps, options.limits.evaluations - 1)
      stiff = try stepExplicitly(
        samples, in: &batch, from: time, steps: steps, until: residual)
    }
    guard !stiff.isEmpty else { return }
    for sample in stiff where !batch.isFinite(sample) { batch.restart(sample, from: initial) }
    batch.release(stiff)
    var limits = options.limits
    limits.steps = min(limits.steps, Stage.basinSteps)
    try integrate(
      stiff, in: &batch, from: batch.latestTime(among: stiff, or: time), limits: limits,
      pace: .basin, goal: .near(residual))
  }

  /// Brings those of the samples that are still under way nearer, and polishes them once more.
  private func approach(
    _ samples: [Int], _ stage: Stage.Approach, in batch: inout Batch<Element>, from time: Double
  ) throws {
    let coming = batch.underWay(among: samples)
    guard !coming.isEmpty else { return }
    var distant = coming
    if stage.explicitSteps > 0 {
      // What explicit steps have brought as far as they were to, they bring the rest of the way.
      let arrived = coming.filter { batch.early.contains($0) }
      distant.removeAll { batch.early.contains($0) }
      let places = batch.states
      let refused = try stepExplicitly(
        arrived, in: &batch, from: time,
        steps: min(stage.explicitSteps, options.limits.steps, options.limits.evaluations - 1),
        until: stage.residual, isNear: true)
      for sample in refused where !batch.isFinite(sample) { batch.restart(sample, from: places) }
      distant += refused
    }
    batch.release(distant)
    if !distant.isEmpty {
      var limits = options.limits
      limits.steps = min(limits.steps, stage.steps)
      try integrate(
        distant, in: &batch, from: batch.latestTime(among: distant, or: time), limits: limits,
        pace: .near, goal: .near(stage.residual))
    }
    try polish(
      batch.underWay(among: coming), in: &batch, iterations: stage.iterations)
  }

  private func polish(
    _ samples: [Int], in batch: inout Batch<Element>, iterations: Int
  ) throws {
    // The iteration would find some equilibrium for those that do not come nearer to one, too.
    let samples = samples.filter { !batch.stalled.contains($0) }
    guard !samples.isEmpty else { return }
    if options.polish == .newton {
      try findRoots(of: samples, in: &batch, by: .newton)
    } else if let polisher {
      let limit = min(options.iterations, options.limits.evaluations)
      polisher.polish(samples, in: &batch, iterations: min(iterations, limit))
    }
  }

  /// Seeks minima of the field's own function for samples that do not settle.
  ///
  /// - Parameter reach: how far φ may move for the minimum to be the end of the sample's own approach.
  ///   Without it any minimum will do.
  private func descend(
    _ samples: [Int], in batch: inout Batch<Element>, within reach: Double? = nil
  ) throws {
    guard options.allowsDescent, let descent = field.equilibriumDescent else { return }
    for sample in batch.unsettled(among: samples) where batch.outcomes[sample] != .diverged {
      batch.activate([sample], on: field)
      batch.gather(rows: 1)
      try evaluate(at: 0, batch, rows: 1)
      let wasNear = judge.overall(row: 0, batch.current, derivative) < Stage.nearby
      let before = ContiguousArray(batch.current[0..<dimension])
      var report: DescentReport?
      batch.withCurrentRows {
        report = descent.descend(
          row: 0, from: $0, residual: 0.5 * options.residual * judge.strictness,
          floor: options.floor)
      }
      guard let report else { continue }
      let isClose = moved(from: before, in: batch) < Polisher<Element>.reach
      var outcome: Outcome?
      var message: String?
      if !report.hasArrived {
        message = "found no minimum"
      } else if reach != nil {
        outcome = isClose ? .settled : nil
        message = isClose ? nil : "the minimum is another one than the flow approaches"
      } else {
        // Where the flow had all but arrived, and the minimum is no other one, its end was found.
        outcome = wasNear && isClose ? .settled : .settledByDescent
      }
      if outcome == nil {
        batch.withCurrentRows { rows in
          before.withUnsafeBufferPointer { rows.update(from: $0.baseAddress!, count: dimension) }
        }
      }
      batch.record(
        row: 0, outcome: outcome ?? .outOfSteps, time: batch.times[sample], method: "descent",
        evaluations: report.evaluations + 1, products: 0, steps: report.iterations,
        residual: report.residual, message: message)
    }
  }

  /// How far the first variable, φ, of row 0 lies from where it was, in proportion to its norm.
  private func moved(
    from before: ContiguousArray<Element>, in batch: borrowing Batch<Element>
  ) -> Double {
    var distance = 0.0
    var size = 0.0
    for column in field.variables[0].columns {
      let now = Double(batch.current[column])
      let difference = now - Double(before[column])
      distance += difference * difference
      size += now * now
    }
    return distance.squareRoot() / (options.floor + size.squareRoot())
  }
}
