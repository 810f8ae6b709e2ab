public import Dynamics

/// Where one chunk of samples settled, in every phase that the rules asked for.
///
/// All phases have the same samples in the same rows. Samples that did not settle are missing, unless
/// the policy is to keep them: then their certificates say so.
public struct SettledStates: Sendable {
  private let byPhase: [SettledPhase: SettledState]
  /// The number of samples.
  public let count: Int

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

  func selecting(_ rows: [Int]) -> SettledStates {
    rows.count == count ? self : SettledStates(byPhase.mapValues { $0.selecting(rows) })
  }
}
