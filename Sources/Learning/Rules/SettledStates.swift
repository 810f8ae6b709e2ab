public import Dynamics

/// Where one chunk of samples settled, in every phase that the rules asked for.
///
/// All phases have the same samples in the same rows. Samples that did not settle are missing, unless
/// the policy is to keep them: then their certificates say so.
public struct SettledStates: Sendable {
  private let byPhase: [SettledPhase: SettledState]
  /// Third factors, where they are not those of the states themselves.
  private var broadcast: [SettledPhase: ContiguousArray<ThirdFactors>] = [:]
  /// The number of samples.
  public let count: Int

  /// From the state of each phase.
  public init(_ byPhase: [SettledPhase: SettledState]) {
    let counts = Set(byPhase.values.map(\.count))
    precondition(counts.count == 1, "phases with \(counts.sorted()) samples")
    self.byPhase = byPhase
    count = counts.first!
  }

  /// The state of a phase that the rule declared.
  public subscript(_ phase: SettledPhase) -> SettledState {
    guard let state = byPhase[phase] else {
      preconditionFailure("a rule reads the phase \(phase.name), which it has not declared")
    }
    return state
  }

  /// What is broadcast to all synapses in a phase, for every sample.
  public func thirdFactors(of phase: SettledPhase) -> ContiguousArray<ThirdFactors> {
    broadcast[phase] ?? ThirdFactors.all(of: self[phase])
  }

  /// The same states where synapses hear what they hear in others: for those who perturb states to see
  /// what a rule looks at.
  func hearing(_ others: SettledStates) -> SettledStates {
    precondition(others.count == count)
    var copy = self
    for phase in byPhase.keys { copy.broadcast[phase] = others.thirdFactors(of: phase) }
    return copy
  }

  func selecting(_ rows: [Int]) -> SettledStates {
    guard rows.count < count else { return self }
    var copy = SettledStates(byPhase.mapValues { $0.selecting(rows) })
    copy.broadcast = broadcast.mapValues { factors in ContiguousArray(rows.map { factors[$0] }) }
    return copy
  }
}
