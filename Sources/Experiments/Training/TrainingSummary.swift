internal import Dynamics
internal import Foundation
public import Learning

/// What a training came to, for people and for scripts.
public struct TrainingSummary {
  private let experiment: Experiment
  private let folder: RunFolder
  private let trainer: Trainer
  private let status: Manifest.Status
  private let note: String?
  private let bestEpoch: Int?
  private let seconds: Double
  private let warnings: [TrainingWarning]
  private let row: EpochMetrics
  private let failure: TrainingFailure?
  private let replay: [String]?

  /// - Parameters:
  ///   - experiment: the model, made into things that run.
  ///   - folder: where the run lies.
  ///   - trainer: what trains.
  ///   - end: how it ended; nil: by the error that the failure is of.
  ///   - bestEpoch: of the best parameters; nil where none were kept.
  ///   - seconds: of this session; a resumed training took more before.
  ///   - warnings: earlier sessions included.
  ///   - last: the metrics at the end; those of the last epoch unless given, or of the updates of an epoch
  ///     that was given up.
  ///   - failure: what did not settle, and why.
  ///   - replay: the command that shows the way of the last sample that did not settle.
  public init(
    _ experiment: Experiment, _ folder: RunFolder, _ trainer: Trainer, _ end: TrainingEnd?,
    bestEpoch: Int?, seconds: Double, warnings: [TrainingWarning] = [],
    last: EpochMetrics? = nil, failure: TrainingFailure? = nil, replay: [String]? = nil
  ) {
    self.failure = failure
    self.replay = replay
    if last == nil, case .tooManyUnsettled(_, _, let epoch)? = end, epoch > trainer.epoch {
      row = trainer.metricsSoFar
    } else {
      row = last ?? trainer.metrics.last ?? EpochMetrics()
    }
    self.experiment = experiment
    self.folder = folder
    self.trainer = trainer
    status = end?.status ?? .failed
    note = end.map(\.note) ?? failure?.message
    self.bestEpoch = bestEpoch
    self.seconds = seconds
    self.warnings = warnings
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("model", .string(experiment.model.name)),
      .init("run", .string(folder.path)),
      .init("status", .string(status.rawValue)),
      .init("note", note.map(JSONValue.string) ?? .null),
      .init("updates", .integer(trainer.step)),
    ]
    members += row.values.map { name, value in
      .init(name, EpochMetrics.counts.contains(name) ? .integer(Int(value)) : .number(value))
    }
    members += [
      .init("evaluations", .integer(trainer.fieldEvaluations)),
      .init("best_epoch", bestEpoch.map(JSONValue.integer) ?? .null),
      .init("parameters", .string(folder.file("parameters.safetensors"))),
      .init("parameter_count", .integer(trainer.parameters.scalarCount)),
      .init(
        "effective_leak", experiment.controller.effectiveLeak.map(JSONValue.number) ?? .null),
      .init("method", .string(experiment.model.settling.method.rawValue)),
      .init("residual", .number(experiment.model.settling.residual)),
      .init("seed", .integer(Int(truncatingIfNeeded: experiment.model.seed))),
      .init("session_seconds", .number(seconds)),
      .init("warnings", .array(warnings.map(\.json))),
      .init("why", failure?.words.map(JSONValue.string) ?? .null),
      .init("diagnosis", failure?.diagnosis?.json ?? .null),
      .init("next", failure?.command.map(JSONValue.string) ?? .null),
      .init("versions", Versions.json),
    ]
    return .object(members)
  }

  /// For people.
  public var text: String {
    var lines: [String] = []
    var line = "\(status.rawValue) after \(trainer.epoch) epochs, \(trainer.step) updates"
    line += String(format: ", %.1f s", seconds)
    if let note { line += ": \(note)" }
    lines.append(line)
    if !row.testAccuracy.isNaN {
      lines.append(String(format: "held-out accuracy %.2f %%", 100 * row.testAccuracy))
    } else if !row.testLoss.isNaN {
      lines.append(String(format: "held-out loss %.6g", row.testLoss))
    }
    if let leak = experiment.controller.effectiveLeak {
      lines.append(String(format: "\u{3b1}_eff = %.6g", leak))
    }
    lines.append("wrote \(folder.path)/{metrics.csv,parameters.safetensors,summary.json}")
    if let failure {
      lines.append(failure.text)
    } else if row.unsettled > 0, let replay {
      lines.append(
        "\(row.unsettled) samples did not settle in the last epoch; to see the way of one: "
          + ShellWords.line(["settle"] + replay))
    }
    return lines.joined(separator: "\n")
  }
}

extension TrainingEnd {
  /// As the manifest has it.
  public var status: Manifest.Status {
    switch self {
    case .finished, .stopped: .done
    case .interrupted: .interrupted
    case .limited: .stopped
    case .tooManyUnsettled: .failed
    }
  }

  /// Why it ended, in words; nil where it ended as planned.
  public var note: String? {
    switch self {
    case .finished, .interrupted: nil
    case .stopped(let reason), .limited(let reason): reason
    case .tooManyUnsettled(let unsettled, let samples, let epoch):
      "\(unsettled) of the first \(samples) samples of epoch \(epoch) did not settle, more than "
        + "learning.max-unsettled allows of the whole epoch; see unsettled.csv"
    }
  }
}
