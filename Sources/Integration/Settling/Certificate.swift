#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What became of a sample that was to settle.
public enum Outcome: String, Sendable, Equatable, CaseIterable {
  /// At an equilibrium, reached by the flow (or by the method asked for).
  case settled
  /// At an equilibrium that was found by descent on F: slow or unstable under its own controller.
  case settledByDescent = "settled-by-descent"
  /// Crosses zero again and again without decaying fast enough.
  case oscillating
  /// Moving on without coming back and without slowing down.
  case drifting
  /// Beyond all bounds, or not a number.
  case diverged
  /// Still on its way at the limit of model time.
  case outOfTime = "out-of-time"
  /// Out of steps, evaluations or iterations.
  case outOfSteps = "out-of-steps"
  /// The solver gave up; ``Attempt/message`` says why.
  case solverFailure = "solver-failure"

  /// Whether the state is an equilibrium. Only then may anything be read from it.
  public var isEquilibrium: Bool { self == .settled || self == .settledByDescent }

  /// What it means and what to try.
  public var advice: String {
    switch self {
    case .settled: "at equilibrium"
    case .settledByDescent:
      "at an equilibrium that its own controller does not reach: slow or unstable under it"
    case .oscillating:
      "oscillates; slow the controller (controller.output.tau), raise controller.output.leak, or "
        + "check that the free network is stable"
    case .drifting:
      "drifts; a target out of reach without a leak does that (set controller.output.leak)"
    case .diverged:
      "diverges; the network is unstable: lower its recurrent gain"
    case .outOfTime: "is still on its way; raise settling.limits.time"
    case .outOfSteps:
      "is still on its way; raise settling.limits.evaluations or settling.limits.steps"
    case .solverFailure: "the solver gave up"
    }
  }
}

/// One try at settling a sample.
public struct Attempt: Sendable, Equatable {
  /// The method of an attempt in which the field itself had the last word, and took back what another had claimed.
  package static let verification = "verification"

  /// What was tried, such as `bdf`.
  public var method: String
  /// Nil where it brought the sample near its equilibrium and left the rest to another method.
  public var outcome: Outcome?
  /// The residual at which it ended.
  public var residual: Double
  /// Evaluations of the field.
  public var evaluations: Int
  /// Steps or iterations.
  public var steps: Int
  /// Why the solver gave up, where it did.
  public var message: String?

  /// From its parts.
  public init(
    method: String, outcome: Outcome?, residual: Double, evaluations: Int, steps: Int,
    message: String? = nil
  ) {
    self.method = method
    self.outcome = outcome
    self.residual = residual
    self.evaluations = evaluations
    self.steps = steps
    self.message = message
  }
}

/// The proof, or the refusal, that a sample is at equilibrium.
///
/// Residuals are evaluated on the field itself at the state that is returned.
public struct Certificate: Sendable, Equatable {
  /// What became of the sample.
  public var outcome: Outcome
  /// The largest of ``residuals``, or the joint residual where that is the criterion; NaN where the
  /// sample is not at equilibrium for want of a finite field.
  public var residual: Double
  /// ‖F_k‖ / (floor + ‖z_k‖) by variable.
  public var residuals: [Double]
  /// The names that belong to ``residuals``.
  public var variables: [String]
  /// The component whose bracket is largest against its variable's norm, such as `phi.hidden.3`.
  public var worstComponent: String
  /// When it settled, in the model's time since the start; NaN for methods without time.
  public var settlingTime: Double
  /// Evaluations of the field while the sample was in the batch, all attempts together.
  public var evaluations: Int
  /// Jacobian–vector products, likewise.
  public var jacobianProducts: Int
  /// Steps or iterations of all attempts.
  public var steps: Int
  /// What was tried, in order.
  public var attempts: [Attempt]
  /// The largest real part among the eigenvalues of the field's Jacobian; on request.
  public var leadingEigenvalue: Double?
  /// ‖J⁻¹F‖, a first-order estimate of the distance to the equilibrium; on request.
  public var distance: Double?

  package init(
    outcome: Outcome, residual: Double, residuals: [Double], variables: [String],
    worstComponent: String, settlingTime: Double, evaluations: Int, jacobianProducts: Int,
    steps: Int, attempts: [Attempt]
  ) {
    self.outcome = outcome
    self.residual = residual
    self.residuals = residuals
    self.variables = variables
    self.worstComponent = worstComponent
    self.settlingTime = settlingTime
    self.evaluations = evaluations
    self.jacobianProducts = jacobianProducts
    self.steps = steps
    self.attempts = attempts
  }

  /// Whether the state is an equilibrium.
  public var isEquilibrium: Bool { outcome.isEquilibrium }

  /// One line for people, with what to try where it did not settle.
  public var summary: String { isEquilibrium ? finding : "\(finding); \(outcome.advice)" }

  /// One line for people, without advice.
  public var finding: String {
    var text = "\(outcome.rawValue), residual \(Self.short(residual)) (worst: \(worstComponent)), "
    text += "\(steps) steps, \(evaluations) evaluations"
    if attempts.count > 1 {
      text += "; attempts: "
      text += attempts.map {
        "\($0.method) \($0.outcome?.rawValue ?? "handed over") at \(Self.short($0.residual)) after "
          + "\($0.evaluations) evaluations"
      }.joined(separator: ", ")
    }
    if let message = attempts.last?.message { text += "; \(message)" }
    return text
  }

  /// Three digits, which is more than a residual means.
  private static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    let digits = (value / pow(10, Double(exponent)) * 100).rounded() / 100
    return exponent == 0 ? "\(digits)" : "\(digits)e\(exponent)"
  }
}
