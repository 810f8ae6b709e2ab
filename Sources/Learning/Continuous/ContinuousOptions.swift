public import Dynamics

/// Weights that learn while the state moves: the constants of their equations.
public struct ContinuousOptions: Sendable, Equatable {
  /// τ_W, in the model's unit of time.
  public var timeConstant: Double
  /// γ of weights and feedback weights; biases do not decay.
  public var decay: Double
  /// Whether separate feedback weights move with their forward weights (Kolen & Pollack), or stay.
  public var learnsFeedback: Bool

  /// From its parts.
  public init(timeConstant: Double = 100, decay: Double = 0, learnsFeedback: Bool = false) {
    precondition(timeConstant > 0 && decay >= 0)
    self.timeConstant = timeConstant
    self.decay = decay
    self.learnsFeedback = learnsFeedback
  }

  /// Why weights cannot move inside these dynamics, or nil.
  public func objection(to network: Network, _ controller: any Controller) -> String? {
    guard let inversion = controller as? DynamicInversion, inversion.outputStage == .dynamic,
      inversion.output != .clamp
    else {
      return "weights move inside the dynamics by the \u{3c8} of dynamic inversion, with a dynamic "
        + "output stage and outputs that are not clamped; the controller here is another"
    }
    if network.outputPopulation.role == .readout {
      return "the readout \(network.output.population) has no \u{3c8} to learn from inside the "
        + "dynamics; make it a population of units"
    }
    if let other = network.projections.first(where: { !($0 is any WeightGradient) }) {
      return "the projection \(other.name) has no gradient for its weights"
    }
    return nil
  }
}
