public import Dynamics
public import LinearAlgebra

/// How one synapse changes, from what that synapse can know and nothing else.
///
/// A rule is handed a ``Synapse`` and cannot reach beyond it, because the compiler lets it hold nothing
/// but plain numbers: a stored network, class, closure, array or pointer is refused.
///
/// ```swift
/// struct Oja: LocalRule {
///   var rate = 0.1
///   func change(_ synapse: Synapse) -> Double {
///     rate * synapse.ratePost * (synapse.ratePre - synapse.ratePost * synapse.weight)
///   }
/// }
/// let rule = LocalLearning(Oja(), name: "oja")
/// ```
///
/// ```swift
/// struct Cheat: LocalRule {
///   let network: Network     // error: stored property 'network' of 'BitwiseCopyable'-conforming
///                            // struct 'Cheat' has non-bitwise-copyable type 'Network'
///   func change(_ synapse: Synapse) -> Double { 0 }
/// }
/// ```
public protocol LocalRule: RememberingLocalRule where Memory == NoMemory {
  /// Δ of the synapse, in the direction of descent, for one sample.
  func change(_ synapse: Synapse) -> Double
}

/// A local rule whose synapses remember something from sample to sample.
public protocol RememberingLocalRule: BitwiseCopyable, Sendable {
  /// What a synapse keeps from sample to sample.
  associatedtype Memory: SynapseMemory

  /// Of what Δ is exactly the negative gradient where it reads that phase; nil unless given.
  func descends(
    from phase: SettledPhase, under controller: any Controller, in network: Network
  ) -> Objective?

  /// Δ of the synapse, in the direction of descent, for one sample; the memory may change.
  func change(_ synapse: Synapse, _ memory: inout Memory) -> Double

  /// changes ← changes + Δ of every synapse, over all samples in their order.
  ///
  /// The default is the loop that this says. It is a requirement only so that every rule has a loop of
  /// its own, compiled together with its ``change(_:_:)``; there is no reason to write another.
  ///
  /// - Parameters:
  ///   - synapses: the two ends of all of them, for each sample.
  ///   - memory: one for each synapse, [post × pre]; nil where `Memory` is ``NoMemory``.
  ///   - changes: [post × pre]
  func addChanges(
    of synapses: SynapseBatch, memory: UnsafeMutablePointer<Memory>?,
    to changes: UnsafeMutablePointer<Double>)
}

extension LocalRule {
  @inlinable
  public func change(_ synapse: Synapse, _ memory: inout NoMemory) -> Double { change(synapse) }

  @inlinable
  public func addChanges(
    of synapses: SynapseBatch, memory: UnsafeMutablePointer<NoMemory>?,
    to changes: UnsafeMutablePointer<Double>
  ) {
    let preCount = synapses.preCount
    for sample in 0..<synapses.samples {
      let pre = synapses.preRates.row(sample)
      let referencePre = synapses.referencePreRates.row(sample)
      let factors = synapses.factors[sample]
      for unit in 0..<synapses.postCount {
        let post = synapses.posts.unit(sample, unit)
        let weights = synapses.weights + unit * preCount
        let target = changes + unit * preCount
        let reference = synapses.referencePosts.unit(sample, unit)
        for i in 0..<preCount {
          target[i] += change(
            Synapse(
              ratePre: pre[i], post: post, weight: weights[i],
              reference: Synapse.Ends(ratePre: referencePre[i], post: reference), sample: factors))
        }
      }
    }
  }
}

extension RememberingLocalRule {
  public func descends(
    from phase: SettledPhase, under controller: any Controller, in network: Network
  ) -> Objective? { nil }

  @inlinable
  public func addChanges(
    of synapses: SynapseBatch, memory: UnsafeMutablePointer<Memory>?,
    to changes: UnsafeMutablePointer<Double>
  ) {
    guard let memory else { preconditionFailure("a rule with memory is called without it") }
    let preCount = synapses.preCount
    for sample in 0..<synapses.samples {
      let pre = synapses.preRates.row(sample)
      let referencePre = synapses.referencePreRates.row(sample)
      let factors = synapses.factors[sample]
      for unit in 0..<synapses.postCount {
        let post = synapses.posts.unit(sample, unit)
        let reference = synapses.referencePosts.unit(sample, unit)
        for i in 0..<preCount {
          let place = unit * preCount + i
          changes[place] += change(
            Synapse(
              ratePre: pre[i], post: post, weight: synapses.weights[place],
              reference: Synapse.Ends(ratePre: referencePre[i], post: reference), sample: factors),
            &memory[place])
        }
      }
    }
  }
}
