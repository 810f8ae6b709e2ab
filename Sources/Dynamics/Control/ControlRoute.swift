/// How the output controller's u reaches the units at equilibrium: ψ = Qu.
public enum ControlRoute: Sendable, Equatable {
  /// Back through the projections, ψ = σ′∘Σ Wᵀψ + S_yᵀu, or through feedback weights in the place of
  /// Wᵀ where a projection has them.
  case network
  /// Through constant weights: Q, [units × n_y] row by row.
  case constant(ContiguousArray<Double>)
}

extension Controller {
  /// Whether Q = Jᵀ at every equilibrium, J being the sensitivity of the output to control. Then its
  /// equilibria are the stationary points of the augmented energy F = ½‖ψ‖² + L/α_eff, of which
  /// least control is the gradient (Meulemans et al., NeurIPS 2022, Prop. S9).
  public func isStrictlyAligned(in network: Network) -> Bool {
    !network.projections.contains(where: \.hasSeparateFeedback)
      && route(in: network, emptyParameters(for: network)) == .network
  }
}
