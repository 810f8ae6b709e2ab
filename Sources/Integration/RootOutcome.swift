/// How a search for a root ended, by KINSOL's own judgement.
public enum RootOutcome: String, Sendable, Equatable, Codable, CaseIterable {
  /// The tolerance is met.
  case converged
  /// The first guess met the tolerance.
  case startedAtRoot
  /// The steps became too small to matter.
  case stepTooSmall
  /// The limit of iterations was reached.
  case iterationLimit
  /// The line search found no descent.
  case lineSearchFailed
  /// Five steps in a row had the largest length allowed.
  case stepsTooLong
  /// The linear solver did not converge.
  case linearSolverFailed

  /// Whether KINSOL claims a root.
  public var isConverged: Bool { self == .converged || self == .startedAtRoot }

  var sentence: String {
    switch self {
    case .converged: "converged"
    case .startedAtRoot: "the first guess met the tolerance"
    case .stepTooSmall: "the steps became too small to matter"
    case .iterationLimit: "the limit of iterations was reached"
    case .lineSearchFailed: "the line search found no descent"
    case .stepsTooLong: "five steps in a row had the largest length allowed"
    case .linearSolverFailed: "the linear solver did not converge"
    }
  }
}
