/// A named connection from one population to another.
public struct ProjectionDescription: Sendable, Equatable {
  /// Something that weights keep to after every update.
  public struct Constraint: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      case symmetric
      case spectralRadius = "spectral-radius"
      case spectralNorm = "spectral-norm"
      case sign
      case zeroDiagonal = "zero-diagonal"
    }

    public var kind = Kind.symmetric
    /// The bound of `spectral-radius` and `spectral-norm`; +1 or −1 for `sign` (nil: the signs of
    /// the initial weights).
    public var value: Double?

    public init() {}
  }

  /// The weights S that carry ψ backwards.
  public struct Feedback: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      /// S = Wᵀ.
      case transpose
      /// Weights of their own, stored as [post, pre] like W.
      case separate
    }

    public var kind = Kind.transpose
    public var source = ParameterSource.initialization(.init(kind: "normal", norm: 1))
    public var learn = true
    /// γ of S, as ``ProjectionDescription/decay``.
    public var decay = 0.0

    public init() {}
  }

  /// `from-to` unless given.
  public var name = ""
  public var from = ""
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
  public var constraints: [Constraint] = []
  public var feedback = Feedback()

  public init() {}
}
