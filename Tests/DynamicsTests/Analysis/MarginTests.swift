import Dynamics
import Integration
import LinearAlgebra
import Testing

/// What moves the margin, against closed forms and against doing it.
@Suite("Analysis: what moves the margin")
struct MarginTests {
  private func controlled(_ loop: ScalarLoop) throws -> PhaseAnalysis {
    try #require(try SpectrumTests.analyze(loop.model()).controlled)
  }

  private func derivative(_ name: String, _ phase: PhaseAnalysis) throws -> Double {
    try #require(phase.sensitivities.first { $0.name == name }).derivative
  }

  @Test(
    "at the boundary \u{3c4}_u = 1/(2a\u{b3}) the margin changes sign, at the printed rate",
    arguments: [(3.99, 0.00025), (4.01, -0.00025)])
  func boundary(tau: Double, margin: Double) throws {
    let loop = ScalarLoop(a: 0.5, leak: 0, tau: tau)
    #expect(loop.isStable == (margin < 0))
    let phase = try controlled(loop)
    #expect(abs(phase.spectrum.margin - margin) < 5e-6)
    #expect(phase.spectrum.isStable == loop.isStable)
    // Re dλ/dτ_u at λ = ia: −1/(10 τ_u² a²) = −0.025, and 1 % of that for 0.25 % of τ_u.
    #expect(abs(try derivative("controller.output.tau", phase) + 0.025) < 2.5e-4)
  }

  @Test(
    "the derivative by \u{3c4}_u changes sign at 27/(4a\u{b3}), where the loop settles soonest",
    arguments: [(52.0, true), (56, false)])
  func optimum(tau: Double, improves: Bool) throws {
    // 6.75/0.125 = 54: there the pair meets on the real axis at −a/3.
    let phase = try controlled(ScalarLoop(a: 0.5, leak: 0, tau: tau))
    #expect((try derivative("controller.output.tau", phase) < 0) == improves)
    #expect((phase.spectrum.slowestOscillation != nil) == improves)
    #expect(abs(phase.spectrum.margin + 0.5 / 3) < 0.05)
  }

