package import Dynamics
package import Integration

/// Settles the phases that rules ask for, chunk by chunk: all phases of a chunk one after the other on
/// one thread.
///
/// Phases that start from the free one (``SettledPhase/startsFromFree``) bring it along.
package final class PhaseSettlers {
  /// In the order in which they settle.
  package let phases: [SettledPhase]
  private let network: Network
  private let threads: Int
  private var settlers: [SettledPhase: BatchSettler] = [:]
  private var adjoint: AdjointSettler?
  private var noise: NoiseSettler?
  /// The number of the update that the samples settle for, which their noise depends on.
  package var update = 0
  private let first: BatchSettler

  /// - Parameters:
  ///   - free: settles the free phase.
  ///   - noise: of the noisy phase, whose random numbers begin at `seed`.
  /// - Throws: ``TrainingError`` where the controller cannot have a phase; what the settlers throw.
  package init(
    _ network: Network, controller: any Controller, phases: Set<SettledPhase>, free: BatchSettler,
    options: SettlingOptions, noise: OrnsteinUhlenbeck? = nil, seed: UInt64 = 1,
    precision: Precision, threads: Int
  ) throws {
    self.network = network
    self.threads = max(1, threads)
    var all = phases.contains(where: \.startsFromFree) ? phases.union([.free]) : phases
    // Noise shakes controlled equilibria.
    if phases.contains(.noisy) { all.insert(.controlled) }
    self.phases = all.sorted()
    first = free
    func settler(_ network: Network, _ controller: any Controller) throws -> BatchSettler {
      try BatchSettler(
        network, controller: controller, options: options, precision: precision, threads: threads)
    }
    for phase in self.phases {
      switch phase {
      case .free: settlers[phase] = free
      case .controlled: settlers[phase] = try settler(network, controller)
      case .adjoint:
        adjoint = try AdjointSettler(
          network, options: options, precision: precision, threads: threads)
      case .nudged(let gain):
        guard let nudging = controller.nudged(by: gain) else {
          throw TrainingError.invalid(
            "a phase nudged by \(gain) is asked for, and the controller \(controller.name) cannot "
              + "be proportional")
        }
        settlers[phase] = try settler(network, nudging)
      case .targetNudged:
        guard controller.effectiveLeak != nil else {
          throw TrainingError.invalid(
            "a phase with a nudged target is asked for, and the controller is \(controller.name)")
        }
        settlers[phase] = try settler(network.withSquaredError(), controller)
      case .noisy:
        guard let noise else {
          throw TrainingError.invalid(
            "the rules ask for a noisy phase, and there is no noise (controller.noise)")
        }
        self.noise = try NoiseSettler(
          network, controller: controller, noise: noise, seed: seed, precision: precision)
      }
    }
  }

  /// The controller under which samples move in a phase; nil where the phase is not settled.
  func controller(in phase: SettledPhase) -> (any Controller)? { settlers[phase]?.controller }

  /// Takes over parameters for the batches that follow.
  package func load(_ parameters: ParameterSet) {
    for settler in settlers.values { settler.load(parameters) }
    adjoint?.load(parameters)
    noise?.load(parameters)
  }

  /// All phases of the samples, chunk by chunk; what `body` makes of each chunk, many threads calling it
  /// at once.
  ///
  /// - Parameter initial: where the controlled phase starts; at zero if nil.
  package func settle<Result: Sendable>(
    _ samples: Samples, from initial: InitialStates?,
    _ body: @escaping @Sendable ([SettledPhase: SettledState]) throws -> Result
  ) throws -> [Result] {
    let chunks = first.chunks(of: samples.count)
    let threads = min(threads, chunks.count)
    for settler in settlers.values { try settler.prepare(threads: threads) }
    try adjoint?.prepare(threads: threads)
    noise?.prepare(threads: threads)
    return try ChunkQueue<Result>.run(chunks: chunks.count, threads: threads) { thread, chunk in
      let rows = chunks[chunk]
      return try body(
        self.settle(
          samples.selecting(rows), from: initial?.selecting(rows, of: samples.count), thread))
    }
  }

  /// Likewise, `body` seeing one chunk after the other.
  package func settleInOrder<Result>(
    _ samples: Samples, from initial: InitialStates?,
    _ body: ([SettledPhase: SettledState]) throws -> Result
  ) throws -> [Result] {
    try settle(samples, from: initial) { $0 }.map(body)
  }

  /// All phases of one chunk.
  private func settle(
    _ samples: Samples, from initial: InitialStates?, _ thread: Int
  ) throws -> [SettledPhase: SettledState] {
    var states: [SettledPhase: SettledState] = [:]
    for phase in phases {
      if phase == .adjoint {
        states[phase] = try adjoint!.settle(chunk: states[.free]!, onThread: thread)
        continue
      }
      if phase == .noisy {
        states[phase] = try noise!.settle(
          chunk: states[.controlled]!, update: update, onThread: thread)
        continue
      }
      let settler = settlers[phase]!
      let start = phase == .controlled ? initial : states[.free].flatMap { Self.start(phase, $0) }
      var own = samples
      if case .targetNudged(let step) = phase {
        own.targets = Self.nudgedTargets(states[.free]!, step: step)
      }
      states[phase] = try settler.settle(chunk: own, from: start, onThread: thread)
    }
    return states
  }

  /// The free φ, without control; at zero where it is not finite.
  private static func start(_ phase: SettledPhase, _ free: SettledState) -> InitialStates? {
    guard phase.startsFromFree else { return nil }
    var start = InitialStates(phi: free.observation.phi)
    let units = free.observation.unitCount
    for row in 0..<free.count {
      let own = row * units..<(row + 1) * units
      if !free.observation.phi[own].allSatisfy(\.isFinite) { start.clear(row, of: free.count) }
    }
    return start
  }

  /// y* − λ∇L(y*); what the samples say where y* is not finite.
  private static func nudgedTargets(
    _ free: SettledState, step: Double
  ) -> ContiguousArray<Double> {
    let outputs = free.observation.outputs
    let count = free.observation.outputCount
    var targets = outputs
    var gradient = ContiguousArray<Double>(repeating: 0, count: count)
    for row in 0..<free.count {
      let own = row * count..<(row + 1) * count
      guard outputs[own].allSatisfy(\.isFinite) else {
        targets.replaceSubrange(own, with: free.samples.targets[own])
        continue
      }
      var span = gradient.mutableSpan
      free.network.loss.gradient(
        outputs.span.extracting(own), target: free.samples.targets.span.extracting(own),
        into: &span)
      for (k, i) in own.enumerated() { targets[i] = outputs[i] - step * gradient[k] }
    }
    return targets
  }
}

extension Network {
  /// The same network under the squared error, whatever its loss.
  fileprivate func withSquaredError() throws -> Network {
    try Network(
      populations: populations, projections: projections, loss: SquaredError(), output: output)
  }
}
