internal import Foundation
public import Learning

extension AuditReport {
  /// The report for people.
  public var text: String {
    var lines = table
    for confirmation in confirmations where confirmation.directions > 0 {
      let name = name(of: confirmation.reference)
      let count = confirmation.directions
      lines.append(
        "\(name) by central differences along \(count) random direction\(count == 1 ? "" : "s") of each "
          + "parameter: "
          + (confirmation.isConfirmed
            ? "confirmed"
            : "NOT confirmed (\(confirmation.samples) samples settled a step away)")
          + String(format: ", relative error %.1e", confirmation.error))
    }
    lines += localityLines
    lines += control?.lines ?? []
    if samples > settled || references.contains(where: { $0.samples < settled }) {
      lines.append("samples that did not settle are left out of all figures")
    }
    if !hasPromise && !rows.isEmpty {
      lines.append(
        "this rule, under this controller, claims to be neither gradient exactly: the figures say how "
          + "closely it follows them")
    }
    lines += failures.map { "FAILED: \($0)" }
    if isPassed { lines.append("passed") }
    return lines.joined(separator: "\n")
  }

  /// −∇F, or −∇H without a leak, or −∇L.
  private func name(of objective: Objective) -> String {
    switch objective {
    case .augmentedEnergy: leak == 0 ? "\u{2212}\u{2207}H" : "\u{2212}\u{2207}F"
    case .loss: "\u{2212}\u{2207}L"
    }
  }

  private var table: [String] {
    var lines = [
      "the update of the rule against the gradients, \(settled) of \(samples) samples at a residual of "
        + "\(Audit.residual):"
    ]
    let width = max(14, rows.map { ($0.parameter ?? "all together").count }.max() ?? 0)
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    if !rows.isEmpty {
      lines.append(
        "  \(pad("parameter", width))  against      cosine  norm ratio   signs  relative error")
    }
    for row in rows {
      var line =
        "  \(pad(row.parameter ?? "all together", width))  \(pad(name(of: row.reference), 7))"
      line += String(
        format: "  %10.7f  %10.4g  %5.1f %%  %14.1e", row.cosine, row.normRatio,
        100 * row.signAgreement, row.relativeError)
      if row.isPromised { line += row.isExact ? "  as promised" : "  NOT as promised" }
      if !row.isLearned { line += "  (not learned)" }
      lines.append(line)
    }
    for reference in references {
      if let note = reference.note { lines.append("  \(name(of: reference.objective)): \(note)") }
    }
    if isAcyclic && rows.contains(where: { $0.reference == .loss }) {
      lines.append(
        "  the network has no cycles: \u{2212}\u{2207}L is what backpropagation computes")
    }
    return lines
  }

  private var localityLines: [String] {
    let synapses = locality.reduce(0) { $0 + $1.synapses }
    guard synapses > 0 else { return [] }
    let findings = locality.compactMap(\.finding)
    if findings.isEmpty {
      return [
        "local: the change of each of \(synapses) synapses stays the same to the bit whatever becomes of "
          + "everything else"
      ]
    }
    return findings.map { "not local: \($0)" }
  }
}

extension ControlReport {
  /// For people.
  fileprivate var lines: [String] {
    guard samples > 0 else { return [] }
    func number(_ value: Double) -> String { String(format: "%.6g", value) }
    var lines = [
      "control over \(samples) sample\(samples == 1 ? "" : "s"): \u{bd}\u{2016}\u{3c8}\u{2016}\u{b2} \(number(energy.mean)), loss of the "
        + "controlled output \(number(loss.mean))"
    ]
    if !conditionRatio.mean.isNaN {
      lines.append(
        "  columns of Q in the row space of J: condition ratio \(number(conditionRatio.mean)) (worst "
          + "\(number(conditionRatio.worst))), largest principal angle "
          + "\(number(largestAngle.mean))\u{b0} (worst \(number(largestAngle.worst))\u{b0}); Q to J\u{1d40} "
          + "\(number(feedbackAngle.mean))\u{b0}")
    }
    if excessSamples > 0 {
      lines.append(
        "  \u{2016}\u{3c8}\u{2016} is \(number(excess.mean)) times the least that reaches the same output "
          + "(worst \(number(excess.worst)))"
          + (excessSamples < samples ? ", found for \(excessSamples) samples" : ""))
    }
    for (projection, degrees) in weightAngles {
      lines.append(
        "  feedback weights of \(projection): \(number(degrees))\u{b0} from the forward ones")
    }
    if !closedLoopEigenvalue.isNaN {
      lines.append(
        "  leading eigenvalue: \(number(closedLoopEigenvalue)) of the closed loop, "
          + "\(number(freeEigenvalue)) of the free network")
    }
    return lines
  }
}
