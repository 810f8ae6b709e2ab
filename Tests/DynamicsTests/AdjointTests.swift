import Dynamics
import Integration
import LinearAlgebra
import Testing

@Suite("The adjoint of the free equilibrium (SCIENCE 1.7 and 9)")
struct AdjointTests {
  private func adjoint(
    _ model: Model, _ options: SettlingOptions = Example.tight, precision: Precision = .double,
    threads: Int = 1
  ) throws -> [SettledState] {
    let free = try model.under(NoControl()).batchSettler(options, precision: precision)
      .settle(model.samples)
    let settler = try AdjointSettler(
      model.network, options: options, precision: precision, threads: threads)
    settler.load(model.parameters)
    return try settler.settle(free)
  }

  private var automatic: SettlingOptions {
    var options = Example.tight
    options.method = .automatic
    return options
  }

  @Test(
    "the printed \u{3b4} of the tanh example, whatever the method",
    arguments: [SettlingOptions.Method.automatic, .bdf, .newton, .fixedPoint, .descent])
  func oracle(method: SettlingOptions.Method) throws {
    let network = try Example.network(Tanh())
    var model = Model(network, NoControl(), Example.samples)
    model.parameters = Example.parameters(network, NoControl())
    var options = Example.tight
    options.method = method
    let state = try adjoint(model, options)[0]
    #expect(state.areSettled, "\(state.summaries)")
    #expect(near(state.observation.psi, [0.2013532221, 1.1943265723, -0.9922308544]))
    // u = −∇L = t − y at the printed free state.
    #expect(near(state.observation.u, [1.3235867274, -0.6490314235]))
    #expect(near(state.observation.phi, [1.1593832062, -0.8235867274, 0.4490314235]))
  }

  /// 0 = ∂fᵀδ + S_yᵀu, with ∂f from the free system's own Jacobian; time constants drop out.
  @Test(
    "solves the transposed linear system",
    arguments: [
      Zoo.recurrent, .deep, .outputCycle, .subset, .subsetOfCycle, .outputProjectsOn,
    ])
  func linearSystem(kind: Zoo) throws {
    for loss: any Loss in [SquaredError(), CrossEntropy()] {
      var model = try kind.model(loss, samples: 1, seed: 9)
      model = model.under(NoControl())
      for options in [Example.tight, automatic] {
        let state = try adjoint(model, options)[0]
        #expect(state.areSettled, "\(kind): \(state.summaries)")
        let field = try denseJacobian(model.system(), at: state.observation.phi)
        let start = model.network.columns(of: "y").lowerBound
        var source = DenseMatrix(rows: model.network.unitCount, columns: 1)
        for (k, unit) in model.network.outputUnits.enumerated() {
          source[start + unit, 0] = -state.observation.u[k]
        }
        let expected = try LinearAlgebra.LUFactorization(field).solve(source, transposed: true)
        #expect(near(state.observation.psi, Array(expected.elements), 1e-10))
      }
    }
  }

  @Test("a readout's error arrives through its weights")
  func readout() throws {
    let model = try Zoo.readout.model(SquaredError(), samples: 1, seed: 9).under(NoControl())
    let state = try adjoint(model)[0]
    #expect(state.areSettled, "\(state.summaries)")
    let units = model.network.unitCount
    let field = try denseJacobian(model.system(), at: state.observation.phi)
    let d = model.parameters["h-y.weight"].values
    var source = DenseMatrix(rows: units, columns: 1)
    for i in 0..<units {
      for k in 0..<3 {
        source[i, 0] -= state.observation.slopes[i] * d[k * units + i] * state.observation.u[k]
      }
    }
    let expected = try LinearAlgebra.LUFactorization(field).solve(source, transposed: true)
    #expect(near(state.observation.psi, Array(expected.elements), 1e-10))
  }

  @Test("without cycles one sweep is enough, and exact")
  func sweep() throws {
    for precision in [Precision.double, .single] {
      let model = try Zoo.deep.model(CrossEntropy(), samples: 5, seed: 2)
      var options = SettlingOptions(method: .automatic, residual: 1e-6)
      options.certifiesStability = false
      let state = try adjoint(model, options, precision: precision)[0]
      for certificate in state.certificates {
        #expect(certificate.outcome == .settled && certificate.steps == 1)
        #expect(certificate.residual < (precision == .single ? 1e-6 : 1e-14))
      }
    }
  }

  @Test("what does not settle freely has no adjoint, and does not disturb the others")
  func unsettled() throws {
    // One self-excited unit, φ̇ = wφ − φ + x with w > 1, runs away unless x = 0 keeps it at 0.
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input),
        Population(name: "h", size: 1, hasBias: false),
      ],
      projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h"))
    let model = Model(
      network, NoControl(),
      Samples(count: 3, inputs: [0, 1, 0], targets: [1, 1, 2]),
      ["x-h.weight": [1], "h-h.weight": [1.5]])
    let state = try adjoint(model, automatic)[0]
    #expect(!state.certificates[1].isEquilibrium)
    #expect(state.observation.psi[1] == 0)
    // (1 − w)δ = t: the adjoint of an unstable equilibrium exists all the same.
    #expect(state.certificates[0].isEquilibrium && state.certificates[2].isEquilibrium)
    #expect(abs(state.observation.psi[0] + 2) < 1e-10)
    #expect(abs(state.observation.psi[2] + 4) < 1e-10)
  }

  @Test("has the same bits on any number of threads")
  func threads() throws {
    let model = try Zoo.recurrent.model(CrossEntropy(), samples: 150, seed: 4)
    let options = SettlingOptions(method: .automatic, residual: 1e-6)
    for precision in [Precision.double, .single] {
      let one = try adjoint(model, options, precision: precision)
      let three = try adjoint(model, options, precision: precision, threads: 3)
      #expect(one.count == 5 && one.map(\.observation.psi) == three.map(\.observation.psi))
    }
  }
}
