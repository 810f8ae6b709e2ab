internal import Dynamics
public import Integration
public import Learning

/// Settles one sample of a training once more, at the weights of one of its updates: with the samples
/// that it was settled with, from the same start, to the same bits.
///
/// The weights are those of the newest checkpoint at or before the update, trained on from there, or
/// from the start where no such checkpoint is left.
public struct Replay {
  /// What is to be replayed.
  public struct Request: Sendable {
    /// The sample's row in its source file.
    public var sample: Int
    /// The update, counted from 1; nil: the last for which the sample is in unsettled.csv.
    public var step: Int?

    /// A sample by its row in the file, at an update or the last that it failed in.
    public init(sample: Int, step: Int? = nil) {
      self.sample = sample
      self.step = step
    }
  }

  /// The run that is replayed.
  public let run: StoredRun
  /// The sample, by its row in the source file.
  public let sample: Int
  /// The update.
  public let step: Int
  /// What unsettled.csv has of it, a row a phase.
  public let recorded: [UnsettledRow]
  /// The file of the checkpoint that was gone on from; nil: the start.
  public let checkpoint: String?
  /// Updates that were trained anew.
  public let retrained: Int
  /// At the weights of the update.
  public let trainer: Trainer
  /// What came of it.
  public let settled: ReplayedSample

  /// - Parameters:
  ///   - request: the sample and the update.
  ///   - run: that is replayed.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  ///   - willRetrain: told from where and how many updates are to be trained anew, before it begins.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: ``InputError`` where the sample or the update is none of the run's; what training
  ///   throws; `CancellationError`.
  public init(
    _ request: Request, of run: StoredRun, threads: Int,
    willRetrain: (_ from: String, _ updates: Int) -> Void, isCancelled: () -> Bool
  ) throws {
    self.run = run
    sample = request.sample
    let folder = run.folder
    let rows = try UnsettledRow.read(folder).filter { $0.sample == request.sample }
    guard let step = request.step ?? rows.last?.step else {
      throw InputError(
        folder.file("unsettled.csv"), .whole, "has no sample \(request.sample)",
        try: "name one that it has, or the update with --step")
    }
    self.step = step
    recorded = rows.filter { $0.step == step }
    guard let row = run.data.train.sample(atSourceRow: request.sample) else {
      throw InputError(
        folder.path, .whole, "\(request.sample) is no row of the training data",
        try: "give the number that unsettled.csv has under `sample`")
    }

    let path = Checkpoint.last(in: folder.file("checkpoints"), atOrBefore: step - 1)
    checkpoint = path.map { String($0.split(separator: "/").last ?? "") }
    let trainer: Trainer
    if let path {
      trainer = try run.makeTrainer(at: Checkpoint(reading: path), threads: threads)
    } else {
      trainer = try run.makeTrainerAtStart(threads: threads)
    }
    guard step >= 1, step <= trainer.plannedUpdates else {
      throw InputError(
        folder.path, .whole, "there is no update \(step): the run has \(trainer.plannedUpdates)",
        try: "give --step from 1 to \(trainer.plannedUpdates)")
    }
    retrained = step - 1 - trainer.step
    willRetrain(checkpoint.map { "checkpoint \($0)" } ?? "the start", retrained)
    try trainer.advance(toStep: step - 1, isCancelled: isCancelled)
    guard let settled = try trainer.replay(row: row) else {
      let other = trainer.step(ofRow: row).map { "it is in that of update \($0)" }
      throw InputError(
        folder.path, .whole,
        "sample \(request.sample) is not in the batch of update \(step); in that epoch "
          + (other ?? "it is in none, for the last batch is dropped"),
        try: other == nil ? "" : "give that as --step")
    }
    self.settled = settled
    self.trainer = trainer
  }

  /// The sample's certificates, by phase, in the order of the phases.
  public var certificates: [(phase: SettledPhase, certificate: Certificate)] {
    settled.phases.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.certificates[settled.place])
    }
  }

  /// Whether a phase came out as unsettled.csv has it, to the bit; nil where it is not there.
  public func isReproduced(_ phase: SettledPhase) -> Bool? {
    guard let row = recorded.first(where: { $0.phase == phase.name }),
      let certificate = settled.phases[phase]?.certificates[settled.place]
    else { return nil }
    return row.outcome == certificate.outcome.rawValue
      && row.worstComponent == certificate.worstComponent
      && (row.residual == certificate.residual
        || row.residual.isNaN && certificate.residual.isNaN)
  }

  /// The phase to look at: the first that did not settle, or the first of all.
  public var phase: SettledPhase {
    let all = certificates
    return (all.first { !$0.certificate.isEquilibrium } ?? all[0]).phase
  }
}
