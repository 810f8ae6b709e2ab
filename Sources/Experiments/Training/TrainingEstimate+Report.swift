internal import Foundation

extension TrainingEstimate {
  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("batches_timed", .integer(batches)),
      .init("batch_seconds", .number(quartiles.median)),
      .init("batch_seconds_low", .number(quartiles.low)),
      .init("batch_seconds_high", .number(quartiles.high)),
      .init("mean_evaluations", .number(meanEvaluations)),
      .init("updates", .integer(updates)), .init("epochs", .integer(epochs)),
      .init("epoch_seconds", .number(epochSeconds)),
      .init("evaluations_of_data", .integer(evaluations)),
      .init("evaluation_seconds", .number(evaluationSeconds)),
      .init("total_seconds", .number(totalSeconds)),
      .init("total_seconds_low", .number(totalRange.low)),
      .init("total_seconds_high", .number(totalRange.high)),
      .init("memory_bytes", .integer(memory)),
      .init("disk_bytes", .integer(disk)),
      .init("checkpoint_bytes", .integer(checkpoint)),
      .init("versions", Versions.json),
    ])
  }

  /// For people.
  public var text: String {
    var lines = [
      String(
        format: "a batch: %@ (median of %d; quartiles %@ to %@), %.1f evaluations a sample",
        Amount.time(quartiles.median), batches, Amount.time(quartiles.low),
        Amount.time(quartiles.high), meanEvaluations),
      "an epoch: \(Amount.time(epochSeconds)) for \(epochs > 0 ? updates / epochs : 0) updates"
        + (evaluations > 0
          ? ", and \(Amount.time(evaluationSeconds)) to evaluate \(evaluatedSamples) samples" : ""),
      "the whole: \(Amount.time(totalSeconds)) for \(epochs) epochs, \(updates) updates",
      "memory: \(Amount.bytes(memory)) so far, all workspaces included",
      "disk: \(Amount.bytes(disk)), of which a checkpoint is \(Amount.bytes(checkpoint))",
    ]
    let range = totalRange
    lines.append(
      "how sure: batches at the start differ so much that the whole takes "
        + "\(Amount.time(range.low)) to \(Amount.time(range.high)) at their pace. As the weights grow, "
        + "samples take other numbers of evaluations, often more: count on up to twice as much")
    if batches < 4 {
      lines.append("only \(batches) batches could be timed, so this is a rough guess")
    }
    if hasAudits { lines.append("the time of audits is not counted") }
    return lines.joined(separator: "\n")
  }
}

/// Amounts for people.
enum Amount {
  static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.001: String(format: "%.2g µs", seconds * 1e6)
    case ..<1: String(format: "%.3g ms", seconds * 1e3)
    case ..<120: String(format: "%.3g s", seconds)
    case ..<7200: String(format: "%.0f min", seconds / 60)
    case ..<172_800: String(format: "%.1f h", seconds / 3600)
    default: String(format: "%.1f days", seconds / 86400)
    }
  }

  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) B"
    case ..<1_000_000: String(format: "%.3g kB", Double(count) / 1e3)
    case ..<1_000_000_000: String(format: "%.3g MB", Double(count) / 1e6)
    default: String(format: "%.3g GB", Double(count) / 1e9)
    }
  }
}
