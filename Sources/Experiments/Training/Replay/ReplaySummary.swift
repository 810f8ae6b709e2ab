internal import Foundation
internal import Integration
public import Learning

/// What a replay came to, for people and for scripts.
public struct ReplaySummary {
  private let replay: Replay
  private let phase: SettledPhase
  private let alone: PhaseReport?
  private let diagnosis: Diagnosis?

  /// - Parameters:
  ///   - replay: what was replayed.
  ///   - phase: that was integrated alone.
  ///   - alone: how the sample ended when it was integrated alone.
  ///   - diagnosis: why it did not settle in the training, if it did not.
  public init(
    _ replay: Replay, phase: SettledPhase, alone: PhaseReport?, diagnosis: Diagnosis? = nil
  ) {
    self.diagnosis = diagnosis
    self.replay = replay
    self.phase = phase
    self.alone = alone
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("run", .string(replay.run.folder.path)),
      .init("model", .string(replay.run.experiment.model.name)),
      .init("sample", .integer(replay.sample)),
      .init("epoch", .integer(replay.settled.epoch)),
      .init("step", .integer(replay.step)),
      .init("from", .string(replay.checkpoint ?? "start")),
      .init("updates_trained_anew", .integer(replay.retrained)),
      .init("chunk", .array(chunk.map(JSONValue.integer))),
      .init(
        "phases",
        .array(
          replay.certificates.map { phase, certificate in
            .object([
              .init("phase", .string(phase.name)),
              .init(
                "reproduced", replay.isReproduced(phase).map(JSONValue.bool) ?? .null),
              .init("certificate", certificate.json),
            ])
          })),
      .init(
        "alone",
        alone.map { report in
          .object([
            .init("phase", .string(phase.name)), .init("end", .number(report.end)),
            .init("certificate", report.certificates[0].json),
          ])
        } ?? .null),
      .init("diagnosis", diagnosis?.json ?? .null),
      .init("versions", Versions.json),
    ])
  }

  /// The samples of the chunk, by their rows in the source file.
  private var chunk: [Int] { replay.settled.rows.map(replay.run.data.train.sourceRow) }

  /// For people.
  public var text: String {
    let settled = replay.settled
    var lines = [
      "sample \(replay.sample), update \(replay.step) (epoch \(settled.epoch)), "
        + "settled with \(settled.rows.count - 1) others, as in the training"
    ]
    for (phase, certificate) in replay.certificates {
      lines.append("\(phase.name): \(headline(certificate))")
      for attempt in certificate.attempts { lines.append("  \(line(attempt))") }
      switch replay.isReproduced(phase) {
      case true?: lines.append("  the same bits as in unsettled.csv")
      case false?:
        let row = replay.recorded.first { $0.phase == phase.name }
        lines.append(
          "  NOT as in unsettled.csv (\(row?.outcome ?? "") at \(row?.residual ?? .nan), "
            + "\(row?.worstComponent ?? "")): another processor, or other versions of the libraries?"
        )
      case nil: break
      }
    }
    if let alone {
      let certificate = alone.certificates[0]
      lines.append(
        "alone, by bdf at tight tolerances, \(phase.name): \(headline(certificate)), "
          + String(format: "t = %.6g, ", alone.end)
          + "\(certificate.steps) steps, \(certificate.evaluations) evaluations")
      if let message = certificate.attempts.last?.message { lines.append("  \(message)") }
      if !certificate.isEquilibrium, diagnosis == nil {
        lines.append("  \(certificate.outcome.advice)")
      }
    }
    if let diagnosis { lines.append(diagnosis.text) }
    return lines.joined(separator: "\n")
  }

  private func headline(_ certificate: Certificate) -> String {
    "\(certificate.outcome.rawValue), residual \(short(certificate.residual)) "
      + "(worst: \(certificate.worstComponent))"
  }

  private func line(_ attempt: Attempt) -> String {
    func column(_ text: String, _ width: Int) -> String {
      text.padding(toLength: max(width, text.count + 1), withPad: " ", startingAt: 0)
    }
    return column(attempt.method, 17) + column(attempt.outcome?.rawValue ?? "handed over", 19)
      + column("residual \(short(attempt.residual))", 19)
      + "\(attempt.evaluations) evaluations, \(attempt.steps) steps"
      + (attempt.message.map { "; \($0)" } ?? "")
  }

  private func short(_ value: Double) -> String { String(format: "%.3g", value) }
}
