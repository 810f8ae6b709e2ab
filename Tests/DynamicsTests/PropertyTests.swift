import Dynamics
import Integration
import LinearAlgebra
import Testing

@Suite("Properties of settled states (SCIENCE 8.10)")
struct PropertyTests {
  static let seeds: [UInt64] = [1, 2, 3, 4]

  /// A tanh network with targets near what it does freely.
  private func model(seed: UInt64, _ controller: any Controller) throws -> Model {
    try GradientTests.model(.recurrent, Tanh(), .squared, controller, seed: seed)
  }

  private func loop(_ leak: Double) -> OutputController {
    .leakyIntegral(leak: leak, timeConstant: 20)
  }

  @Test("H does not depend on the controller, if its columns are aligned", arguments: seeds)
  func controllers(seed: UInt64) throws {
    var model = try model(seed: seed, DynamicInversion(output: loop(0)))
    model.samples = model.samples.selecting([0])
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    let energy = try model.under(EnergyBased(output: loop(0))).settle()
    #expect(energy.areSettled, "\(energy.summaries)")
    #expect(abs(energy.controlEnergy(0) - state.controlEnergy(0)) < 1e-10)
    // Linear feedback through JᵀM at the controlled state.
    let j = try model.sensitivity(at: state)
    var linear = model.under(LinearFeedback(output: loop(0), paths: ["h": .weights]))
    linear.parameters["h.control"].values =
      (j.transposed * DenseMatrix([[1.2, 0.3], [-0.2, 0.8]])).elements
    let feedback = try linear.settle()
    #expect(feedback.areSettled, "\(feedback.summaries)")
    #expect(near(feedback.observation.phi, Array(state.observation.phi), 1e-9))
    #expect(abs(feedback.controlEnergy(0) - state.controlEnergy(0)) < 1e-10)
  }

  @Test("F falls as \u{3b1} grows, and stays below H", arguments: seeds)
  func monotone(seed: UInt64) throws {
    let base = try model(seed: seed, DynamicInversion(output: loop(0)))
    var last = try base.settle().augmentedEnergy(leak: 0)
    #expect(last > 0)
    for leak in [1e-3, 1e-2, 0.1, 0.5, 1, 3, 10, 100] {
      // A gain of a thousand multiplies rounding too: 1e-12 would be within it.
      var options = Example.tight
      options.residual = 1e-10
      let state = try base.under(EnergyBased(output: .proportional(1 / leak))).settle(options)
      #expect(state.areSettled, "\(state.summaries)")
      let f = state.augmentedEnergy(leak: leak)
      #expect(f < last)
      last = f
    }
  }

  @Test("no control is needed if and only if the free output is right", arguments: seeds)
  func silent(seed: UInt64) throws {
    for leak in [0, 0.3] {
      var model = try model(seed: seed, DynamicInversion(output: loop(leak)))
      #expect(norm(try model.settle().observation.psi) > 1e-3)
      let free = try model.under(NoControl()).settle()
      model.samples.targets = free.observation.outputs
      let state = try model.settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(norm(state.observation.psi) < 1e-9)
      #expect(near(state.observation.phi, Array(free.observation.phi), 1e-9))
      // And the control grows with the error.
      for i in model.samples.targets.indices { model.samples.targets[i] += 1e-4 }
      let moved = norm(try model.settle().observation.psi)
      #expect(moved > 1e-6 && moved < 1e-2)
    }
  }

