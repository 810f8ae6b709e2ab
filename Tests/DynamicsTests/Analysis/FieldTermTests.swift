import Dynamics
import LinearAlgebra
import Testing

@Suite("What moves a variable, and on which time scales")
struct FieldTermTests {
  private let loop = ScalarLoop(a: 0.5, leak: 0.1, tau: 2)

  private func make() throws -> (FlowSetting, Samples) {
    let model = try loop.model()
    return (FlowSetting(model.network, model.controller, model.parameters), model.samples)
  }

  @Test("the terms of a linear neuron under dynamic inversion are those of its equations")
  func terms() throws {
    let (setting, sample) = try make()
    let z: ContiguousArray<Double> = [2, -3, 4]
    func terms(_ column: Int) throws -> [String: Double] {
      Dictionary(
        uniqueKeysWithValues: try SampleFlow.terms(of: column, at: z, setting, sample: sample)
          .map { ($0.name, $0.value) })
    }
    // φ: −φ + 0.7·1 + 0.5·φ + ψ;  ψ: −ψ + 0.5·ψ + u;  u: −(φ − 0.4) − 0.1·u
    let phi = try terms(0)
    for (name, value) in ["leak": -2.0, "x-h": 0.7, "h-h": 1, "control": -3] {
      #expect(abs((phi[name] ?? .nan) - value) < 1e-12, "\(name): \(phi)")
    }
    let psi = try terms(1)
    for (name, value) in ["leak": 3.0, "h-h": -1.5, "control": 4] {
      #expect(abs((psi[name] ?? .nan) - value) < 1e-12, "\(name): \(psi)")
    }
    let u = try terms(2)
    for (name, value) in ["leak": -0.4, "error": -1.6] {
      #expect(abs((u[name] ?? .nan) - value) < 1e-12, "\(name): \(u)")
    }
    // The largest comes first.
    #expect(try SampleFlow.terms(of: 1, at: z, setting, sample: sample)[0].name == "control")
    #expect(try SampleFlow.terms(of: 0, at: [.nan, 0, 0], setting, sample: sample).isEmpty)
  }

  @Test("time scales are those of the eigenvalues")
  func scales() throws {
    let (setting, sample) = try make()
    let flow = SampleFlow(setting, sample: sample)
    let values = try flow.jacobian([0, 0, 0]).eigenvalues()
    let scales = try #require(try TimeScales(flow, at: [0, 0, 0]))
    #expect(abs(scales.fastestRate - values.map(\.magnitude).max()!) < 1e-12)
    #expect(abs(scales.slowestRate - values.map(\.real.magnitude).min()!) < 1e-12)
    #expect(abs(scales.leadingEigenvalue - values.map(\.real).max()!) < 1e-12)
    #expect(try TimeScales(flow, at: [.nan, 0, 0]) == nil)
  }
}
