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
  /// - Throws: `CancellationError`.
  public func diagnose(
    _ reports: [PhaseReport], command: [String], parametersFile: String? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Diagnosis? {
    guard let report = reports.last, !report.isComplete, let evidence = report.evidence else {
      return nil
    }
    let invocation = Invocation(command)
    // All samples share their steps, so all are tried together where they are few.
    var stimulus = stimulus
    if stimulus.samples.count > Self.mostTogether {
      stimulus.samples = stimulus.samples.selecting([evidence.row])
    }
    let doctor = Doctor(
      experiment: experiment, evidence: evidence,
      settles: { arguments in
        guard let changed = try? experiment.setting(arguments),
          let parameters = try? changed.startingParameters(from: parametersFile)
        else { return nil }
        var trial = Simulation(changed, parameters: parameters, stimulus: stimulus)
        trial.budget = Self.budget(changed, samples: stimulus.samples.count)
        do {
          let reports = try trial.run(to: nil, isCancelled: isCancelled)
          return reports.count == changed.model.protocol.count
            && reports.allSatisfy(\.isComplete)
        } catch let error as CancellationError {
          throw error
        } catch {
          return nil
        }
      }, cured: { invocation.setting($0) }, closer: invocation.changed(to: "analyze"))
    return try doctor.diagnose()
  }

  private static let mostTogether = 8

  /// Evaluations that a trial may take, such that it is over soon; a number that depends on the model
  /// alone, for a diagnosis must come out the same whenever it is made.
  static func budget(_ experiment: Experiment, samples: Int) -> Int {
    let width = Double((2 * experiment.network.unitCount + 16) * samples)
    return Int(min(200_000, max(1000, 2e8 / (width * width))))
  }
}
