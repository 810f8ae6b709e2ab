import Dynamics
import Integration
import LinearAlgebra
import Testing

/// The eigenvalues of closed loops, against SCIENCE 8.1, 8.2 and 8.4.
@Suite("Analysis: spectra")
struct SpectrumTests {
  static func analyze(
    _ model: Model, _ change: (inout EquilibriumAnalyzer.Options) -> Void = { _ in }
  ) throws -> SampleAnalysis {
    var options = EquilibriumAnalyzer.Options()
    change(&options)
    return try EquilibriumAnalyzer(
      model.network, controller: model.controller, parameters: model.parameters, options: options
    ).analyze(model.samples)[0]
  }

  static func example(_ activation: any Activation, _ controller: any Controller) throws -> Model {
    let network = try Example.network(activation)
    return Model(
      network, controller, Example.samples,
      [
        "input-hidden.weight": Array(Example.inputWeights.joined()),
        "hidden-hidden.weight": Array(Example.weights.joined()),
      ])
  }

  @Test(
    "the printed max Re \u{3bb} of the linear loop, six settings of leak and \u{3c4}_u",
    arguments: [
      (0.0, 1.0, -0.0062263764), (0, 2, -0.1069650560), (0, 5, -0.2044599801),
      (0, 20, -0.0557202497), (0.1, 1, -0.0457425736), (1, 1, -0.3639938299),
    ])
  func linear(leak: Double, tau: Double, margin: Double) throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: tau))
    let phase = try #require(
      try Self.analyze(Self.example(Identity(), controller)).controlled)
    #expect(abs(phase.spectrum.margin - margin) < 1e-10)
    // The leading eigenvalue of W, less one.
    #expect(abs(phase.networkMargin - (0.2258723361 - 1)) < 1e-10)
    #expect(phase.isRefined && phase.spectrum.isStable)
  }

  @Test("the printed eigenvalues of the tanh loop, their time constants and periods")
  func tanh() throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.1))
    let phase = try #require(try Self.analyze(Self.example(Tanh(), controller)).controlled)
    let printed: [(Double, Double)] = [
      (-0.0746037693, 0.830231212), (-0.0746037693, -0.830231212),
      (-0.1177080921, 0.7905392712), (-0.1177080921, -0.7905392712),
      (-0.9175073051, 0.6057742514), (-0.9175073051, -0.6057742514),
      (-1.5393876775, 0), (-1.7086531728, 0),
    ]
    #expect(phase.spectrum.eigenvalues.count == printed.count)
    for (value, (real, imaginary)) in zip(phase.spectrum.eigenvalues, printed) {
      #expect(abs(value.real - real) < 1e-9 && abs(value.imaginary - imaginary) < 1e-9)
      #expect(abs(value.timeConstant * -real - 1) < 1e-8)
    }
    let slowest = try #require(phase.spectrum.slowestOscillation)
    #expect(abs(slowest.period - 2 * .pi / 0.830231212) < 1e-7)
    let size = (0.0746037693 * 0.0746037693 + 0.830231212 * 0.830231212).squareRoot()
    #expect(abs(slowest.damping - 0.0746037693 / size) < 1e-9)
  }

  @Test(
    "the printed max Re \u{3bb} of the tanh loop without a leak",
    arguments: [(1.0, -0.0534011361), (10, -0.1666090643)])
  func tanhIntegral(tau: Double, margin: Double) throws {
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0, timeConstant: tau))
    let phase = try #require(try Self.analyze(Self.example(Tanh(), controller)).controlled)
    #expect(abs(phase.spectrum.margin - margin) < 1e-9)
  }

  @Test("eigenvalues of a Jordan block are no oscillation, whatever rounding makes of them")
  func multiple() throws {
    // A chain of six linear units: one eigenvalue, six times, with one eigenvector.
    var populations = [Population(name: "x", size: 1, role: .input)]
    var projections: [any Projection] = []
    for k in 0..<6 {
      populations.append(Population(name: "p\(k)", size: 1, hasBias: false))
      projections.append(DenseProjection(from: k == 0 ? "x" : "p\(k - 1)", to: "p\(k)"))
    }
    let network = try Network(
      populations: populations, projections: projections, loss: SquaredError(),
      output: .init(population: "p5"))
    let values = Dictionary(
      uniqueKeysWithValues: projections.map { ($0.weightName, [1.3]) })
    let model = Model(network, NoControl(), Samples(count: 1, inputs: [1]), values)
    let phase = try #require(try Self.analyze(model).free)
    #expect(phase.spectrum.slowestOscillation == nil)
    #expect(abs(phase.spectrum.margin + 1) < 1e-2)
  }
}
