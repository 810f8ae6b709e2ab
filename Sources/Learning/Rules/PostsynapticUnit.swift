/// What a synapse can know of the unit that it goes to.
public struct PostsynapticUnit: BitwiseCopyable, Sendable, Equatable {
  /// φ. Of a readout, its value where the loss reads it, and 0 where it does not.
  public var state: Double
  /// σ(φ)
  public var rate: Double
  /// σ′(φ)
  public var slope: Double
  /// ψ. Of a readout, u where the loss reads it, and 0 where it does not.
  public var control: Double
  /// Whether it belongs to the population that the loss reads.
  public var isOutput: Bool

  /// From its parts.
  @inlinable
  public init(
    state: Double, rate: Double, slope: Double, control: Double, isOutput: Bool = false
  ) {
    self.state = state
    self.rate = rate
    self.slope = slope
    self.control = control
    self.isOutput = isOutput
  }
}
