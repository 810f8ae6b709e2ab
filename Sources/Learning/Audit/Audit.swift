public import Dynamics
public import Integration
internal import LinearAlgebra

/// Compares what rules do with what they should, on a few samples at given parameters:
///
/// - their update with −∇F at the model's α_eff (−∇H without a leak), at the state of least control that
///   the network's own transpose finds, and with −∇L by the implicit gradient at the free equilibrium,
///   which for a network without cycles is what backpropagation computes;
/// - the gradients themselves with central differences through the whole settling;
/// - the change of a synapse with what it may know;
/// - the control with the least that would do.
///
/// Everything is in double precision, and samples count only once they have settled to
/// ``Audit/residual``, whatever the model says. Nothing that belongs to a training is touched.
public struct Audit {
  /// By variable, as `SettlingOptions.Criterion.perVariable` has it.
  public static let residual = 1e-11
  /// How far a rule may be from a gradient that it claims to be, relative to it: the residual times a
  /// condition of the equilibrium of up to 10⁵.
  public static let tolerance = 1e-6
  /// The largest network, in units, for which gradients are computed: they take dense matrices.
  public static let largestUnitCount = DenseNetwork.largestUnitCount
  /// The most variables of which eigenvalues are computed.
  private static let largestEigenproblem = 1200

  /// The network that is audited.
  public let network: Network
  /// What controls it.
  public let controller: any Controller
  /// The rules under audit.
  public let rules: [any LearningRule]
  private let constraints: ConstraintSet
  private let options: SettlingOptions
  private let threads: Int

  /// - Parameters:
  ///   - network: the network that the rules learn.
  ///   - controller: what controls it.
  ///   - rules: the rules under audit.
  ///   - constraints: what parameters keep to.
  ///   - settling: limits and method; tolerances and residual are the audit's own.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  /// - Throws: ``TrainingError`` where a rule cannot learn the network, or the network is too large.
  public init(
    _ network: Network, controller: any Controller, rules: [any LearningRule],
    constraints: ConstraintSet = ConstraintSet(), settling: SettlingOptions = SettlingOptions(),
    threads: Int = 1
  ) throws {
    guard network.unitCount <= Self.largestUnitCount else {
      throw TrainingError.invalid(
        "an audit takes dense matrices of all units: at most \(Self.largestUnitCount), and the network "
          + "has \(network.unitCount)")
    }
    for rule in rules {
      if let objection = rule.objection(to: network) { throw TrainingError.invalid(objection) }
      if rule.phases.contains(.controlled) && controller.effectiveLeak == nil {
        throw TrainingError.invalid(
          "the rule \(rule.name) reads the controlled phase, and the controller is "
            + "\(controller.name)")
      }
    }
    self.network = network
    self.controller = controller
    self.rules = rules
    self.constraints = constraints
    self.threads = threads
    var options = settling
    options.residual = Self.residual
    options.criterion = .perVariable
    // Finite differences and ratios of small ψ need the digits that the model's own tolerances drop.
    options.relativeTolerance = 1e-8
    options.absoluteTolerance = 1e-13
    options.certifiesStability =
      2 * network.unitCount + network.outputCount <= Self.largestEigenproblem
    self.options = options
  }

  /// Audits the rules on these samples, which must have targets.
  ///
  /// - Parameters:
  ///   - samples: with targets.
  ///   - parameters: at which the rules are audited.
  ///   - directions: random directions for each parameter in which differences confirm the gradients; 0
  ///     leaves that out.
  ///   - seed: of the streams `check` (directions) and `locality`.
  public func report(
    on samples: Samples, parameters: ParameterSet, directions: Int = 0, seed: UInt64 = 1
  ) throws -> AuditReport {
    let states = try AuditStates(
      network, controller: controller, rules: rules, samples: samples, parameters: parameters,
      options: options, threads: threads)
    var report = AuditReport()
    report.samples = samples.count
    report.settled = states.settled.count
    report.unsettledExample = states.unsettledExample
    report.leak = controller.effectiveLeak
    report.isAcyclic = !FlowOrder(network).isCyclic.contains(true)
    let comparison = Comparison(
      network: network, controller: controller, rules: rules, constraints: constraints,
      parameters: parameters, states: states)
    var stream = RandomStream(seed: seed, name: "check")
    let reference = ReferenceGradient(network: network)
    let names = comparison.changed.intersection(reference.parameters)
    for gradients in try [energyGradients(states, parameters), lossGradients(states, parameters)] {
      guard let gradients else { continue }
      report.references.append(
        .init(
          objective: gradients.objective, samples: gradients.points.count, note: gradients.note))
      guard !gradients.points.isEmpty else { continue }
      let single = gradients.points.map { point in
        var update = ParameterUpdate(for: parameters, changing: names)
        reference.add(point, to: &update)
        return update
      }
      report.rows += comparison.rows(gradients.points.map(\.row), single, gradients.objective)
      guard directions > 0 else { continue }
      let quotients = DifferenceQuotients(
        reference: gradients.objective, settler: gradients.settler,
        leak: controller.effectiveLeak ?? 0,
        samples: samples.selecting(gradients.points.map(\.row)),
        points: gradients.starts, gradients: single, prepare: gradients.prepare)
      report.confirmations.append(
        try quotients.confirm(parameters, names: names, directions: directions, using: &stream))
    }
    report.locality = locality(states, parameters, seed: seed)
    if controller.effectiveLeak != nil {
      let control = ControlAudit(
        network: network, controller: controller, parameters: parameters, options: options,
        threads: threads)
      report.control = try control.report(
        states.controlled.compactMap(\.self), samples: samples,
        controlled: states.chunks(.controlled), free: states.chunks(.free))
    }
    return report
  }

