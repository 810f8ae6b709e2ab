public import Dynamics

/// The least-control rule: Δ = ψ_post · σ(φ_pre), and ψ for a bias.
///
/// With the control of a leaky output controller carried back by the network's own transpose, this is
/// exactly −dF/dθ of the augmented energy F = ½‖ψ‖² + L/α_eff, and −dH/dθ where α_eff = 0: Theorem 1
/// and Proposition S9 of Meulemans et al., The least-control principle for local learning at
/// equilibrium, NeurIPS 2022. A readout's control is u (their Eq. 33).
public struct LeastControl: OuterProductRule {
  /// What multiplies ψ.
  public enum Modulation: String, Sendable, CaseIterable, BitwiseCopyable {
    /// ψ as it is.
    case none
    /// σ′(φ)·ψ, which learns better under linear feedback (their Eq. 136). The population that the
    /// loss reads keeps ψ as it is.
    case slope
  }

  /// What multiplies ψ.
  public var modulation: Modulation

  /// From its parts.
  public init(modulation: Modulation = .none) { self.modulation = modulation }

  /// F where the control arrives as Jᵀu: dynamic inversion and energy-based dynamics, transposed weights;
  /// L where the adjoint takes the place of the control.
  public func descends(
    from phase: SettledPhase, under controller: any Controller, in network: Network
  ) -> Objective? {
    guard modulation == .none else { return nil }
    switch phase {
    case .adjoint: return .loss
    case .controlled: return controller.isStrictlyAligned(in: network) ? .augmentedEnergy : nil
    default: return nil
    }
  }

  @inlinable
  public func postSignal(_ post: PostsynapticUnit) -> Double {
    modulation == .slope && !post.isOutput ? post.slope * post.control : post.control
  }

  @inlinable public var usesRateAsPreSignal: Bool { true }
}

extension LearningRule where Self == LocalLearning<LeastControl> {
  /// Δ = ψ_post · σ(φ_pre) at the controlled equilibrium: ``LeastControl``.
  public static func leastControl(modulation: LeastControl.Modulation = .none) -> Self {
    LocalLearning(LeastControl(modulation: modulation), name: "least-control")
  }
}
