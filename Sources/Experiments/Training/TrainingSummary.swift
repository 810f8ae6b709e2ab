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
  /// The columns of the row that it is of.
  private let row: [(name: String, value: Double)]
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
      var soFar = trainer.metricsSoFar
      soFar.epoch = trainer.epoch
      row = soFar.values
    } else if let last = last ?? trainer.metrics.last {
      row = last.values
    } else {
      // A session that ended before its first epoch did.
      row = Self.lastRow(of: folder)
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

  private func value(_ name: String) -> Double { row.first { $0.name == name }?.value ?? .nan }

  /// The last row of `metrics.csv`, as an earlier session has written it; NaN, and counts 0, without one.
  private static func lastRow(of folder: RunFolder) -> [(name: String, value: Double)] {
    var row = EpochMetrics().values
    guard let reader = try? CSVReader(folder.file("metrics.csv")) else { return row }
    var record = CSVRecord()
    while (try? reader.next(&record)) == true {
      for (index, column) in row.enumerated() {
        guard let place = reader.header.firstIndex(of: column.name) else { continue }
        row[index].value = record.number(place) ?? column.value
      }
    }
    return row
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
    members += row.map { name, value in
      .init(
        name,
        EpochMetrics.counts.contains(name)
          ? .integer(Int(exactly: value) ?? 0) : .number(value))
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
    let (accuracy, loss) = (value("test_accuracy"), value("test_loss"))
    let unsettled = value("unsettled")
    if !accuracy.isNaN {
      lines.append(String(format: "held-out accuracy %.2f %%", 100 * accuracy))
    } else if !loss.isNaN {
      lines.append(String(format: "held-out loss %.6g", loss))
    }
    if let leak = experiment.controller.effectiveLeak {
      lines.append(String(format: "\u{3b1}_eff = %.6g", leak))
    }
    lines.append("wrote \(folder.path)/{metrics.csv,parameters.safetensors,summary.json}")
    if let failure {
      lines.append(failure.text)
    } else if unsettled > 0, let replay {
      lines.append(
        "\(Int(unsettled)) samples did not settle in the last epoch; to see the way of one: "
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
