public import Dynamics
public import Integration
internal import LinearAlgebra

/// A sample that did not settle in an evaluation, an analysis or a training, to be looked at alone.
public struct UnsettledCase {
  private let experiment: Experiment
  private let sample: Samples
  private let others: Samples?
  private let kind: PhaseDescription.Kind
  private let outcome: Outcome
  private let residual: Double
  private let command: [String]
  private let closer: [String]
  private let parameters: (_ changed: Experiment) throws -> ParameterSet
  /// Of the sample at the parameters at hand.
  private let own: ParameterSet

  /// What more is asked of a change with which the samples settle: how a training with it goes.
  var train: ((_ changed: Experiment, _ patience: Patience) throws -> TrainingTrial)?

  /// - Parameters:
  ///   - experiment: the model, made into things that run.
  ///   - own: the parameters under which it did not settle.
  ///   - sample: one, with a target where there is a controller.
  ///   - others: more that did not settle, on which changes are tried as well.
  ///   - kind: whether the controller was at work.
  ///   - outcome: how it ended.
  ///   - residual: at which it ended.
  ///   - command: the program and its arguments, to make the next command of.
  ///   - closer: the command to look closer with where nothing helps, `settle` left out; `analyze` on the
  ///     same model, parameters and samples unless given.
  ///   - parameters: those of the model with other keys; nil: `own`, within its constraints.
  public init(
    _ experiment: Experiment, _ own: ParameterSet, sample: Samples, others: Samples? = nil,
    kind: PhaseDescription.Kind, outcome: Outcome, residual: Double, command: [String],
    closer: [String]? = nil,
    parameters: ((_ changed: Experiment) throws -> ParameterSet)? = nil
  ) {
    self.experiment = experiment
    self.own = own
    self.sample = sample
    self.others = others
    self.kind = kind
    self.outcome = outcome
    self.residual = residual
    self.command = command
    self.closer = closer ?? Invocation(command).changed(to: "analyze")
    self.parameters =
      parameters
      ?? { changed in
        var bounded = own
        try changed.constraints(for: own).apply(to: &bounded)
        return bounded
      }
  }

  /// Integrates the sample alone, by BDF at tight tolerances from zero, and reads from its way why it did
  /// not settle; nil where it cannot be integrated.
  ///
  /// What may help is tried out with the model's own way to settle.
  ///
  /// - Parameter isCancelled: asked now and then whether to stop.
  /// - Throws: `CancellationError`.
  public func diagnose(
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Diagnosis? {
    let patience = Patience()
    guard let alone = try? experiment.setting(integration),
      let report = try run(alone, patience, isCancelled)
    else { return nil }
    let evidence = report.evidence ?? arrival(report)
    let invocation = Invocation(command)
    var reached: Int?
    let doctor = Doctor(
      experiment: experiment, evidence: evidence, settledAlone: report.isComplete,
      triedOn: 1 + (others?.count ?? 0), patience: patience,
      settles: { arguments in
        if isCancelled() { throw CancellationError() }
        guard let changed = try? experiment.setting(arguments), let does = try? settles(changed)
        else { return nil }
        guard does, let train else { return does }
        switch try train(changed, patience) {
        case .fails: return false
        case .unknown: return true
        case .goesOn(let step):
          reached = step
          return true
        }
      }, cured: { invocation.setting($0) }, closer: closer)
    var diagnosis = try doctor.diagnose()
    diagnosis.trainsTo = reached
    return diagnosis
  }

  /// One phase, as `simulate` integrates it.
  private var integration: [String] {
    let settling = experiment.model.settling
    let residual = settling.residual
    let finest = experiment.precision == .single ? 1e-6 : 0
    var arguments = [
      "protocol=[{phase: \(kind.rawValue), until: equilibrium}]", "initial={}",
      "settling.method=bdf", "settling.rtol=\(max(finest, min(1e-6, residual / 10)))",
      "settling.atol=\(min(1e-9, residual / 1e4))", "settling.steps.order=5",
      // Small steps need more of them, and what is asked is how it ends.
      "settling.limits.time=\(settling.limits.time * max(1, settling.limits.straggler))",
      "settling.limits.steps=\(max(settling.limits.steps, 100_000))",
      "settling.limits.evaluations=\(max(settling.limits.evaluations, 200_000))",
    ]
    if experiment.model.learning?.continuous != nil { arguments.append("learning.continuous=null") }
    return arguments
  }

  private func run(
    _ alone: Experiment, _ patience: Patience, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> PhaseReport? {
    var simulation = Simulation(alone, parameters: own, stimulus: Stimulus(sample))
    simulation.budget = 10 * Patience.budget(alone)
    do {
      return try simulation.run(to: nil) { isCancelled() || patience.isOver }.first
    } catch let error as CancellationError where isCancelled() {
      throw error
    } catch {
      return nil
    }
  }

  private func settles(_ changed: Experiment) throws -> Bool {
    let settler = try BatchSettler(
      changed.network, controller: kind == .free ? NoControl() : changed.controller,
      options: changed.settlingOptions.within(
        Patience.budget(changed, samples: 1 + (others?.count ?? 0))),
      precision: changed.precision, threads: 1)
    settler.load(try parameters(changed))
    return try [sample, others].compactMap(\.self).allSatisfy { samples in
      try settler.settle(samples).allSatisfy { $0.certificates.allSatisfy(\.isEquilibrium) }
    }
  }

  /// What is known of a sample that settles when it is integrated alone.
  private func arrival(_ report: PhaseReport) -> FailureEvidence {
    FailureEvidence(
      row: 0, phase: kind.rawValue, kind: kind, outcome: outcome,
      residual: residual, start: 0,
      situation: IntegrationError.Situation(
        time: report.end, stepSize: 0, order: 0, steps: report.statistics.steps, worst: nil),
      localErrors: [], failure: nil, track: StateTrack(width: 1), names: [], worst: 0,
      bracketWeights: [],
      setting: FlowSetting(
        experiment.network, kind == .free ? NoControl() : experiment.controller, own),
      samples: sample)
  }
}
