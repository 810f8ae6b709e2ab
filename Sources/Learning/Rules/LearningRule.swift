public import Dynamics

/// What a settled state says about the parameters: the plug-in that learns.
///
/// A rule is a value without state of its own. It is called once for each chunk of samples, by several
/// threads at once, and their answers are added in the order of the chunks. What it must keep between
/// updates it declares: weights, such as learned feedback, as parameters of its own
/// (``parameters(for:)``); anything else as memory (``makeMemory(for:)``). Both are in checkpoints.
///
/// Most rules need not be written against this protocol: a ``LocalRule`` becomes one by
/// ``LocalLearning``.
public protocol LearningRule: Sendable {
  /// The name used in model files.
  var name: String { get }

  /// Whether a synapse's change follows from its two ends, its own weight and what all synapses hear,
  /// and nothing else: a claim that ``Audit`` tests.
  var isLocal: Bool { get }

  /// Of what its update is exactly the negative gradient under this controller, or nil where it follows
  /// one only roughly or not at all: a claim that ``Audit`` tests.
  func descends(under controller: any Controller, in network: Network) -> Objective?

  /// The phases whose settled states it reads.
  var phases: Set<SettledPhase> { get }

  /// Why it cannot learn this network, or nil.
  func objection(to network: Network) -> String?

  /// Parameters that it has besides those of the network and its controller.
  func parameters(for network: Network) -> [Parameter]

  /// The names of the parameters that it changes. Of these it is asked only for those that may learn.
  func changedParameters(of network: Network) -> Set<String>

  /// What it remembers from sample to sample, as it is at first; nil if nothing.
  ///
  /// A rule with memory sees the samples one chunk after the other, in the order of training.
  func makeMemory(for parameters: ParameterSet) -> (any RuleMemory)?

  /// Adds Δ, the direction of descent, summed over the samples, to `update`.
  ///
  /// - Parameters:
  ///   - states: the samples that may be learned from, at least one.
  ///   - parameters: as they were while the samples settled.
  ///   - memory: what ``makeMemory(for:)`` made, as the chunk before left it.
  ///   - update: of a parameter that it does not change (``ParameterUpdate/changes(_:)-(Int)``), nothing may
  ///     be added.
  func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate)

  // MARK: Once for every update

  /// Those of the parameters that it changes whose steps it makes itself, by
  /// ``step(_:on:of:)``. Optimizer, clipping, a parameter's `rate` and `decay` do not concern them.
  func ownSteps(of network: Network) -> Set<String>

  /// Has the last word on Δ, once the changes of all samples have been added and divided by their
  /// number, and before masks, clipping and the optimizer. Rules are asked in their order.
  func complete(_ update: inout ParameterUpdate, of network: Network)

  /// Changes the parameters of ``ownSteps(of:)``, after the optimizer has made its step.
  ///
  /// - Parameters:
  ///   - update: the mean over the samples of what ``accumulate(_:parameters:memory:into:)``
  ///     added.
  ///   - parameters: what is changed.
  ///   - network: whose parameters they are.
  func step(_ update: ParameterUpdate, on parameters: inout ParameterSet, of network: Network)
}

extension LearningRule {
  public var isLocal: Bool { false }
  public func descends(under controller: any Controller, in network: Network) -> Objective? { nil }
  public func objection(to network: Network) -> String? { nil }
  public func parameters(for network: Network) -> [Parameter] { [] }
  public func makeMemory(for parameters: ParameterSet) -> (any RuleMemory)? { nil }
  public func ownSteps(of network: Network) -> Set<String> { [] }
  public func complete(_ update: inout ParameterUpdate, of network: Network) {}
  public func step(
    _ update: ParameterUpdate, on parameters: inout ParameterSet, of network: Network
  ) {}
}
