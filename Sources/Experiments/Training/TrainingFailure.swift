internal import Dynamics
internal import Integration
public import Learning

/// What went wrong in a training: a sample that did not settle, why, and a command to go on with.
public struct TrainingFailure: Sendable {
  /// What ended the training, where that was an error.
  public let message: String?
  /// Of the last sample that did not settle, where there was one.
  public let diagnosis: Diagnosis?
  /// The words of a command line, `settle` left out; empty where there is nothing to go on with.
  public let next: [String]
  /// Whether the command says of itself what is known of it, or only looks closer.
  private let isTried: Bool
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
    switch (end, error) {
    case (.tooManyUnsettled, _), (nil, .unsettled):
      diagnosis = try health.lastUnsettled.flatMap { unsettled in
        var unsettledCase = Self.unsettledCase(
          unsettled.sample, beside: health.unsettledBatch, trainer, experiment, folder,
          command: command)
        if let threads, let start = health.startingParameters {
          unsettledCase?.train = { changed, patience in
            try TrainingTrial(
              of: changed, from: start, like: trainer, beyond: unsettled.step, threads: threads,
              within: patience, isCancelled: isCancelled)
          }
        }
        return try unsettledCase?.diagnose(isCancelled: isCancelled)
      }
      next = diagnosis?.next ?? replay ?? []
      isTried = diagnosis != nil
    case (nil, .nonFiniteUpdate(_, _, _, let step)):
      diagnosis = nil
      isTried = step == 1
      // At the first update the rule itself is to blame, later the weights that it has led to.
      let rate = experiment.model.learning?.optimizer.rate ?? 1
      next =
        step == 1
        ? invocation.changed(to: "check")
        : invocation.setting(["learning.optimizer.rate=\(Doctor.written(rate / 10))"])
    default: return nil
    }
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
      lines.append("next: \(command)" + (isTried ? "" : "   # not tried"))
    }
    if let replay, replay != next {
      lines.append("to see its way: \(ShellWords.line(["settle"] + replay))")
    }
    return lines.joined(separator: "\n")
  }
}
