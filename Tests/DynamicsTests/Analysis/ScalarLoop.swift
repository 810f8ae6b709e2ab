import Dynamics
import LinearAlgebra

/// One linear neuron under dynamic inversion, a = 1 − w, whose characteristic polynomial is
/// (λ + a)²(τ_u λ + α) + 1 (SCIENCE 2.3, 8.4).
struct ScalarLoop {
  var a: Double
  var leak: Double
  var tau: Double

  func model() throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input),
        Population(name: "h", size: 1, hasBias: false),
      ],
      projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h"))
    return Model(
      network, DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: tau)),
      Samples(count: 1, inputs: [1], targets: [0.4]),
      ["x-h.weight": [0.7], "h-h.weight": [1 - a]])
  }

  /// What Routh and Hurwitz say.
  var isStable: Bool { 2 * a * (a * tau + leak) * (a * tau + leak) > tau }

  /// dλ/dα and dλ/dτ_u at a root, by the implicit function theorem.
  func derivatives(at root: Complex) -> (leak: Complex, tau: Complex) {
    let rise = root + Complex(a)
    let loop = tau * root + Complex(leak)
    let slope = 2 * (rise * loop) + tau * (rise * rise)
    let byLeak = (-1) * (rise * rise / slope)
    return (byLeak, byLeak * root)
  }
}
