internal import Dynamics
internal import Integration
public import Learning

/// What went wrong in a training: a sample that did not settle, why, and a command to go on with.
public struct TrainingFailure: Sendable {
  /// What ended the training, where that was an error.
  public let message: String?
  /// What is at fault, in a sentence; nil where that is not known.
  public let words: String?
  /// Of the last sample that did not settle, where there was one and weights have not outgrown everything.
  public let diagnosis: Diagnosis?
  /// The words of a command line, `settle` left out; empty where there is nothing to go on with.
  public let next: [String]
  /// What is known of that command, as a comment behind it.
  private let remark: String
  /// The replay of that sample, likewise; nil where every sample settled.
  public let replay: [String]?

  /// Looks for what made a training fail; nil where it did not.
  ///
  /// - Parameters:
  ///   - end: how it ended; nil: by `error`.
  ///   - error: what ended it.
  ///   - trainer: what trained.
  ///   - experiment: the model, made into things that run.
  ///   - folder: where the run lies.
  ///   - health: what watched it.
  ///   - command: the program and the arguments that began the run.
  ///   - threads: on which trainings with a change are tried; nil: none are.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: `CancellationError`.
  public init?(
    _ end: TrainingEnd?, _ error: TrainingError?, _ trainer: Trainer, _ experiment: Experiment,
    _ folder: RunFolder, _ health: HealthRecorder, command: [String],
    threads: Int? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws {
    message = error?.description
    replay = health.replay
    let invocation = Invocation(command)
    let rate = experiment.model.learning?.optimizer.rate ?? 1
    func train(
      _ changed: Experiment, beyond step: Int, _ patience: Patience
    ) throws -> TrainingTrial {
      guard let threads, let start = health.startingParameters else { return .unknown }
      return try TrainingTrial(
        of: changed, from: start, like: trainer, beyond: step, threads: threads, within: patience,
        isCancelled: isCancelled)
    }
    let step: Int
    switch (end, error) {
    case (.tooManyUnsettled, _): step = trainer.step
    case (nil, .unsettled(_, _, step: let failed)): step = failed
    case (nil, .nonFiniteUpdate(_, _, _, step: let failed)): step = failed
    default: return nil
    }
    // Weights that have outgrown everything explain whatever a sample may show.
    if let growth = health.startingParameters.flatMap({
      WeightGrowth(from: $0, to: trainer.parameters)
    }) {
      words = growth.words(rate: rate)
      diagnosis = nil
      let rates = growth.gentlerRates(than: rate, normalizing: experiment.stepsByRate)
      guard
        let cure = try Self.gentlerRate(
          rates, experiment, { try train($0, beyond: step, $1) })
      else {
        // Then it is not the rate alone.
        next = invocation.changed(to: "check")
        remark = "   # none of the \(rates.count) smaller rates that were tried helps"
        return
      }
      next = invocation.setting(["learning.optimizer.rate=\(Doctor.written(cure.rate))"])
      remark = cure.step.map { "   # was tried: trains to update \($0)" } ?? "   # not tried"
      return
    }
    guard case .nonFiniteUpdate? = error else {
      diagnosis = try health.lastUnsettled.flatMap { unsettled in
        var unsettledCase = Self.unsettledCase(
          unsettled.sample, beside: health.unsettledBatch, trainer, experiment, folder,
          command: command)
        if threads != nil {
          unsettledCase?.train = { try train($0, beyond: unsettled.step, $1) }
        }
        return try unsettledCase?.diagnose(isCancelled: isCancelled)
      }
      words = diagnosis?.words
      next = diagnosis?.next ?? replay ?? []
      remark = "   # not tried"
      return
    }
    words = nil
    diagnosis = nil
    // At the first update the rule itself is to blame, later the weights that it has led to.
    next =
      step == 1
      ? invocation.changed(to: "check")
      : invocation.setting(["learning.optimizer.rate=\(Doctor.written(rate / 10))"])
    remark = step == 1 ? "" : "   # not tried"
  }

  /// The first of these rates with which the training goes beyond the update at which it failed, and how far
  /// it was seen to go; nil there where there was no time to see that. Nil where all fail.
  private static func gentlerRate(
    _ rates: [Double], _ experiment: Experiment,
    _ train: (Experiment, Patience) throws -> TrainingTrial
  ) throws -> (rate: Double, step: Int?)? {
    let patience = Patience()
    for rate in rates {
      let setting = "learning.optimizer.rate=\(Doctor.written(rate))"
      guard let changed = try? experiment.setting([setting]) else { continue }
      switch try train(changed, patience) {
      case .fails: continue
      case .goesOn(let step): return (rate, step)
      case .unknown: return (rate, nil)
      }
    }
    return nil
  }

  private static func unsettledCase(
    _ unsettled: UnsettledSample, beside batch: [UnsettledSample], _ trainer: Trainer,
    _ experiment: Experiment, _ folder: RunFolder, command: [String]
  ) -> UnsettledCase? {
    let kind: PhaseDescription.Kind
    switch unsettled.phase {
    case .free: kind = .free
    case .controlled, .noisy: kind = .controlled
    case .adjoint, .nudged, .targetNudged: return nil
    }
    guard let data = trainer.data as? LabelledSamples,
      let row = data.dataSet.sample(atSourceRow: unsettled.sample)
    else { return nil }
    let others = Set(batch.filter { $0.phase == unsettled.phase }.map(\.sample))
      .subtracting([unsettled.sample]).sorted().compactMap(data.dataSet.sample(atSourceRow:))
      .prefix(Doctor.mostTogether - 1)
    let invocation = Invocation(command)
    return UnsettledCase(
      experiment, trainer.parameters, sample: data.samples([row]),
      others: others.isEmpty ? nil : data.samples(Array(others)), kind: kind,
      outcome: unsettled.outcome, residual: unsettled.residual, command: command,
      closer: invocation.changed(to: "analyze") + [
        "--parameters", folder.file("parameters.safetensors"), "--split", "train", "--sample",
        String(unsettled.sample),
      ])
  }

  /// The command as a shell takes it; nil where there is none.
  var command: String? { next.isEmpty ? nil : ShellWords.line(["settle"] + next) }

  /// For people: the diagnosis, and the commands.
  public var text: String {
    var lines: [String] = []
    if let diagnosis {
      lines.append("sample \(diagnosis.sample):")
      lines.append(diagnosis.text)
    } else if let command {
      if let words { lines.append("why: \(words)") }
      lines.append("next: \(command)\(remark)")
    }
    if let replay, replay != next {
      lines.append("to see its way: \(ShellWords.line(["settle"] + replay))")
    }
    return lines.joined(separator: "\n")
  }
}