  private func locality(
    _ states: AuditStates, _ parameters: ParameterSet, seed: UInt64
  ) -> [AuditReport.Locality] {
    guard let chunk = states.firstUsable else { return [] }
    var stream = RandomStream(seed: seed, name: "locality")
    // A rule that reads no phase, as one that only copies changes, has nothing that could be perturbed.
    return rules.filter { !$0.phases.isEmpty }.flatMap { rule in
      LocalityTest(network: network, rule: rule, states: chunk, parameters: parameters)
        .run(rule.changedParameters(of: network), using: &stream)
    }
  }
}

// MARK: Gradients

extension Audit {
  /// A gradient's points, and what is needed to differentiate the same thing by differences.
  private struct Gradients {
    var objective: Objective
    /// With what weights and biases are to learn from in the places of ψ and u.
    var points: [SamplePoint]
    /// Where settling starts a step away: the same states as they settled.
    var starts: [SamplePoint]
    var note: String?
    var settler: BatchSettler
    var prepare: (ParameterSet) -> ParameterSet
  }

  /// Settles what differences are taken of.
  ///
  /// - Parameter isOwn: whether it is a phase of the model, which its own method settles.
  private func settler(_ controller: any Controller, isOwn: Bool) throws -> BatchSettler {
    var options = options
    options.certifiesStability = false
    if !isOwn { options.method = .automatic }
    return try BatchSettler(network, controller: controller, options: options, threads: threads)
  }

  /// −∇F, or −∇H; nil without a controller.
  private func energyGradients(
    _ states: AuditStates, _ parameters: ParameterSet
  ) throws -> Gradients? {
    guard let leak = controller.effectiveLeak else { return nil }
    let isAligned = controller.isStrictlyAligned(in: network)
    let search = LeastControlSearch(network, leak: leak, parameters)
    let settler = try settler(isAligned ? controller : search.controller, isOwn: isAligned)
    let network = network
    let prepare: (ParameterSet) -> ParameterSet = { parameters in
      LeastControlSearch.transposed(parameters, of: network)
    }
    let samples = states.samples
    let candidates = states.settled.compactMap { states.controlled[$0] }
    if leak == 0, let reason = unboundedReason(samples) {
      return Gradients(
        objective: .augmentedEnergy, points: [], starts: [],
        note: "H does not exist without a leak: \(reason)", settler: settler, prepare: prepare)
    }
    let found = try search.states(
      candidates, samples: samples, isAligned: isAligned, options: options, threads: threads)
    let points = states.settled.compactMap { found[$0] }
    let missing = states.settled.count - points.count
    return Gradients(
      objective: .augmentedEnergy, points: points, starts: points,
      note: missing > 0
        ? "no state of least control was found from where \(missing) of the samples stand" : nil,
      settler: settler, prepare: prepare)
  }

  /// −∇L at the free equilibrium.
  private func lossGradients(
    _ states: AuditStates, _ parameters: ParameterSet
  ) throws -> Gradients? {
    let dense = DenseNetwork(network, parameters)
    let starts = states.settled.compactMap { states.free[$0] }
    var points: [SamplePoint] = []
    var kept: [SamplePoint] = []
    for start in starts {
      guard let point = LossGradient.signals(at: start, dense) else { continue }
      points.append(point)
      kept.append(start)
    }
    let missing = states.settled.count - points.count
    return Gradients(
      objective: .loss, points: points, starts: kept,
      note: missing > 0
        ? "\(missing) of the samples have no free equilibrium, or one where A is singular" : nil,
      settler: try settler(NoControl(), isOwn: true), prepare: { $0 })
  }

  private func unboundedReason(_ samples: Samples) -> String? {
    let outputs = network.outputCount
    for row in 0..<samples.count {
      let target = ContiguousArray(samples.targets[row * outputs..<(row + 1) * outputs])
      if let reason = network.loss.unboundedReason(target: target.span) { return reason }
    }
    return nil
  }
}
