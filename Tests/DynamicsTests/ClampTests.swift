import Dynamics
import Integration
import LinearAlgebra
import Testing

/// Outputs held at their targets: the limit of control without a leak (SCIENCE 2.1, 8.1 and 8.2).
@Suite("Clamped outputs")
struct ClampTests {
  static let controllers: [any Controller] = [
    DynamicInversion(output: .clamp), DynamicInversion(output: .clamp, timeConstant: 3),
    EnergyBased(output: .clamp),
  ]

  static var methods: [SettlingOptions] {
    [SettlingOptions.Method.bdf, .automatic].map {
      var options = Example.tight
      options.method = $0
      return options
    }
  }

  @Test("come to the printed least control, at the target itself", arguments: [true, false])
  func oracle(isLinear: Bool) throws {
    let (phi, psi, u, energy) =
      isLinear
      ? (
        [1.387654321, 0.5, -0.2], [0.5301234568, 0.8549382716, -0.8212345679],
        [1.1748518519, -0.5390123457], 0.8431882716049381
      )
      : (
        [0.9907679396, 0.5, -0.2], [0.2476027018, 1.1112373862, -0.8733911246],
        [1.2883252899, -0.5157241477], 1.029483841520228
      )
    for controller in Self.controllers {
      #expect(controller.effectiveLeak == 0)
      for options in Self.methods {
        let state = try Example.settle(
          isLinear ? Identity() : Tanh(), controller, options: options)
        #expect(state.areSettled, "\(controller.name): \(state.summaries)")
        #expect(near(state.observation.phi, phi))
        #expect(near(state.observation.psi, psi))
        #expect(near(state.observation.u, u))
        #expect(abs(state.controlEnergy(0) - energy) < 2e-10)
      }
    }
  }

  @Test("in single precision come to the same, within it", arguments: [0, 1])
  func single(index: Int) throws {
    let controller: any Controller =
      index == 0 ? DynamicInversion(output: .clamp) : EnergyBased(output: .clamp)
    let options = SettlingOptions(method: .automatic, residual: 1e-6)
    let state = try Example.settle(Tanh(), controller, precision: .single, options: options)
    #expect(state.areSettled, "\(state.summaries)")
    #expect(near(state.observation.psi, [0.2476027018, 1.1112373862, -0.8733911246], 1e-5))
  }

  /// Each shape of network that the map tells apart: the clamp rests where control without a leak does.
  @Test(
    "rest where integral control without a leak rests",
    arguments: [Zoo.recurrent, .deep, .outputCycle, .subset, .subsetOfCycle, .outputProjectsOn])
  func integral(kind: Zoo) throws {
    let integral = OutputController.leakyIntegral(leak: 0, timeConstant: 20)
    let model = try kind.model(
      SquaredError(), size: 4, samples: 2, seed: 3, controller: DynamicInversion(output: integral))
    let expected = try model.settle()
    try #require(expected.areSettled, "\(expected.summaries)")
    for controller in Self.controllers {
      for options in Self.methods {
        let state = try model.under(controller).settle(options)
        #expect(state.areSettled, "\(controller.name): \(state.summaries)")
        // Residuals of 1e-12, times the sensitivity of these networks, which is below a hundred.
        #expect(near(state.observation.phi, Array(expected.observation.phi), 1e-9))
        #expect(near(state.observation.psi, Array(expected.observation.psi), 1e-9))
        #expect(near(state.observation.u, Array(expected.observation.u), 1e-9))
      }
    }
  }

  @Test("under linear feedback, too, where u reaches the outputs as it is")
  func linearFeedback() throws {
    for kind in [Zoo.linear, .linearOutputCycle] {
      let integral = OutputController.leakyIntegral(leak: 0, timeConstant: 20)
      let model = try kind.model(
        SquaredError(), size: 4, samples: 2, seed: 3, controller: LinearFeedback(output: integral))
      let expected = try model.settle()
      try #require(expected.areSettled, "\(expected.summaries)")
      for options in Self.methods {
        let state = try model.under(LinearFeedback(output: .clamp)).settle(options)
        #expect(state.areSettled, "\(state.summaries)")
        #expect(near(state.observation.phi, Array(expected.observation.phi), 1e-9))
        #expect(near(state.observation.psi, Array(expected.observation.psi), 1e-9))
      }
    }
  }

  @Test("J·v agrees with central differences of the field")
  func product() throws {
    let all = Self.controllers + [LinearFeedback(output: .clamp)]
    for controller in all {
      for separate in [false, true] {
        var random = RandomStream(seed: 7, name: "clamp")
        let network = try JacobianTests.network(
          Tanh(), SquaredError(), readout: false, separate: separate)
        var model = Model(
          network, controller,
          Samples(
            count: 2, inputs: ContiguousArray((0..<6).map { _ in random.normal() }),
            targets: ContiguousArray((0..<6).map { _ in random.normal() })))
        for index in 0..<model.parameters.count {
          for i in model.parameters[index].values.indices {
            model.parameters[index].values[i] = 0.6 * random.normal()
          }
        }
        let system = model.system()
        let count = 2 * system.dimension
        let z = ContiguousArray((0..<count).map { _ in random.normal() })
        let v = ContiguousArray((0..<count).map { _ in random.normal() })
        let product = try jacobianProduct(system, z, v)
        let h = 1e-5
        let ahead = try derivative(system, ContiguousArray(zip(z, v).map { $0 + h * $1 }))
        let behind = try derivative(system, ContiguousArray(zip(z, v).map { $0 - h * $1 }))
        for i in 0..<count {
          // As for the other controllers: h²·|F‴| and ε·|F|/h.
          #expect(abs(product[i] - (ahead[i] - behind[i]) / (2 * h)) < 1e-7)
        }
        // And directly after an evaluation at the same state, of which parts are used again.
        _ = try derivative(system, z)
        try system.linearize(at: 0, z.span)
        var again = ContiguousArray<Double>(repeating: .nan, count: count)
        var span = again.mutableSpan
        try system.jacobianProduct(v.span, into: &span)
        #expect(largestDifference(again, product) < 1e-13)
      }
    }
  }

  @Test("are refused where they make no sense")
  func refused() throws {
    let readout = try JacobianTests.network(
      Tanh(), SquaredError(), readout: true, separate: false)
    let logits = try JacobianTests.network(Tanh(), CrossEntropy(), readout: false, separate: false)
    let fine = try JacobianTests.network(Tanh(), SquaredError(), readout: false, separate: false)
    for controller in Self.controllers + [LinearFeedback(output: .clamp)] {
      #expect(controller.objection(to: readout)?.contains("no state to clamp") == true)
      #expect(controller.objection(to: logits)?.contains("cross-entropy") == true)
      #expect(controller.objection(to: fine) == nil)
      #expect(controller.nudged(by: .infinity)?.objection(to: fine) == nil)
    }
    let direct = DynamicInversion(output: .clamp, outputStage: .direct)
    #expect(direct.objection(to: fine)?.contains("direct") == true)
    let weights = LinearFeedback(output: .clamp, paths: ["y": .weights])
    #expect(weights.objection(to: fine)?.contains("identity") == true)
  }
}
