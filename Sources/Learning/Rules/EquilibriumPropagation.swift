public import Dynamics

/// Equilibrium propagation: how the energy's slope in a parameter changes as the output is nudged by
/// u = −β∇L, divided by β (Scellier and Bengio, 2017; SCIENCE 1.7).
///
/// With two nudges, +β and −β, the error of a finite β is of second order (Laborieux et al., 2021).
public struct EquilibriumPropagation: LearningRule {
  /// Whose slope it is.
  public enum Energy: String, Sendable, CaseIterable {
    /// E = ½‖f(φ)‖², which dynamic inversion and energy-based dynamics keep: −∂E/∂W = ψσᵀ. At the free
    /// equilibrium ψ = 0, so that one nudge is enough: Δ = ψ_β σ(φ_β)ᵀ/β. For weights of any kind.
    case quadratic
    /// E = Σ∫σ⁻¹ − ½σᵀWσ − (Ux + b)ᵀσ, whose descent in the rates is the free dynamics of symmetric
    /// weights: −∂E/∂W = ½σσᵀ. Only the outputs may be nudged: linear feedback, the identity there and
    /// nothing elsewhere. Δ is the symmetric part of −∇_W L as β → 0, where the outputs' activation is
    /// the identity; elsewhere the loss whose slope in the *rates* is ∇_y L takes the place of L.
    case hopfield
  }

  public let name = "equilibrium-propagation"
  /// β ≠ 0; negative to push away from the target.
  public let beta: Double
  /// Whether ±β are compared, rather than β and 0.
  public let isSymmetric: Bool
  /// The energy whose derivative is compared.
  public let energy: Energy

  /// From its parts.
  public init(beta: Double = 0.1, symmetric: Bool = false, energy: Energy = .quadratic) {
    precondition(beta != 0 && beta.isFinite, "equilibrium propagation at β = \(beta)")
    self.beta = beta
    isSymmetric = symmetric
    self.energy = energy
  }

  /// Phases whose slopes are added, and by what factor.
  private var terms: [(phase: SettledPhase, factor: Double)] {
    if isSymmetric { return [(.nudged(beta), 0.5 / beta), (.nudged(-beta), -0.5 / beta)] }
    return energy == .quadratic
      ? [(.nudged(beta), 1 / beta)] : [(.nudged(beta), 1 / beta), (.free, -1 / beta)]
  }

  public var isLocal: Bool { true }
  public var phases: Set<SettledPhase> { Set(terms.map { $0.phase }) }

  public func objection(to network: Network) -> String? {
    network.objectionToGradients
      ?? (energy == .hopfield ? network.objectionToHopfieldEnergy(name) : nil)
  }

  public func changedParameters(of network: Network) -> Set<String> { network.weightsAndBiases }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    for (phase, factor) in terms {
      let sum = OuterProductSum(state: states[phase], parameters: parameters)
      switch energy {
      case .quadratic: sum.addControls(times: factor, to: &update)
      case .hopfield: sum.addRates(times: factor, to: &update)
      }
    }
  }
}

/// Contrastive Hebbian learning: Δ = ½(σσᵀ under control − σσᵀ free), for symmetric weights, and without
/// the half for inputs and biases (Movellan, 1991).
///
/// With the outputs clamped it descends the difference of the two phases' Hopfield energies; with weak
/// control it is β times ``EquilibriumPropagation`` of that energy.
public struct ContrastiveHebbian: LearningRule {
  public let name = "contrastive-hebbian"
  /// With nothing to set.
  public init() {}

  public var isLocal: Bool { true }
  public var phases: Set<SettledPhase> { [.free, .controlled] }

  public func objection(to network: Network) -> String? {
    network.objectionToGradients ?? network.objectionToHopfieldEnergy(name)
  }

  public func changedParameters(of network: Network) -> Set<String> { network.weightsAndBiases }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    OuterProductSum(state: states[.controlled], parameters: parameters)
      .addRates(times: 1, to: &update)
    OuterProductSum(state: states[.free], parameters: parameters)
      .addRates(times: -1, to: &update)
  }
}
