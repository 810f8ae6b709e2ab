internal import Dynamics
internal import Foundation
internal import Integration

/// What a simulation came to, for people and for scripts.
public struct SimulationSummary: Sendable {
  /// What was simulated.
  public let experiment: Experiment
  /// What became of each phase.
  public let reports: [PhaseReport]
  /// Their rows in the source file; empty for the model's stimulus.
  public let samples: [Int]
  /// That it took, by the clock on the wall.
  public let seconds: Double
  /// Why it failed, if it did.
  public let diagnosis: Diagnosis?

  /// From its parts.
  public init(
    _ experiment: Experiment, _ reports: [PhaseReport], samples: [Int], seconds: Double,
    diagnosis: Diagnosis? = nil
  ) {
    self.diagnosis = diagnosis
    self.experiment = experiment
    self.reports = reports
    self.samples = samples
    self.seconds = seconds
  }

  /// Whether every phase did what it was to do.
  public var isComplete: Bool {
    reports.count == experiment.model.protocol.count && reports.allSatisfy(\.isComplete)
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("model", .string(experiment.model.name)),
      .init("complete", .bool(isComplete)),
      .init("controller", .string(experiment.controller.name)),
      .init(
        "effective_leak", experiment.controller.effectiveLeak.map(JSONValue.number) ?? .null),
      .init("precision", .string(experiment.precision.rawValue)),
      .init("seed", .integer(Int(truncatingIfNeeded: experiment.model.seed))),
      .init("method", .string(experiment.model.settling.method.rawValue)),
      .init("criterion", .string(experiment.model.settling.criterion.rawValue)),
      .init("residual", .number(experiment.model.settling.residual)),
      .init("phases", .array(reports.map(json(of:)))),
      .init("diagnosis", diagnosis?.json ?? .null),
      .init("seconds", .number(seconds)),
      .init("versions", Versions.json),
    ])
  }

  private func json(of report: PhaseReport) -> JSONValue {
    let observation = report.observation
    return .object([
      .init("phase", .string(report.label)),
      .init("kind", .string(report.kind.rawValue)),
      .init("start", .number(report.start)),
      .init("end", .number(report.end)),
      .init("complete", .bool(report.isComplete)),
      .init("statistics", Self.json(of: report.statistics)),
      .init(
        "samples",
        .array(
          samples.indices.map { row in
            let holds = isMeant(report, row)
            func number(_ value: Double) -> JSONValue { .number(holds ? value : .nan) }
            return .object([
              .init("sample", .integer(samples[row])),
              .init("at_rest", .bool(report.certificates[row].isEquilibrium)),
              .init("certificate", certificate(of: report, row)),
              .init("loss", number(report.hasTarget ? observation.losses[row] : .nan)),
              .init("control_energy", number(controlEnergy(report, row))),
              .init("augmented_energy", number(augmentedEnergy(report, row))),
              .init("phi", values(observation.phi, row, observation.unitCount, holds)),
              .init("psi", values(observation.psi, row, observation.unitCount, holds)),
              .init("u", values(observation.u, row, observation.outputCount, holds)),
              .init("output", values(observation.outputs, row, observation.outputCount, holds)),
              .init(
                "target",
                report.hasTarget
                  ? values(report.targets, row, observation.outputCount, true) : .null),
            ])
          })),
    ])
  }

  /// Where no equilibrium was awaited, that there is none has no outcome: null.
  private func certificate(of report: PhaseReport, _ row: Int) -> JSONValue {
    let json = report.certificates[row].json
    guard !report.awaitsEquilibrium, report.isComplete, !report.certificates[row].isEquilibrium,
      case .object(let members) = json
    else { return json }
    return .object(
      members.filter { $0.key != "attempts" }.map {
        $0.key == "outcome" ? .init("outcome", .null) : $0
      })
  }

  /// Whether the state at the end is what the phase was for: an equilibrium, or where a given duration
  /// leads. Else its numbers are NaN, lest they be taken for one.
  private func isMeant(_ report: PhaseReport, _ row: Int) -> Bool {
    report.certificates[row].isEquilibrium || (!report.awaitsEquilibrium && report.isComplete)
  }

  private func values(
    _ all: ContiguousArray<Double>, _ row: Int, _ width: Int, _ holds: Bool
  ) -> JSONValue {
    .numbers(all[row * width..<(row + 1) * width].map { holds ? $0 : .nan })
  }

  /// H = ½‖ψ‖²
  private func controlEnergy(_ report: PhaseReport, _ row: Int) -> Double {
    let width = report.observation.unitCount
    return report.observation.psi[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 } / 2
  }

  /// F = ½‖ψ‖² + L/α_eff, and H where there is no leak.
  private func augmentedEnergy(_ report: PhaseReport, _ row: Int) -> Double {
    let energy = controlEnergy(report, row)
    guard report.kind == .controlled else { return .nan }
    guard report.hasTarget, let leak = experiment.controller.effectiveLeak, leak > 0 else {
      return energy
    }
    return energy + report.observation.losses[row] / leak
  }

  private static func json(of statistics: Statistics) -> JSONValue {
    guard let data = try? JSONEncoder().encode(statistics),
      let parsed = try? JSONValue(parsing: [UInt8](data), file: "statistics"),
      case .object(let members) = parsed
    else { return .null }
    return .object(
      members.map { .init(JSONValue.snakeCase($0.key), $0.value) }.sorted { $0.key < $1.key })
  }

  /// A few lines for people, one or two a phase.
  public var text: String {
    var lines: [String] = []
    for report in reports {
      let settled = report.certificates.count(where: \.isEquilibrium)
      var line = "\(report.label): t = \(short(report.start)) \u{2026} \(short(report.end)), "
      if samples.count == 1 {
        line += summary(of: report, 0)
      } else {
        line += "\(settled) of \(samples.count) samples at equilibrium, "
        line +=
          "\(report.statistics.steps) steps, \(report.statistics.fieldEvaluations) evaluations"
      }
      lines.append(line)
      if samples.count == 1, isMeant(report, 0) {
        lines.append("   output \(list(report.observation.outputs))" + loss(of: report))
        if report.kind == .controlled {
          lines.append(
            "   control energy H = \(short(controlEnergy(report, 0))), "
              + "F = \(short(augmentedEnergy(report, 0)))")
        }
      }
      if samples.count > 1 {
        for (row, certificate) in report.certificates.enumerated()
        where report.awaitsEquilibrium && !certificate.isEquilibrium {
          lines.append("   sample \(samples[row]): \(certificate.summary)")
          if lines.count > 20 { break }
        }
      }
    }
    if reports.count < experiment.model.protocol.count {
      lines.append(
        "stopped before phase \(reports.count + 1) of \(experiment.model.protocol.count)")
    }
    if let leak = experiment.controller.effectiveLeak {
      lines.append("\u{3b1}_eff = \(short(leak))")
    }
    if let diagnosis { lines.append(diagnosis.text) }
    return lines.joined(separator: "\n")
  }

  /// A phase of given duration has nothing to answer for: it says how far from rest it ended.
  private func summary(of report: PhaseReport, _ row: Int) -> String {
    let certificate = report.certificates[row]
    if report.awaitsEquilibrium || !report.isComplete || certificate.isEquilibrium {
      return diagnosis == nil ? certificate.summary : certificate.finding
    }
    return "not at rest (residual \(short(certificate.residual))), \(certificate.steps) steps, "
      + "\(certificate.evaluations) evaluations"
  }

  private func loss(of report: PhaseReport) -> String {
    report.hasTarget && experiment.hasLoss ? ", loss \(short(report.observation.losses[0]))" : ""
  }

  private func list(_ values: ContiguousArray<Double>) -> String {
    let shown = values.prefix(10).map(short).joined(separator: ", ")
    return "[\(shown)\(values.count > 10 ? ", \u{2026}" : "")]"
  }

  private func short(_ value: Double) -> String { String(format: "%.6g", value) }
}
