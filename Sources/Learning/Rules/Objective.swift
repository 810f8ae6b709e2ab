/// What a rule may descend.
public enum Objective: String, Sendable, CaseIterable {
  /// F = ½‖ψ‖² + L/α_eff at the controlled equilibrium, which is H = ½‖ψ‖² where the controller does
  /// not leak.
  case augmentedEnergy = "augmented-energy"
  /// L at the free equilibrium.
  case loss
}
