internal import Dynamics
internal import Foundation
internal import Integration
internal import LinearAlgebra

extension AnalysisReport {
  /// The report for people: one sample in full, or a line for each and the least stable in full.
  public var text: String {
    var lines = [header]
    if samples.count > 1 {
      lines += table
      if let worst = leastStable {
        lines.append("the least stable, sample \(worst.index):")
        lines += details(worst)
      }
    } else if let only = samples.first {
      lines += details(only)
    }
    lines += samples.count > 1 ? multistabilityLines : []
    if let diagnosis {
      if samples.count > 1 { lines.append("sample \(diagnosis.sample):") }
      lines.append(diagnosis.text)
    }
    return lines.joined(separator: "\n")
  }

  private var header: String {
    var line = "\(model): \(network.unitCount) units, controller \(controllerName)"
    if let leak { line += ", \u{3b1}_eff = \(number(leak))" }
    return line
  }

  /// By the closed loop where there is one.
  private var leastStable: SampleAnalysis? {
    samples.filter { $0.free != nil || $0.controlled != nil }.max {
      ($0.controlled ?? $0.free)!.spectrum.margin < ($1.controlled ?? $1.free)!.spectrum.margin
    }
  }

  func number(_ value: Double) -> String {
    value.isNaN ? "-" : String(format: "%.6g", value == 0 ? 0 : value)
  }

  func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  // MARK: Many samples

  private var table: [String] {
    let names = [
      "sample", "free margin", "margin", "period", "settles in", "measured", "H", "gap", "released",
    ]
    let widths = [8, 12, 12, 10, 10, 10, 11, 9, 9]
    var rows = [zip(names, widths).map { pad($0, $1) }.joined(separator: " ")]
    for sample in samples {
      let phase = sample.controlled ?? (sample.controlledCertificate == nil ? sample.free : nil)
      let outcome = sample.controlledCertificate?.outcome ?? sample.freeCertificate.outcome
      func short(_ value: Double?) -> String {
        value.map { $0.isNaN ? "-" : String(format: "%.4g", $0) } ?? "-"
      }
      let cells = [
        "\(sample.index)", short(sample.free?.spectrum.margin), short(phase?.spectrum.margin),
        short(phase?.spectrum.slowestOscillation?.period), short(phase?.forecast?.time),
        short(phase?.measuredTime), short(sample.controlled?.controlEnergy),
        short(sample.cost.map { $0.gap.magnitude < 1e-8 ? 0 : $0.gap }),
        sample.release?.isSame.map { $0 ? "same" : "OTHER" } ?? "-",
      ]
      var line = zip(cells, widths).map { pad($0, $1) }.joined(separator: " ")
      if !sample.isComplete { line += "  \(outcome.rawValue)" }
      rows.append(line)
    }
    return rows
  }

  private var multistabilityLines: [String] {
    guard compared > 0 else { return [] }
    guard multistable > 0 else {
      return [
        "all \(compared) samples settle in the same free state from zero and released from control"
      ]
    }
    return [
      "\(multistable) of \(compared) samples settle in another free state when released from control "
        + "than from zero: learning improves a state that evaluation never visits; weaken recurrent "
        + "weights (a lower rate or initial gain, or a constraint), or raise controller.output.leak"
    ]
  }

  // MARK: One sample

  private func details(_ sample: SampleAnalysis) -> [String] {
    var lines: [String] = []
    lines += phaseLines("free", sample.free, sample.freeCertificate, isControlled: false)
    if let certificate = sample.controlledCertificate {
      lines += phaseLines("controlled", sample.controlled, certificate, isControlled: true)
      lines += costLines(sample)
    }
    if let release = sample.release {
      switch release.isSame {
      case true?:
        lines.append("released from control it settles in the free state that it reaches from zero")
      case false?:
        lines.append(
          "released from control it settles in ANOTHER free state than from zero, at a distance of "
            + "\(number(release.distance)): loss \(number(release.loss)) instead of "
            + number(sample.free?.loss ?? .nan))
      case nil:
        lines.append("released from control: \(release.certificate.summary)")
      }
    }
    return lines
  }

