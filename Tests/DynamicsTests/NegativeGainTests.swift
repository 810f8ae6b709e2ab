import Dynamics
import Integration
import LinearAlgebra
import Testing

/// u = −β∇L with β < 0 pushes away from the target: α_eff = 1/β is negative, and the closed forms of
/// SCIENCE 8.0 hold as they are.
@Suite("Negative gain")
struct NegativeGainTests {
  @Test(
    "the linear example rests where the closed form says",
    arguments: [-0.3, -0.05], [SettlingOptions.Method.bdf, .automatic])
  func closedForm(beta: Double, method: SettlingOptions.Method) throws {
    let j = DenseMatrix([
      [0.4702627939, 0.8990318119, -0.1659751037], [0.0414937759, 0.3734439834, 1.1618257261],
    ])
    var options = Example.tight
    options.method = method
    for controller: any Controller in [
      DynamicInversion(output: .proportional(beta)), EnergyBased(output: .proportional(beta)),
      LinearFeedback(output: .proportional(beta), paths: ["hidden": .weights]),
    ] {
      let state = try Example.settle(
        Identity(), controller,
        change: {
          if $0.index(of: "hidden.control") != nil {
            $0["hidden.control"].values = j.transposed.elements
          }
        }, options: options)
      #expect(state.areSettled, "\(controller.name): \(state.summaries)")
      // u = (αI + JJᵀ)⁻¹e₀ by Cramer's rule; ψ = Jᵀu. J and e₀ are known to ten digits.
      let g = j * j.transposed
      let (a, b, d) = (g[0, 0] + 1 / beta, g[0, 1], g[1, 1] + 1 / beta)
      let e = [1.1542185339, -0.6128630705]
      let u = [
        (d * e[0] - b * e[1]) / (a * d - b * b), (a * e[1] - b * e[0]) / (a * d - b * b),
      ]
      #expect(near(state.observation.u, u, 1e-9))
      let psi = (0..<3).map { j[0, $0] * u[0] + j[1, $0] * u[1] }
      #expect(near(state.observation.psi, psi, 1e-9))
    }
  }

  @Test("nudging towards a class and away from it settles under every controller")
  func classes() throws {
    for kind in [Zoo.recurrent, .deep, .outputCycle, .readout, .linearOutputCycle] {
      let model = try kind.model(CrossEntropy(), samples: 3, seed: 5)
      let controller = try #require(model.controller.nudged(by: -0.2))
      var options = Example.tight
      options.method = .automatic
      let free = try model.under(NoControl()).settle()
      let state = try model.under(controller).settle(options)
      #expect(state.areSettled, "\(kind): \(state.summaries)")
      for row in 0..<3 {
        #expect(state.observation.losses[row] > free.observation.losses[row])
      }
    }
  }
}