  @Test(
    "derivatives by leak and \u{3c4}_u are those of the characteristic polynomial",
    arguments: [
      ScalarLoop(a: 0.5, leak: 0.2, tau: 6), ScalarLoop(a: 0.9, leak: 0.05, tau: 1.5),
      ScalarLoop(a: 1.4, leak: 2, tau: 1),
    ])
  func closedForm(loop: ScalarLoop) throws {
    let phase = try controlled(loop)
    let expected = loop.derivatives(at: phase.spectrum.eigenvalues[0])
    for (name, value) in [
      ("controller.output.leak", expected.leak), ("controller.output.tau", expected.tau),
    ] {
      let row = try #require(phase.sensitivities.first { $0.name == name })
      // Central differences of step 10⁻⁴ of a smooth function: 10⁻⁸ and what its third derivative is.
      #expect(abs(row.derivative - value.real) < 1e-6 * (1 + value.magnitude), "\(name)")
      #expect(
        abs(row.frequencyDerivative - value.imaginary) < 1e-6 * (1 + value.magnitude), "\(name)")
    }
  }

  @Test("without a leak the derivative by the leak is the one-sided one")
  func oneSided() throws {
    let loop = ScalarLoop(a: 0.6, leak: 0, tau: 8)
    let phase = try controlled(loop)
    let expected = loop.derivatives(at: phase.spectrum.eigenvalues[0]).leak
    #expect(abs(try derivative("controller.output.leak", phase) - expected.real) < 1e-6)
  }

  /// The tanh example with one number changed, the sample settling anew.
  private func phase(_ name: String, times factor: Double) throws -> PhaseAnalysis {
    var controller = DynamicInversion(
      output: OutputController(
        integral: 0.8, proportional: 0.3, leak: 0.1, timeConstant: 5), timeConstant: 1.5)
    var populationTau = 1.0
    var gain = 1.0
    switch name {
    case "controller.output.leak": controller.output.leak *= factor
    case "controller.output.tau": controller.output.timeConstant *= factor
    case "controller.output.integral": controller.output.integral *= factor
    case "controller.output.proportional": controller.output.proportional *= factor
    case "controller.tau": controller.timeConstant *= factor
    case "network.populations.hidden.tau": populationTau = factor
    case "network.projections.hidden-hidden": gain = factor
    default: Issue.record("\(name) is not known")
    }
    let plain = try SpectrumTests.example(Tanh(), controller)
    var populations = plain.network.populations
    populations[1].timeConstant = populationTau
    let network = try Network(
      populations: populations, projections: plain.network.projections, loss: SquaredError(),
      output: plain.network.output)
    var model = Model(network, controller, Example.samples)
    model.parameters = plain.parameters
    for i in model.parameters["hidden-hidden.weight"].values.indices {
      model.parameters["hidden-hidden.weight"].values[i] *= gain
    }
    return try #require(
      try SpectrumTests.analyze(model) {
        $0.findsRemedies = factor == 1
        $0.forecasts = false
      }.controlled)
  }

  @Test(
    "every derivative is what becomes of the margin when the sample settles anew",
    arguments: [
      "controller.output.leak", "controller.output.tau", "controller.output.integral",
      "controller.output.proportional", "controller.tau", "network.populations.hidden.tau",
      "network.projections.hidden-hidden",
    ])
  func anew(name: String) throws {
    let here = try phase(name, times: 1)
    let row = try #require(here.sensitivities.first { $0.name == name })
    // Off by h² times the third derivative over six: a hundredth of h would do for functions whose
    // scale is that of the number itself.
    let h = 1e-3
    let quotient =
      try (phase(name, times: 1 + h).spectrum.margin - phase(name, times: 1 - h).spectrum.margin)
      / (2 * h * row.value)
    #expect(
      abs(row.derivative - quotient) < 1e-4 * abs(quotient) + 1e-7, "\(row.derivative) \(quotient)")
    #expect(abs(quotient) > 1e-4)
  }

  @Test("the change proposed for an unstable loop is stable, and what it promises")
  func remedy() throws {
    // With a leak descent finds the equilibrium that the flow leaves: 2a(aτ_u + α)² = 0.36 < 1.
    var loop = ScalarLoop(a: 0.5, leak: 0.1, tau: 1)
    #expect(!loop.isStable)
    let analysis = try SpectrumTests.analyze(loop.model())
    #expect(analysis.controlledCertificate?.outcome == .settledByDescent)
    let phase = try #require(analysis.controlled)
    #expect(phase.spectrum.margin > 0 && phase.measuredTime.isNaN)
    #expect(phase.forecast?.time == .infinity)
    let diagnosis = phase.diagnosis(isControlled: true)
    #expect(diagnosis.cause == .loop)
    let remedy = try #require(phase.remedy)
    #expect(diagnosis.arguments.contains(remedy.argument))
    #expect(remedy.proposedMargin < remedy.margin && remedy.margin == phase.spectrum.margin)
    switch remedy.name {
    case "controller.output.tau": loop.tau = remedy.proposed
    case "controller.output.leak": loop.leak = remedy.proposed
    default: return
    }
    #expect(abs(try controlled(loop).spectrum.margin - remedy.proposedMargin) < 1e-9)
  }

  @Test("a network that is unstable by itself is named as the cause")
  func network() throws {
    // a < 0: dynamic inversion is unstable for every τ_u, and nothing settles freely.
    let analysis = try SpectrumTests.analyze(ScalarLoop(a: -0.2, leak: 0.1, tau: 5).model())
    #expect(analysis.free == nil && !analysis.isComplete)
    let phase = try #require(analysis.controlled)
    #expect(abs(phase.networkMargin - 0.2) < 1e-12 && !phase.spectrum.isStable)
    let diagnosis = phase.diagnosis(isControlled: true)
    #expect(diagnosis.cause == .network)
    #expect(diagnosis.advice?.contains("controller.kind=energy") == true)
    #expect(
      diagnosis.arguments.contains { $0.hasPrefix("network.projections.h-h.constraint=") })
  }
}