  private func phaseLines(
    _ name: String, _ phase: PhaseAnalysis?, _ certificate: Certificate, isControlled: Bool
  ) -> [String] {
    var lines = ["\(name): \(certificate.summary)"]
    guard let phase else { return lines }
    if phase.distance.isFinite {
      lines.append(
        "  distance to the equilibrium \u{2016}J\u{207b}\u{b9}F\u{2016} \(number(phase.distance))"
          + (phase.isRefined ? "" : "; it could not be followed further"))
    }
    lines += spectrumLines(phase)
    lines += knobLines(phase, isControlled: isControlled)
    if let forecast = phase.forecast {
      var line =
        forecast.time.isFinite
        ? "  settles in \(number(forecast.time)) by the linear flow from zero"
        : "  does not settle by the linear flow from zero"
      if !phase.measuredTime.isNaN { line += ", measured \(number(phase.measuredTime))" }
      lines.append(line)
    }
    if let largest = phase.outputSensitivities.first {
      let all = phase.outputSensitivities.prefix(6).map(number).joined(separator: ", ")
      lines.append(
        "  sensitivity of the outputs to control, singular values of J: \(all)"
          + (phase.outputSensitivities.count > 6
            ? ", ... (\(number(phase.outputSensitivities.last ?? largest)) the least)" : ""))
    }
    return lines
  }

  private func spectrumLines(_ phase: PhaseAnalysis) -> [String] {
    let spectrum = phase.spectrum
    var line = "  max Re \u{3bb} \(number(spectrum.margin)): "
    line +=
      spectrum.isStable
      ? "stable, slowest time constant \(number(-1 / spectrum.margin))" : "UNSTABLE"
    var lines = [line]
    if let slowest = spectrum.slowestOscillation {
      lines.append(
        "  slowest oscillation: period \(number(slowest.period)), damping ratio "
          + number(slowest.damping))
    }
    let shown = 10
    lines.append(
      "  " + pad("Re \u{3bb}", 12) + pad("Im \u{3bb}", 13) + pad("time constant", 15)
        + pad("period", 12))
    for value in spectrum.eigenvalues.prefix(shown) {
      lines.append(
        "  " + pad(number(value.real), 12) + pad(number(value.imaginary), 13)
          + pad(number(value.timeConstant), 15)
          + pad(value.period.isFinite ? number(value.period) : "-", 12))
    }
    if spectrum.eigenvalues.count > shown {
      lines.append("  ... and \(spectrum.eigenvalues.count - shown) more (--output writes all)")
    }
    return lines
  }

  private func knobLines(_ phase: PhaseAnalysis, isControlled: Bool) -> [String] {
    guard !phase.sensitivities.isEmpty else { return [] }
    let width = phase.sensitivities.map(\.name.count).max() ?? 0
    var lines = [
      "  what moves max Re \u{3bb}" + pad("value", max(0, width - 7)) + pad("derivative", 15)
        + pad("by +10 %", 14)
    ]
    for row in phase.sensitivities {
      let name = row.name + String(repeating: " ", count: width - row.name.count)
      lines.append(
        "    \(name)" + pad(row.kind == .projection ? "\u{d7}1" : number(row.value), 10)
          + pad(number(row.derivative), 15)
          + pad(row.value == 0 ? "-" : number(0.1 * row.perProportion), 14))
    }
    if phase.eigenvectorCosine < 1e-3 {
      lines.append(
        "  (its eigenvectors are nearly orthogonal, \(number(phase.eigenvectorCosine)): near a double "
          + "eigenvalue derivatives say little)")
    }
    let diagnosis = phase.diagnosis(isControlled: isControlled)
    lines.append("  \(diagnosis.words)" + (diagnosis.advice.map { "; \($0)" } ?? ""))
    return lines
  }

  private func costLines(_ sample: SampleAnalysis) -> [String] {
    guard let phase = sample.controlled, let cost = sample.cost else { return [] }
    var line = "  H = \(number(phase.controlEnergy)), F = "
    line += number(phase.augmentedEnergy(leak: leak ?? 0))
    line += ", L = \(number(phase.loss))"
    var lines = [line]
    lines.append(
      "  \u{2016}\u{3c8}\u{2016} "
        + cost.norms.map { "\($0.population) \(number($0.norm))" }.joined(separator: ", ")
        + "; the least that reaches the same output "
        + (cost.leastNorm.isNaN ? "was not found" : number(cost.leastNorm))
        + (cost.gap.isNaN
          ? ""
          : ", optimality gap "
            + (cost.gap.magnitude < 1e-8 ? "0" : String(format: "%.2g", 100 * cost.gap)) + " %"))
    if let alignment = cost.alignment {
      let largest = alignment.principalAngles.first ?? .nan
      let angle = largest < 1e-9 ? 0 : largest
      lines.append(
        "  columns of Q in the row space of J: condition ratio \(number(alignment.conditionRatio)), "
          + "largest principal angle \(number(angle))\u{b0}")
    }
    return lines
  }
}
