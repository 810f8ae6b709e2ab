public import Dynamics

/// Backpropagation and recurrent backpropagation: Δ = δ_post · σ(φ_pre), where δ is the adjoint of the
/// free equilibrium, so that Δ = −∇_θ L(y*) exactly (SCIENCE 1.7 and 9; Almeida and Pineda, 1987;
/// least-control paper, Eq. 88).
///
/// The adjoint is a phase of its own (``SettledPhase/adjoint``): one sweep against the flow where the
/// network has no cycle, a settling where it has. The outer product itself is that of least control.
public struct Backpropagation: LearningRule {
  public let name: String
  private let allowsCycles: Bool
  private let learning: LocalLearning<LeastControl>

  /// - Parameter recurrent: whether networks with cycles are learned too.
  public init(recurrent: Bool) {
    name = recurrent ? "recurrent-backpropagation" : "backpropagation"
    allowsCycles = recurrent
    learning = LocalLearning(LeastControl(), name: name, phase: .adjoint)
  }

  public var phases: Set<SettledPhase> { [.adjoint] }
  public var isLocal: Bool { true }

  public func descends(under controller: any Controller, in network: Network) -> Objective? {
    learning.descends(under: controller, in: network)
  }

  public func objection(to network: Network) -> String? {
    let order = FlowOrder(network)
    if !allowsCycles,
      let cyclic = network.populations.indices.first(where: { order.isCyclic[$0] })
    {
      return
        "\(name) goes backwards through the network once, and \(network.populations[cyclic].name) "
        + "lies on a cycle; take recurrent-backpropagation"
    }
    return learning.objection(to: network)
  }

  public func changedParameters(of network: Network) -> Set<String> {
    learning.changedParameters(of: network)
  }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    learning.accumulate(states, parameters: parameters, memory: &memory, into: &update)
  }
}
