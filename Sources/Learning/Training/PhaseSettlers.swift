internal import Dynamics
internal import Integration

/// Settles the phases that rules ask for: one settler for each.
final class PhaseSettlers {
  /// In the order in which they settle.
  let phases: [SettledPhase]
  private let settlers: [SettledPhase: BatchSettler]

  /// - Parameter free: settles the free phase.
  /// - Throws: ``TrainingError`` where the controller cannot have a phase; what the settlers throw.
  init(
    _ network: Network, controller: any Controller, phases: Set<SettledPhase>, free: BatchSettler,
    options: SettlingOptions, precision: Precision, threads: Int
  ) throws {
    self.phases = phases.sorted()
    var settlers: [SettledPhase: BatchSettler] = [:]
    for phase in phases {
      switch phase {
      case .free: settlers[phase] = free
      case .controlled:
        settlers[phase] = try BatchSettler(
          network, controller: controller, options: options, precision: precision,
          threads: threads)
      case .nudged(let gain):
        guard let nudging = controller.nudged(by: gain) else {
          throw TrainingError.invalid(
            "a phase nudged by \(gain) is asked for, and the controller \(controller.name) cannot "
              + "be proportional")
        }
        settlers[phase] = try BatchSettler(
          network, controller: nudging, options: options, precision: precision, threads: threads)
      }
    }
    self.settlers = settlers
  }

  /// The controller under which samples move in a phase; nil where the phase is not settled.
  func controller(in phase: SettledPhase) -> (any Controller)? { settlers[phase]?.controller }

  /// Takes over parameters for the batches that follow.
  func load(_ parameters: ParameterSet) {
    for settler in settlers.values { settler.load(parameters) }
  }

  /// All phases of the samples, chunk by chunk; what `body` makes of each chunk, many threads calling it
  /// at once.
  ///
  /// - Parameter initial: where the controlled phase starts; at zero if nil, as the others.
  func settle<Result: Sendable>(
    _ samples: Samples, from initial: InitialStates?,
    _ body: @escaping @Sendable ([SettledPhase: SettledState]) throws -> Result
  ) throws -> [Result] {
    if phases.count == 1, let phase = phases.first {
      return try settlers[phase]!.settle(samples, from: phase == .controlled ? initial : nil) {
        try body([phase: $0])
      }
    }
    // Several phases must be together before a rule can read them.
    return try settleInOrder(samples, from: initial, body)
  }

  /// Likewise, `body` seeing one chunk after the other.
  func settleInOrder<Result>(
    _ samples: Samples, from initial: InitialStates?,
    _ body: ([SettledPhase: SettledState]) throws -> Result
  ) throws -> [Result] {
    var states: [SettledPhase: [SettledState]] = [:]
    for phase in phases {
      states[phase] = try settlers[phase]!.settle(
        samples, from: phase == .controlled ? initial : nil)
    }
    let count = states.values.first?.count ?? 0
    return try (0..<count).map { chunk in try body(states.mapValues { $0[chunk] }) }
  }
}
