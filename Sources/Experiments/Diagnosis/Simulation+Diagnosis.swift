internal import Dynamics
internal import Foundation
internal import LinearAlgebra

extension Simulation {
  /// Why a run of this simulation did not do what it was to do, and one command to go on with; nil where
  /// it did, or where nothing moved through time.
  ///
  /// What may help is tried out, the whole protocol from its start, so that the command settles.
  ///
  /// - Parameters:
  ///   - reports: what ``run(to:isCancelled:)`` gave.
  ///   - command: the program and its arguments, to make the next command of.
  ///   - parametersFile: what the parameters were read from; nil: as the model says.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: `CancellationError`.
  public func diagnose(
    _ reports: [PhaseReport], command: [String], parametersFile: String? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Diagnosis? {
    guard let report = reports.last, !report.isComplete, let evidence = report.evidence else {
      return nil
    }
    let invocation = Invocation(command)
    let patience = Patience()
    // All samples share their steps, so all are tried together where they are few; else those that failed.
    var stimulus = stimulus
    let isWhole = stimulus.samples.count <= Doctor.mostTogether
    if !isWhole {
      let failed = report.certificates.indices.filter {
        $0 != evidence.row
          && !PhaseReport.isComplete(
            report.certificates[$0], awaitsEquilibrium: report.awaitsEquilibrium)
      }
      stimulus.samples = stimulus.samples.selecting(
        [evidence.row] + failed.prefix(Doctor.mostTogether - 1))
    }
    let doctor = Doctor(
      experiment: experiment, evidence: evidence, triedOn: isWhole ? nil : stimulus.samples.count,
      derivesPath: true, patience: patience,
      settles: { arguments in
        guard let changed = try? experiment.setting(arguments),
          let parameters = try? changed.startingParameters(from: parametersFile)
        else { return nil }
        var trial = Simulation(changed, parameters: parameters, stimulus: stimulus)
        trial.budget = Patience.budget(changed, samples: stimulus.samples.count)
        do {
          let reports = try trial.run(to: nil) { isCancelled() || patience.isOver }
          return reports.count == changed.model.protocol.count
            && reports.allSatisfy(\.isComplete)
        } catch let error as CancellationError where isCancelled() {
          throw error
        } catch {
          return nil
        }
      }, cured: { invocation.setting($0) }, closer: invocation.changed(to: "analyze"))
    return try doctor.diagnose()
  }
}
