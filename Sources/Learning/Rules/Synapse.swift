/// All that one synapse can know: its two ends, and itself.
///
/// A bias is a synapse from a unit of rate 1.
public struct Synapse: BitwiseCopyable, Sendable, Equatable {
  /// σ(φ) of the unit it comes from; the value itself, if that is an input.
  public var ratePre: Double
  /// The unit it goes to.
  public var post: PostsynapticUnit
  public var weight: Double

  @inlinable
  public init(ratePre: Double, post: PostsynapticUnit, weight: Double) {
    self.ratePre = ratePre
    self.post = post
    self.weight = weight
  }

  /// φ of the unit it goes to.
  @inlinable public var statePost: Double { post.state }
  /// σ(φ) of the unit it goes to.
  @inlinable public var ratePost: Double { post.rate }
  /// σ′(φ) of the unit it goes to.
  @inlinable public var slopePost: Double { post.slope }
  /// ψ of the unit it goes to; u, if that is an algebraic readout.
  @inlinable public var controlPost: Double { post.control }
}
