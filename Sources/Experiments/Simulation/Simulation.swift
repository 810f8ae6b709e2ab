public import Dynamics
public import Integration

/// What became of one phase of a simulation.
public struct PhaseReport: Sendable {
  /// `1-free`, `2-controlled`, ...: what the trajectory's phase column holds.
  public var label: String
  /// Whether the controller was on.
  public var kind: PhaseDescription.Kind
  /// Whether the phase was to end at rest.
  public var awaitsEquilibrium: Bool
  /// Model time at its beginning.
  public var start: Double
  /// Model time at its end.
  public var end: Double
  /// Of each sample at the end of the phase, whether or not an equilibrium was awaited.
  public var certificates: [Certificate]
  /// Everything at the end of the phase. Rows are samples.
  public var observation: Observation
  /// What the integrator did in the phase.
  public var statistics: Statistics
  /// The parameters at the end of a phase in which they learned; nil where they did not.
  public var parameters: ParameterSet?
  /// [samples × outputs]; empty where the samples had none.
  public var targets: ContiguousArray<Double>

  /// Whether the samples had a target, so that losses mean anything.
  public var hasTarget: Bool { !targets.isEmpty }
  /// What was seen of the first sample that did not do what it was to do; nil where all did.
  public var evidence: FailureEvidence?

  /// Whether the phase did what it was to do.
  public var isComplete: Bool {
    certificates.allSatisfy { Self.isComplete($0, awaitsEquilibrium: awaitsEquilibrium) }
  }

  static func isComplete(_ certificate: Certificate, awaitsEquilibrium: Bool) -> Bool {
    awaitsEquilibrium
      ? certificate.isEquilibrium
      : certificate.outcome != .diverged && certificate.outcome != .solverFailure
        && certificate.outcome != .outOfSteps
  }
}

/// Integrates samples through the phases of a protocol and records their trajectory.
public struct Simulation: Sendable {
  /// What is simulated.
  public let experiment: Experiment
  /// Weights, biases and Q.
  public var parameters: ParameterSet
  /// Inputs and targets.
  public var stimulus: Stimulus
  /// Is told where the simulation is.
  public var progress: SimulationProgress?
  /// Evaluations of the field that a phase may take, where that is less than the model's own limit.
  var budget: Int?

  /// From its parts.
  public init(_ experiment: Experiment, parameters: ParameterSet, stimulus: Stimulus) {
    self.experiment = experiment
    self.parameters = parameters
    self.stimulus = stimulus
  }

  /// Checks what ``run(to:isCancelled:)`` would find wrong with the protocol and with the files that it
  /// names, so that nothing is written where nothing can be simulated.
  ///
  /// - Throws: ``ModelFileError`` and ``InputError``.
  public func validate() throws {
    var runner = try SimulationRunner<Double>(self, nil) { false }
    try runner.validate()
  }

  /// Runs all phases, or up to the first that fails.
  ///
  /// - Parameters:
  ///   - writer: where rows go as they come; nil records nothing.
  ///   - isCancelled: asked after every step.
  /// - Throws: ``ModelFileError`` and ``InputError`` where the protocol cannot be, ``OutputError`` where
  ///   rows cannot be written, `CancellationError`. That a phase fails is in its report.
  public func run(
    to writer: CSVWriter?, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [PhaseReport] {
    switch experiment.precision {
    case .single:
      var runner = try SimulationRunner<Float>(self, writer, isCancelled)
      return try runner.run()
    case .double:
      var runner = try SimulationRunner<Double>(self, writer, isCancelled)
      return try runner.run()
    }
  }
}
