/// The controller of the output: what makes u from the loss, τ_u u̇_i = −∇_y L − αu_i and
/// u = k_i u_i − k_p ∇_y L (SCIENCE 2.1; least-control paper, Eq. 6 and 121).
public struct OutputController: Sendable, Equatable {
  /// Which variable leaks.
  public enum Leak: String, Sendable, CaseIterable {
    /// The integral u_i: τ_u u̇_i = −∇L − αu_i, the paper's code.
    case integral
    /// The total u: τ_u u̇_i = −∇L − αu, deep feedback control's code.
    case total
  }

  /// k_i; 0 leaves proportional control without a state.
  public var integral: Double
  /// k_p
  public var proportional: Double
  /// α
  public var leak: Double
  /// What the leak acts on.
  public var leakOn: Leak
  /// τ_u, in the model's unit of time.
  public var timeConstant: Double

  /// From its parts.
  public init(
    integral: Double = 1, proportional: Double = 0, leak: Double = 1,
    leakOn: Leak = .integral, timeConstant: Double = 1
  ) {
    precondition(timeConstant > 0 && leak >= 0 && integral >= 0)
    precondition(integral == 0 || proportional >= 0)
    precondition(integral > 0 || proportional != 0, "a controller without any gain")
    self.integral = integral
    self.proportional = proportional
    self.leak = leak
    self.leakOn = leakOn
    self.timeConstant = timeConstant
  }

  /// u = −k_p ∇L alone. A negative gain pushes away from the target, and its α_eff is negative.
  public static func proportional(_ gain: Double) -> OutputController {
    OutputController(integral: 0, proportional: gain, leak: 0)
  }

  /// Outputs held at their targets, the limit of infinite gain: β = ∞, α_eff = 0. Their potentials
  /// follow τφ̇ = t − φ, and u is what that takes.
  public static var clamp: OutputController { .proportional(.infinity) }

  /// Whether it holds the outputs at their targets.
  public var isClamped: Bool { integral == 0 && proportional == .infinity }

  /// τ_u u̇ = −∇L − αu
  public static func leakyIntegral(leak: Double, timeConstant: Double = 1) -> OutputController {
    OutputController(leak: leak, timeConstant: timeConstant)
  }

  /// Whether u_i is part of the state.
  public var hasState: Bool { integral > 0 }

  /// α_eff, by which α_eff·u = −∇L at equilibrium.
  public var effectiveLeak: Double {
    guard hasState else { return 1 / proportional }
    switch leakOn {
    case .integral: return leak == 0 ? 0 : 1 / (integral / leak + proportional)
    case .total: return leak
    }
  }

  /// u_i/u at equilibrium: −∇L = α_eff·u there, so k_i·u_i = u + k_p·∇L = (1 − k_p·α_eff)·u.
  var integralShare: Double { (1 - proportional * effectiveLeak) / integral }
}