  /// k_i = 1, k_p = 2, α = 0.1: 1/(1/0.1 + 2) where u_i leaks, α where the total does.
  @Test("proportional-integral control obeys \u{3b1}_eff u = \u{2212}\u{2207}L")
  func effectiveLeak() throws {
    for (leakOn, expected) in [(OutputController.Leak.integral, 1.0 / 12), (.total, 0.1)] {
      let output = OutputController(
        integral: 1, proportional: 2, leak: 0.1, leakOn: leakOn, timeConstant: 5)
      #expect(abs(output.effectiveLeak - expected) < 1e-16)
      for controller: any Controller in [
        DynamicInversion(output: output), EnergyBased(output: output),
        LinearFeedback(output: output),
      ] {
        let state = try LinearOracleTests.model(controller, Tanh()).settle()
        #expect(state.areSettled, "\(state.summaries)")
        let error = zip(Example.target, state.observation.outputs).map { $0 - $1 }
        #expect(near(error, state.observation.u.map { expected * $0 }, 1e-11))
      }
      // The equilibrium is that of the leaky integral with that leak.
      let other = OutputController.leakyIntegral(leak: expected, timeConstant: 5)
      let a = try LinearOracleTests.model(EnergyBased(output: output), Tanh()).settle()
      let b = try LinearOracleTests.model(EnergyBased(output: other), Tanh()).settle()
      #expect(near(a.observation.phi, Array(b.observation.phi)))
    }
    #expect(OutputController.proportional(4).effectiveLeak == 0.25)
    #expect(OutputController.leakyIntegral(leak: 0).effectiveLeak == 0)
  }

  @Test("the free flow of a feedforward network arrives at its forward pass", arguments: seeds)
  func forwardPass(seed: UInt64) throws {
    let model = try GradientTests.model(.feedforward, Tanh(), .hard, NoControl(), seed: seed)
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    func layer(_ name: String, _ bias: String, _ rates: [Double]) -> [Double] {
      let weights = model.parameters[name]
      return (0..<weights.shape[0]).map { i in
        dot(weights.values[i * rates.count..<(i + 1) * rates.count], rates)
          + model.parameters[bias].values[i]
      }
    }
    func tanhs(_ x: [Double]) -> [Double] {
      var y = x
      Double.hyperbolicTangent(x, into: &y, count: x.count)
      return y
    }
    for row in 0..<state.count {
      let a = layer("x-a.weight", "a.bias", Array(model.samples.inputs[2 * row..<2 * row + 2]))
      let b = layer("a-b.weight", "b.bias", tanhs(a))
      let y = layer("b-y.weight", "y.bias", tanhs(b))
      #expect(near(state.observation.phi[7 * row..<7 * row + 7], a + b + y, 1e-11))
    }
    // The fixed-point iteration needs as many steps as there are layers.
    let iterated = try model.settle(SettlingOptions(method: .fixedPoint, residual: 1e-13))
    #expect(iterated.certificates.allSatisfy { $0.steps == 3 })
  }

  @Test(
    "\u{3c8} = \u{2212}f(\u{3c6}) and \u{2202}f\u{1d40}\u{3c8} + D\u{1d40}u = 0 at equilibrium",
    arguments: seeds)
  func brackets(seed: UInt64) throws {
    let leak = 0.3
    for controller: any Controller in [
      DynamicInversion(output: loop(leak)), EnergyBased(output: loop(leak)),
    ] {
      var model = try model(seed: seed, controller)
      model.samples = model.samples.selecting([1])
      let state = try model.settle()
      #expect(state.areSettled, "\(state.summaries)")
      let field = model.under(NoControl()).system()
      let f = try derivative(field, state.observation.phi)
      #expect(near(state.observation.psi, f.map { -$0 }, 1e-11))
      let back =
        try denseJacobian(field, at: state.observation.phi).transposed * state.observation.psi
      // Units 2 and 0 are read, in that order.
      let u = state.observation.u
      #expect(near([back[0] + u[1], back[1], back[2] + u[0]], [0, 0, 0], 1e-11))
      let error = zip(model.samples.targets, state.observation.outputs).map { $0 - $1 }
      #expect(near(error, u.map { leak * $0 }, 1e-11))
    }
  }

  @Test("energy, its gradient and the control of several samples are sums of each")
  func sums() throws {
    let model = try model(seed: 9, DynamicInversion(output: loop(0.3)))
    let together = try model.settle()
    var sum = 0.0
    var update: [String: [Double]] = [:]
    for row in 0..<3 {
      var one = model
      one.samples = model.samples.selecting([row])
      let state = try one.settle()
      sum += state.augmentedEnergy(leak: 0.3)
      update.merge(state.leastControlUpdate()) { zip($0, $1).map { $0 + $1 } }
    }
    #expect(abs(sum - together.augmentedEnergy(leak: 0.3)) < 1e-10)
    for (name, values) in together.leastControlUpdate() { #expect(near(values, update[name]!)) }
  }
}
