/// Numbers that are broadcast to all synapses: one of each for every sample.
///
/// With one of them a rule has three factors: what is before the synapse, what is behind it, and how
/// things went.
public enum ThirdFactor: String, Sendable, CaseIterable {
  /// L(y).
  case loss
  /// ‖∇L(y)‖.
  case error
  /// H = ½‖ψ‖² over all units; 0 in the free phase.
  case controlEnergy = "control_energy"
  /// 1 where the output that is largest is that of the target, else 0. Classification only.
  case correct

  /// One line for lists.
  public var summary: String {
    switch self {
    case .loss: "the loss L(y) of the sample"
    case .error: "the norm of the gradient of the loss, \u{2016}\u{2207}L(y)\u{2016}"
    case .controlEnergy: "the control energy \u{bd}\u{2016}\u{3c8}\u{2016}\u{b2} over all units"
    case .correct: "1 where the largest output is the target's, else 0 (classification)"
    }
  }
}
