internal import Dynamics
internal import Integration

/// What one chunk of samples gave.
struct ChunkResult: Sendable {
  var update: ParameterUpdate?
  /// Where the samples are to start the next time; nil where nothing is remembered.
  var next: InitialStates?
  var samples = 0
  var used = 0
  var settled = 0
  var byDescent = 0
  var unsettled: [UnsettledSample] = []
  /// Over the samples used.
  var lossSum = 0.0
  var energySum = 0.0
  /// Of each sample, over all phases.
  var evaluations = EvaluationCounts()
}

/// Applies the rules to settled chunks; many threads may call it at once.
struct ChunkLearner: Sendable {
  let rules: [any LearningRule]
  let unsettledPolicy: TrainingOptions.UnsettledPolicy
  let descentPolicy: TrainingOptions.DescentPolicy
  let remembersEquilibria: Bool
  let pool: UpdatePool

  /// - Parameter memories: one for each rule.
  func learn(
    from phases: [SettledPhase: SettledState], parameters: ParameterSet,
    memories: inout [(any RuleMemory)?]
  ) -> ChunkResult {
    let states = SettledStates(phases)
    var result = ChunkResult()
    result.samples = states.count
    if remembersEquilibria { result.next = phases[.controlled].map(nextStart) }
    var usable: [Int] = []
    for row in 0..<states.count {
      if judge(row, phases, &result) { usable.append(row) }
    }
    result.used = usable.count
    guard !usable.isEmpty else { return result }
    if let controlled = phases[.controlled] {
      for row in usable {
        result.lossSum += controlled.observation.losses[row]
        result.energySum += controlled.controlEnergy(row)
      }
    }
    var update = pool.take()
    let chosen = states.selecting(usable)
    for (k, rule) in rules.enumerated() {
      rule.accumulate(chosen, parameters: parameters, memory: &memories[k], into: &update)
    }
    result.update = update
    return result
  }

  /// Counts a sample, and says whether it may be learned from.
  private func judge(
    _ row: Int, _ phases: [SettledPhase: SettledState], _ result: inout ChunkResult
  ) -> Bool {
    var isUsable = true
    var isEquilibrium = true
    var isByDescent = false
    var evaluations = 0
    for (phase, state) in phases.sorted(by: { $0.key < $1.key }) {
      let certificate = state.certificates[row]
      evaluations += certificate.evaluations
      if certificate.outcome == .settledByDescent { isByDescent = true }
      if !certificate.isEquilibrium {
        if isEquilibrium {
          result.unsettled.append(
            UnsettledSample(sample: state.samples.indices[row], phase: phase, certificate))
        }
        isEquilibrium = false
        if unsettledPolicy != .keep || !Self.isFinite(state, row) { isUsable = false }
      }
    }
    result.evaluations.add(evaluations)
    if isEquilibrium { result.settled += 1 }
    if isEquilibrium && isByDescent {
      result.byDescent += 1
      if descentPolicy == .exclude { isUsable = false }
    }
    return isUsable
  }

  /// The equilibria of one chunk, and zero for samples without one that may be learned from: what is
  /// left out because only the descent found it must not come back as settled.
  private func nextStart(after state: SettledState) -> InitialStates {
    let observation = state.observation
    var next = InitialStates(phi: observation.phi, psi: observation.psi, u: observation.u)
    for (row, certificate) in state.certificates.enumerated() {
      let outcome = certificate.outcome
      if outcome.isEquilibrium && (outcome == .settled || descentPolicy == .learn) { continue }
      next.clear(row, of: state.count)
    }
    return next
  }

  private static func isFinite(_ state: SettledState, _ row: Int) -> Bool {
    let observation = state.observation
    let units = observation.unitCount
    let outputs = observation.outputCount
    func allFinite(_ values: ContiguousArray<Double>, _ columns: Int) -> Bool {
      values[row * columns..<(row + 1) * columns].allSatisfy(\.isFinite)
    }
    return allFinite(state.samples.inputs, state.network.inputCount)
      && allFinite(observation.phi, units) && allFinite(observation.psi, units)
      && allFinite(observation.rates, units) && allFinite(observation.slopes, units)
      && allFinite(observation.u, outputs) && allFinite(observation.outputs, outputs)
  }
}
