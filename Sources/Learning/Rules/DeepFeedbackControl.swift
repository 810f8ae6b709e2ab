public import Dynamics
internal import LinearAlgebra

/// Deep feedback control: Δ = (σ(φ) − σ(φ^ff))_post · σ(φ_pre), where φ^ff = φ − ψ is what the unit would
/// be without its control (Meulemans et al., 2021, and 2022 for the strong variant; SCIENCE 9).
public struct DeepFeedbackControl: LearningRule {
  /// What is compared in the unit behind the synapse.
  public enum Difference: String, Sendable, CaseIterable {
    /// σ(φ) − σ(φ − ψ)
    case rate
    /// φ − φ^ff = ψ itself.
    case voltage
  }

  public let name = "deep-feedback-control"
  /// λ of the target y* − λ∇L(y*) that the output is controlled to; nil in the strong variant, which
  /// learns from the model's own controlled phase.
  public let nudging: Double?
  /// What is compared: rates or potentials.
  public let difference: Difference

  /// From its parts.
  public init(nudging: Double? = 0.1, difference: Difference = .rate) {
    precondition(nudging.map { $0 > 0 } ?? true, "deep feedback control by \(nudging ?? 0)")
    self.nudging = nudging
    self.difference = difference
  }

  private var phase: SettledPhase { nudging.map { .targetNudged($0) } ?? .controlled }
  public var phases: Set<SettledPhase> { [phase] }
  public var isLocal: Bool { true }

  /// F in the strong variant by potentials, which is least control.
  public func descends(under controller: any Controller, in network: Network) -> Objective? {
    let isExact =
      nudging == nil && difference == .voltage && controller.isStrictlyAligned(in: network)
    return isExact ? .augmentedEnergy : nil
  }

  public func objection(to network: Network) -> String? { network.objectionToGradients }

  public func changedParameters(of network: Network) -> Set<String> { network.weightsAndBiases }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    let sum = OuterProductSum(state: states[phase], parameters: parameters)
    guard difference == .rate else { return sum.addControls(times: 1, to: &update) }
    sum.add(
      { _, target, posts, signals in
        let count = posts.count
        for r in 0..<posts.samples {
          let row = signals + r * count
          Double.linearSum(
            1, posts.states.row(r), -1, posts.controls.row(r), into: row, count: count)
          // A readout is its own rate.
          if target.role == .units { target.activation.rate(row, into: row, count: count) }
          Double.linearSum(1, posts.rates.row(r), -1, row, into: row, count: count)
        }
      }, to: &update)
  }
}
