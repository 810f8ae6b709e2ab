public import Dynamics
internal import LinearAlgebra

/// Runs a local rule at every synapse of a network: the only code that sees both.
///
/// Weights learn from their two ends; biases as synapses of pre-synaptic rate 1. An
/// ``OuterProductRule`` runs as one matrix product for each projection, any other rule as a loop over
/// synapses, which needs dense projections.
public struct LocalLearning<Rule: RememberingLocalRule>: LearningRule {
  /// The rule of one synapse.
  public let rule: Rule
  public let name: String
  /// The phase whose settled state the synapses see.
  public let phase: SettledPhase
  /// The phase that they see beside it, as ``Synapse/reference``; nil for none.
  public let reference: SettledPhase?
  /// The rule again, where it runs as matrix products.
  private let outerProduct: (any OuterProductRule)?

  /// - Parameters:
  ///   - rule: the rule of one synapse.
  ///   - name: of the rule, for reports and memory.
  ///   - phase: whose states the rule sees.
  ///   - reference: a second phase for the rule to compare with. A rule of outer-product form does not
  ///     see it.
  ///   - synapseBySynapse: runs even a rule of outer-product form as a loop, for comparison.
  public init(
    _ rule: Rule, name: String, phase: SettledPhase = .controlled, reference: SettledPhase? = nil,
    synapseBySynapse: Bool = false
  ) {
    self.rule = rule
    self.name = name
    self.phase = phase
    self.reference = reference
    outerProduct = synapseBySynapse ? nil : rule as? any OuterProductRule
  }

  public var phases: Set<SettledPhase> { [phase, reference ?? phase] }
  public var isLocal: Bool { true }

  public func descends(under controller: any Controller, in network: Network) -> Objective? {
    rule.descends(from: phase, under: controller, in: network)
  }

  public func objection(to network: Network) -> String? {
    for projection in network.projections {
      if outerProduct == nil && !(projection is DenseProjection) {
        return "the rule \(name) goes from synapse to synapse, and the projection "
          + "\(projection.name) is not dense; write the rule as an outer product"
      }
      if outerProduct != nil && !(projection is any WeightGradient) {
        return "the projection \(projection.name) has no gradient for its weights"
      }
    }
    return nil
  }

  public func changedParameters(of network: Network) -> Set<String> {
    network.weightsAndBiases
  }

  public func makeMemory(for parameters: ParameterSet) -> (any RuleMemory)? {
    guard Rule.Memory.self != NoMemory.self else { return nil }
    return LocalMemory<Rule.Memory>(for: parameters.parameters.filter { $0.plasticity.isLearned })
  }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    let state = states[phase]
    let network = state.network
    var own = memory as? LocalMemory<Rule.Memory>
    memory = nil
    let second = reference.map { states[$0] }
    let factors = outerProduct == nil ? states.thirdFactors(of: phase) : nil
    func withBatches(
      from source: String?, to target: String, weights: ContiguousArray<Double>,
      _ body: (SynapseBatch) -> Void
    ) {
      SynapseEnds(state, from: source, to: target).withBatches(
        weights: weights, reference: second.map { SynapseEnds($0, from: source, to: target) },
        factors: factors, body)
    }
    for projection in network.projections {
      guard let index = parameters.index(of: projection.weightName), update.changes(index) else {
        continue
      }
      withBatches(
        from: projection.source, to: projection.target, weights: parameters[index].values
      ) { batch in
        if let outerProduct {
          addOuterProduct(
            outerProduct, batch, projection: projection as? any WeightGradient,
            to: &update[index])
        } else {
          addLoop(batch, parameter: parameters[index].name, &own, to: &update[index])
        }
      }
    }
    for population in network.populations where population.hasBias {
      guard let index = parameters.index(of: population.biasName), update.changes(index) else {
        continue
      }
      withBatches(from: nil, to: population.name, weights: parameters[index].values) { batch in
        if let outerProduct {
          addOuterProduct(outerProduct, batch, projection: nil, to: &update[index])
        } else {
          addLoop(batch, parameter: parameters[index].name, &own, to: &update[index])
        }
      }
    }
    if let own { memory = own }
  }

  private func addLoop(
    _ batch: SynapseBatch, parameter: String, _ memory: inout LocalMemory<Rule.Memory>?,
    to changes: inout ContiguousArray<Double>
  ) {
    changes.withUnsafeMutableBufferPointer { changes in
      guard let target = changes.baseAddress else { return }
      if memory == nil {
        rule.addChanges(of: batch, memory: nil, to: target)
      } else {
        memory!.byParameter[parameter]!.withUnsafeMutableBufferPointer {
          rule.addChanges(of: batch, memory: $0.baseAddress, to: target)
        }
      }
    }
  }

  /// Δ ← Δ + Σ over samples of a ⊗ b, − (samples · c) W
  private func addOuterProduct(
    _ rule: some OuterProductRule, _ batch: SynapseBatch, projection: (any WeightGradient)?,
    to changes: inout ContiguousArray<Double>
  ) {
    let samples = batch.samples
    let posts = batch.postCount
    guard samples > 0, posts > 0 else { return }
    let signals = MatrixBuffer<Double>(rows: samples, columns: posts)
    rule.writePostSignals(of: batch.posts, into: signals.base)
    if let projection {
      let rates = batch.preRates
      if rule.usesRateAsPreSignal {
        projection.accumulateGradient(
          signal: signals.view(rows: samples), rate: rates, into: &changes)
      } else {
        let copy = MatrixBuffer<Double>(rows: samples, columns: rates.columns)
        for r in 0..<samples {
          for i in 0..<rates.columns { copy.row(r)[i] = rule.preSignal(rates.row(r)[i]) }
        }
        projection.accumulateGradient(
          signal: signals.view(rows: samples), rate: copy.view(rows: samples), into: &changes)
      }
    } else {
      let one = rule.preSignal(1)
      for r in 0..<samples {
        for unit in 0..<posts { changes[unit] += signals.row(r)[unit] * one }
      }
    }
    let decay = rule.weightDecay * Double(samples)
    if decay != 0 {
      for i in changes.indices { changes[i] -= decay * batch.weights[i] }
    }
  }
}
