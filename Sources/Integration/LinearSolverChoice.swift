/// How the corrector's equation z = γ·F(t, z) + known is solved in every step.
public enum LinearSolverChoice: Sendable, Equatable {
  /// ``dense`` up to 32 variables a sample, ``krylov(dimension:preconditioner:)`` of 20 above.
  ///
  /// A dense Jacobian costs `width` products when it is renewed, and its factors 2/3·width³
  /// operations a sample; a Krylov solve costs about as many products as the spectrum has clusters,
  /// 5 to 20, in every iteration. Up to some 32 variables the factors stay in the first-level cache
  /// (8 KiB a sample) and cost less than those products.
  case automatic
  /// Newton's method with one dense LU factorization a sample.
  case dense
  /// Newton's method with GMRES for every sample, restarted never, of at most `dimension` vectors.
  /// One Jacobian product serves all samples, and the sample that needs most says how many there are.
  /// Too few make solves end early, which long steps do not survive.
  case krylov(dimension: Int = 20, preconditioner: Preconditioning = .none)
  /// Fixed-point iteration, for problems that are not stiff, accelerated by Anderson's method over
  /// the last `andersonDepth` iterates where that is positive.
  case functional(andersonDepth: Int = 0)

  /// Where the field's own preconditioner is applied; see ``PreconditionedField``.
  public enum Preconditioning: Sendable, Equatable {
    /// Nowhere.
    case none
    /// Inside the norm that stops the iteration: ruins that test where γ is large.
    case left
    /// Outside that norm.
    case right
  }

  static let largestDenseWidth = 32

  func resolved(width: Int) -> LinearSolverChoice {
    guard self == .automatic else { return self }
    return width <= Self.largestDenseWidth ? .dense : .krylov()
  }
}
