internal import Dynamics
internal import Integration
internal import LinearAlgebra

extension PhaseRun {
  /// What a diagnosis reads of the first sample that did not do what it was to do.
  func evidence(
    _ report: PhaseReport, _ situation: IntegrationError.Situation,
    _ localErrors: [LocalError] = [],
    _ failure: IntegrationError? = nil
  ) -> FailureEvidence? {
    let failed = report.certificates.indices.filter {
      !PhaseReport.isComplete(
        report.certificates[$0], awaitsEquilibrium: report.awaitsEquilibrium)
    }
    // Of several, the one that made the solver give up.
    let blamed = localErrors.first?.component.sample
    guard let row = failed.first(where: { failure != nil && $0 == blamed }) ?? failed.first else {
      return nil
    }
    let names = (0..<system.dimension).map(system.componentName)
    return FailureEvidence(
      row: row, phase: report.label, kind: report.kind, outcome: report.certificates[row].outcome,
      residual: report.certificates[row].residual, start: report.start, situation: situation,
      localErrors: localErrors.filter {
        $0.component.sample == row && $0.component.column < names.count
      },
      failure: failure, track: history.track(row: row), names: names,
      worst: judge.worst(row: row, current, derivative),
      bracketWeights: system.bracketWeights.map { Double($0) })
  }
}
