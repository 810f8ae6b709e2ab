/// Where the initial values of a parameter come from.
public enum ParameterSource: Sendable, Equatable {
  /// Drawn, or made, by a registered initialization.
  case initialization(Initialization)
  /// Given.
  case array(ArraySource)

  /// An initialization of a registered kind and its settings.
  public struct Initialization: Sendable, Equatable {
    /// Looked up in the registry of initializations.
    public var kind = "uniform-fan-in"
    /// Multiplies the values.
    public var gain = 1.0
    /// The size that some kinds take instead of deriving it from the fan-in: half-width (uniform),
    /// standard deviation (normal), diagonal (identity), spectral radius. Nil: derived.
    public var value: Double?
    /// Frobenius norm that the values are scaled to afterwards. Nil: left as they are.
    public var norm: Double?

    /// From its parts.
    public init(
      kind: String = "uniform-fan-in", gain: Double = 1, value: Double? = nil, norm: Double? = nil
    ) {
      self.kind = kind
      self.gain = gain
      self.value = value
      self.norm = norm
    }
  }
}
