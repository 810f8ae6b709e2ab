/// A local rule of the form Δ = a(post)·b(pre) − c·weight, run as one matrix product over the batch.
///
/// It is ``LocalRule`` in another notation: its ``LocalRule/change(_:)`` follows from the parts. The
/// form also serves projections whose synapses share weights, such as convolutions.
public protocol OuterProductRule: LocalRule {
  /// a, of the unit that the synapse goes to.
  func postSignal(_ post: PostsynapticUnit) -> Double
  /// b, of the rate of the unit that the synapse comes from: 1 for a bias. The rate itself unless
  /// given.
  func preSignal(_ rate: Double) -> Double
  /// c: what the weight loses per sample. 0 unless given.
  var weightDecay: Double { get }
  /// Whether ``preSignal(_:)`` is the rate itself, which saves a copy.
  var usesRateAsPreSignal: Bool { get }

  /// Writes a of every unit at every sample, row by row. The default does what this says; compare
  /// ``RememberingLocalRule/addChanges(of:memory:to:)``.
  func writePostSignals(
    of posts: PostsynapticBatch, into signals: UnsafeMutablePointer<Double>)
}

extension OuterProductRule {
  @inlinable public func preSignal(_ rate: Double) -> Double { rate }
  @inlinable public var weightDecay: Double { 0 }
  @inlinable public var usesRateAsPreSignal: Bool { false }

  @inlinable
  public func change(_ synapse: Synapse) -> Double {
    postSignal(synapse.post) * preSignal(synapse.ratePre) - weightDecay * synapse.weight
  }

  @inlinable
  public func writePostSignals(
    of posts: PostsynapticBatch, into signals: UnsafeMutablePointer<Double>
  ) {
    for sample in 0..<posts.samples {
      for unit in 0..<posts.count {
        signals[sample * posts.count + unit] = postSignal(posts.unit(sample, unit))
      }
    }
  }
}
