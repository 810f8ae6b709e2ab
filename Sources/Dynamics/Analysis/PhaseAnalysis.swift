public import Integration

/// One sample at an equilibrium, free or controlled.
public struct PhaseAnalysis: Sendable {
  /// How the sample settled, to the model's own residual.
  public var certificate: Certificate
  /// ‖J⁻¹F‖ where it settled: the distance to the equilibrium, to first order. NaN where J is singular.
  public var distance: Double
  /// Whether Newton's method followed the equilibrium down to rounding. If not, all figures are of
  /// where the sample settled.
  public var isRefined: Bool
  /// Eigenvalues of the flow at the equilibrium.
  public var spectrum: Spectrum
  /// The largest real part of the network's own eigenvalues, uncontrolled, at this φ.
  public var networkMargin: Double
  /// d max Re λ for every number that can be turned; empty where it was not asked for.
  public var sensitivities: [MarginSensitivity]
  /// The change of the controller that helps most; nil where none does, or none was asked for.
  public var remedy: Remedy?
  /// |wᴴv| of the leading eigenvalue: near 0 its derivatives mean little.
  public var eigenvectorCosine: Double
  /// When the sample should settle from zero by the linear flow; nil where it was not asked for.
  public var forecast: SettlingForecast?
  /// When it did, to a hundredth of the forecast; NaN where it did not settle by the flow, or nobody
  /// asked.
  public var measuredTime: Double
  /// At the equilibrium.
  public var phi: ContiguousArray<Double>
  /// ψ of every unit, [units].
  public var psi: ContiguousArray<Double>
  /// u of every output, [outputs].
  public var u: ContiguousArray<Double>
  /// What the loss reads, [outputs].
  public var outputs: ContiguousArray<Double>
  /// L; NaN without a target.
  public var loss: Double
  /// The singular values of J = S_y A⁻¹, falling: how far the free output moves with a control of the
  /// units of norm 1. Empty where A is singular.
  public var outputSensitivities: [Double]

  /// ½‖ψ‖², the control energy H.
  public var controlEnergy: Double { psi.reduce(0) { $0 + $1 * $1 } / 2 }

  /// H + L/α_eff, the augmented energy F.
  public func augmentedEnergy(leak: Double) -> Double {
    leak > 0 ? controlEnergy + loss / leak : controlEnergy
  }
}

/// What control costs at one equilibrium.
public struct ControlCost: Sendable {
  /// ‖ψ‖ of each population of units, in their order.
  public var norms: [(population: String, norm: Double)]
  /// ‖ψ‖ of the least control that reaches the same output; NaN where none was found.
  public var leastNorm: Double
  /// Nil where the controller's Q is not known.
  public var alignment: ControlAlignment?
  let norm: Double

  /// ‖ψ‖ in proportion to the least that reaches the same output, less 1: 0 where control is optimal.
  public var gap: Double {
    leastNorm > 0 ? norm / leastNorm - 1 : norm > 0 ? (leastNorm == 0 ? .infinity : .nan) : 0
  }
}

/// Where a sample settles when it is released from control.
public struct Release: Sendable {
  /// How it settled after control.
  public var certificate: Certificate
  /// ‖φ − φ′‖ of the free equilibrium from zero and the one after control; NaN where one is missing.
  public var distance: Double
  /// L of the free output after control.
  public var loss: Double
  /// Whether both are the same state; nil where one is missing.
  public var isSame: Bool?
}

/// All that is known of one sample.
public struct SampleAnalysis: Sendable {
  /// Its number in its source.
  public var index: Int
  /// Nil where it did not settle; see ``freeCertificate``.
  public var free: PhaseAnalysis?
  /// What became of it without control, from φ = 0.
  public var freeCertificate: Certificate
  /// Nil without a controller, and where it did not settle.
  public var controlled: PhaseAnalysis?
  /// Nil without a controller.
  public var controlledCertificate: Certificate?
  /// What the control costs, against the least that would do; nil where it did not settle
  /// under control.
  public var cost: ControlCost?
  /// What it does after control; nil where it did not settle under control.
  public var release: Release?

  /// Whether it settled in every phase that there is.
  public var isComplete: Bool {
    free != nil && (controlled != nil) == (controlledCertificate != nil)
      && release?.certificate.isEquilibrium != false
  }
}
