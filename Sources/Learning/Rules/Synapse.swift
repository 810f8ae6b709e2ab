/// All that one synapse can know: its two ends, itself, and what is broadcast to all synapses.
///
/// A bias is a synapse from a unit of rate 1.
public struct Synapse: BitwiseCopyable, Sendable, Equatable {
  /// What it knows of its ends in one phase.
  public struct Ends: BitwiseCopyable, Sendable, Equatable {
    /// σ(φ) of the unit it comes from; the value itself, if that is an input.
    public var ratePre: Double
    /// The unit it goes to.
    public var post: PostsynapticUnit

    /// From its parts.
    @inlinable
    public init(ratePre: Double, post: PostsynapticUnit) {
      self.ratePre = ratePre
      self.post = post
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

  /// σ(φ) of the unit it comes from; the value itself, if that is an input.
  public var ratePre: Double
  /// The unit it goes to.
  public var post: PostsynapticUnit
  /// Its weight.
  public var weight: Double
  /// Its ends in the rule's reference phase; the same as in the rule's phase where it has no other.
  public var reference: Ends
  /// Third factors: of the sample, the same for all synapses.
  public var sample: ThirdFactors

  /// - Parameters:
  ///   - ratePre: σ(φ) of the unit before it.
  ///   - post: the unit behind it.
  ///   - weight: its weight.
  ///   - reference: the same as the ends themselves unless given.
  ///   - sample: third factors of the sample.
  @inlinable
  public init(
    ratePre: Double, post: PostsynapticUnit, weight: Double, reference: Ends? = nil,
    sample: ThirdFactors = ThirdFactors()
  ) {
    self.ratePre = ratePre
    self.post = post
    self.weight = weight
    self.reference = reference ?? Ends(ratePre: ratePre, post: post)
    self.sample = sample
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
