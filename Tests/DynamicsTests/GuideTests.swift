import Dynamics
import Integration
import LinearAlgebra
import Testing

/// With a guide, `auto` lets dynamic inversion find the equilibria of energy-based dynamics.
@Suite("Energy-based equilibria found by dynamic inversion")
struct GuideTests {
  private static let kinds: [Zoo] = [.energy, .energyProportional, .energyDeep]

  private func isGuided(_ state: SettledState) -> Bool {
    state.certificates.contains { $0.attempts.contains { $0.method.hasPrefix("guide, ") } }
  }

  private func automatic(_ residual: Double) -> SettlingOptions {
    var options = SettlingOptions(method: .automatic, residual: residual)
    options.usesGuide = true
    return options
  }

  @Test("they are those that the energy-based flow itself leads to", arguments: kinds)
  func same(kind: Zoo) throws {
    for loss: any Loss in [SquaredError(), CrossEntropy()] {
      for seed in 1...4 as ClosedRange<UInt64> {
        let model = try kind.model(loss, size: 12, seed: seed)
        let truth = try model.settle()
        try #require(truth.areSettled, "\(truth.summaries)")
        let found = try model.settle(automatic(1e-9))
        for certificate in found.certificates {
          #expect(certificate.outcome == .settled, "\(certificate.summary)")
          #expect(certificate.residual <= 1e-9)
          #expect(certificate.variables == truth.certificates[0].variables, "its own field's")
          #expect(certificate.attempts.first?.method.hasPrefix("guide, ") == true)
          #expect(
            certificate.evaluations
              >= certificate.attempts.reduce(0) { $0 + $1.evaluations })
        }
        // Weak recurrence (0.5): Hess F is no worse than (1 − 0.5)² or so, and ‖ψ‖ is of order one.
        #expect(
          largestDifference(found.observation.phi, truth.observation.phi) <= 1e-7,
          "\(kind) \(loss.name) \(seed)")
        #expect(largestDifference(found.observation.psi, truth.observation.psi) <= 1e-7)
        #expect(largestDifference(found.observation.u, truth.observation.u) <= 1e-7)
      }
    }
  }

  /// ψ = −f is then a thousandth of φ, and a φ that is right to 1e-6 of its own norm leaves ψ wrong by as
  /// much as it is large.
  @Test("where control is weak, what the polish claims holds on the field at once")
  func weakControl() throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let model = try Zoo.energy.model(
        CrossEntropy(), size: 40, gain: 0.9, samples: 30, seed: seed,
        controller: EnergyBased(output: .leakyIntegral(leak: 200, timeConstant: 2000)))
      let state = try model.settle(automatic(1e-6))
      for (row, certificate) in state.certificates.enumerated() {
        #expect(certificate.outcome == .settled, "\(certificate.summary)")
        #expect(
          !certificate.attempts.contains { $0.method == "verification" },
          "the field had to take it back: \(certificate.summary)")
        #expect(state.controlEnergy(row).squareRoot() < 0.02)
      }
    }
  }

  @Test("an unstable network, which dynamic inversion cannot settle, settles all the same")
  func unstableNetwork() throws {
    // One unit that excites itself, f = 1.5φ − φ + …, and the output reads it.
    let network = try Network(
      populations: [
        Population(name: "h", size: 1), Population(name: "y", size: 1),
      ],
      projections: [DenseProjection(from: "h", to: "h"), DenseProjection(from: "h", to: "y")],
      loss: SquaredError(), output: .init(population: "y"))
    let model = Model(
      network, EnergyBased(output: .leakyIntegral(leak: 1, timeConstant: 5)),
      Samples(count: 1, inputs: [], targets: [1]),
      ["h-h.weight": [1.5], "h-y.weight": [1], "h.bias": [0.2]])
    let inversion = try model.under(
      DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    ).settle(SettlingOptions(method: .bdf))
    #expect(!inversion.areSettled)
    let state = try model.settle(automatic(1e-9))
    #expect(state.certificates[0].outcome == .settled, "\(state.summaries)")
    // Linear: ψ_h = −(0.5φ + 0.2); 0.5ψ_h + ψ_y = 0; y = φ + ψ_y; ψ_y = u = 1 − y.
    // ψ_y = 0.25φ + 0.1, so y = 1.25φ + 0.1 = 1 − ψ_y = 0.9 − 0.25φ and φ = 0.8/1.5.
    #expect(near(state.observation.phi, [0.8 / 1.5, 1.25 * 0.8 / 1.5 + 0.1], 1e-8))
  }

  @Test("there is none where u is no function of y, and none for ways that are asked for by name")
  func none() throws {
    #expect(
      EnergyBased(output: .leakyIntegral(leak: 0)).guide(
        for: try Zoo.energy.model(SquaredError(), seed: 1).network) == nil)
    let model = try Zoo.energy.model(SquaredError(), seed: 1)
    for method in [SettlingOptions.Method.bdf, .newton, .descent] {
      var options = automatic(1e-6)
      options.method = method
      let state = try model.settle(options)
      #expect(!isGuided(state), "\(method)")
    }
    var unpolished = automatic(1e-6)
    unpolished.polish = .none
    #expect(!isGuided(try model.settle(unpolished)))
    #expect(!isGuided(try model.settle(SettlingOptions(method: .automatic))), "nor unasked")
    #expect(isGuided(try model.settle(automatic(1e-6))))
  }
}
