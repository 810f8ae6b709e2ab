public import Dynamics

/// Feedback weights that learn as their forward weights do: S of every projection with feedback of its
/// own gets exactly the step that its W gets.
///
/// With equal decays γ of the two, W − S shrinks by 1 − γ in every step, whatever the rule that moves
/// W: Kolen & Pollack, Backpropagation without weight transport, ICNN 1994; least-control paper, Eq.
/// 142 and 150 (SCIENCE 2.5). S is stored in the layout of W, so what is transposed in the papers is
/// equal here, to the last bit. Masks and clipping treat both alike, and so do optimizers, which work
/// element by element.
///
/// It goes beside another rule, in the same trainer, and changes nothing by itself.
public struct KolenPollack: LearningRule {
  public let name = "kolen-pollack"

  /// With nothing to set.
  public init() {}

  public var phases: Set<SettledPhase> { [] }

  public func objection(to network: Network) -> String? {
    network.projections.contains(where: \.hasSeparateFeedback)
      ? nil
      : "the feedback rule \(name) needs a projection with feedback weights of its own "
        + "(feedback: separate)"
  }

  public func changedParameters(of network: Network) -> Set<String> {
    Set(network.projections.filter(\.hasSeparateFeedback).map { $0.feedbackName })
  }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {}

  public func complete(_ update: inout ParameterUpdate, of network: Network) {
    for projection in network.projections where projection.hasSeparateFeedback {
      let (weight, feedback) = (projection.weightName, projection.feedbackName)
      guard update.changes(weight), update.changes(feedback) else { continue }
      update[feedback] = update[weight]
    }
  }
}
