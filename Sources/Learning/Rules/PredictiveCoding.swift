public import Dynamics

/// Supervised predictive coding: Δ = ψ_post · σ(φ_pre)/ρ, where the prediction errors ψ have settled
/// under output control of gain β = ρ/(1 − ρ), and ρ is the precision of the output (SCIENCE 1.7;
/// least-control paper, S4.2; Whittington and Bogacz, 2017).
///
/// It descends F/ρ with F = ½‖f‖² + βL. At ρ = 1 the outputs are clamped, and Δ = −∇H, the least-control
/// gradient; as ρ → 0 it tends to −∇L, as equilibrium propagation does. The 1/ρ, which predictive coding
/// usually leaves to the rate, makes one family of the two.
public struct PredictiveCoding: LearningRule {
  public let name = "predictive-coding"
  /// 0 < ρ ≤ 1
  public let precision: Double

  /// From its parts.
  public init(precision: Double = 1) {
    precondition(precision > 0 && precision <= 1, "a precision of \(precision)")
    self.precision = precision
  }

  /// β
  public var gain: Double { precision == 1 ? .infinity : precision / (1 - precision) }

  private var phase: SettledPhase { .nudged(gain) }
  public var phases: Set<SettledPhase> { [phase] }
  public var isLocal: Bool { true }

  /// H with clamped outputs. At another precision it descends an F of its own, not the model's.
  public func descends(under controller: any Controller, in network: Network) -> Objective? {
    let isExact =
      precision == 1 && controller.effectiveLeak == 0 && network.loss is SquaredError
      && controller.isStrictlyAligned(in: network)
    return isExact ? .augmentedEnergy : nil
  }

  public func objection(to network: Network) -> String? { network.objectionToGradients }

  public func changedParameters(of network: Network) -> Set<String> { network.weightsAndBiases }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    OuterProductSum(state: states[phase], parameters: parameters)
      .addControls(times: 1 / precision, to: &update)
  }
}
