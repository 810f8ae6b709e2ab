/// A named connection from one population to another.
public struct ProjectionDescription: Sendable, Equatable {
  /// Something that weights keep to after every update.
  public struct Constraint: Sendable, Equatable {
    /// What weights keep to.
    public enum Kind: String, Sendable, CaseIterable {
      /// W = Wᵀ, or that of the projection back.
      case symmetric
      /// max |λ| is bounded.
      case spectralRadius = "spectral-radius"
      /// The largest singular value is bounded.
      case spectralNorm = "spectral-norm"
      /// No weight changes its sign.
      case sign
      /// No unit is its own input.
      case zeroDiagonal = "zero-diagonal"
    }

    /// The constraint. `symmetric`: W and the weights of the projection back are each
    /// other's transposes; from a population to itself, W = Wᵀ.
    public var kind = Kind.symmetric
    /// The bound of `spectral-radius` and `spectral-norm`; +1 or −1 for `sign` (nil: the signs of
    /// the initial weights).
    public var value: Double?

    /// Every key at its default.
    public init() {}
  }

  /// The weights S that carry ψ backwards.
  public struct Feedback: Sendable, Equatable {
    /// What carries ψ backwards.
    public enum Kind: String, Sendable, CaseIterable {
      /// S = Wᵀ.
      case transpose
      /// Weights of their own, stored as [post, pre] like W.
      case separate
    }

    /// `transpose`: S = Wᵀ; `separate`: weights of their own.
    public var kind = Kind.transpose
    /// How S begins, [post, pre].
    public var source = ParameterSource.initialization(.init(kind: "normal", norm: 1))
    /// Whether S learns, with `separate`.
    public var learn = true
    /// γ of S, as ``ProjectionDescription/decay``.
    public var decay = 0.0

    /// Every key at its default.
    public init() {}
  }

  /// `from-to` unless given.
  public var name = ""
  /// Where it comes from.
  public var from = ""
  /// Where it goes.
  public var to = ""
  /// Looked up in the registry of projections.
  public var kind = "dense"
  /// Initial weights [post, pre].
  public var weight = ParameterSource.initialization(.init())
  /// 0 where there is no synapse; nil: all to all.
  public var mask: ArraySource?
  /// Plasticity.
  public var learn = true
  /// Multiplies the optimizer's rate.
  public var rate = 1.0
  /// γ: weights are multiplied by 1 − γ before a step.
  public var decay = 0.0
  /// What the weights keep to after each update.
  public var constraints: [Constraint] = []
  /// The weights that carry ψ backwards.
  public var feedback = Feedback()

  /// Every key at its default.
  public init() {}
}
