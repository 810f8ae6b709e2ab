import Dynamics
import Integration
import LinearAlgebra
import Testing

/// Random recurrent classifiers and what `BatchSettler` promises about them.
enum Classifier {
  /// - Parameter leak: α of the output controller.
  static func model(
    _ controller: any Controller, samples count: Int, hidden: Int = 8, gain: Double = 0.6,
    seed: UInt64 = 3
  ) throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "x", size: 4, role: .input),
        Population(name: "h", size: hidden, activation: Tanh()), Population(name: "y", size: 3),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h"),
        DenseProjection(from: "h", to: "y"),
      ],
      loss: CrossEntropy(), output: .init(population: "y"))
    var random = RandomStream(seed: seed, name: "classifier")
    let inputs = ContiguousArray((0..<4 * count).map { _ in random.normal() })
    var targets = ContiguousArray<Double>(repeating: 0, count: 3 * count)
    for sample in 0..<count { targets[3 * sample + sample % 3] = 1 }
    var model = Model(network, controller, Samples(count: count, inputs: inputs, targets: targets))
    for (name, scale) in [
      ("x-h.weight", 0.5), ("h-h.weight", gain / Double(hidden).squareRoot()),
      ("h-y.weight", 0.5), ("h.bias", 0.2),
    ] {
      for i in model.parameters[name].values.indices {
        model.parameters[name].values[i] = scale * random.normal()
      }
    }
    return model
  }

  static func inversion(leak: Double = 1, timeConstant: Double = 5) -> DynamicInversion {
    DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: timeConstant))
  }
}

/// ‖J⁻¹F‖ of two states of one sample bounds how far apart they may be, to first order.
private func expectSameEquilibria(_ a: [SettledState], _ b: [SettledState], _ label: String = "") {
  let phiA = a.flatMap(\.observation.phi)
  let psiA = a.flatMap(\.observation.psi)
  let phiB = b.flatMap(\.observation.phi)
  let psiB = b.flatMap(\.observation.psi)
  let certificates = zip(a.flatMap(\.certificates), b.flatMap(\.certificates))
  let count = a.reduce(0) { $0 + $1.count }
  #expect(count == b.reduce(0) { $0 + $1.count })
  let width = phiA.count / count
  for (row, pair) in certificates.enumerated() {
    #expect(pair.0.isEquilibrium && pair.1.isEquilibrium, "\(label) \(pair.1.summary)")
    guard let first = pair.0.distance, let second = pair.1.distance else {
      Issue.record("no distance in the certificate of sample \(row)")
      continue
    }
    let columns = row * width..<(row + 1) * width
    let apart = norm(
      zip(phiA[columns], phiB[columns]).map { $0 - $1 }
        + zip(psiA[columns], psiB[columns]).map { $0 - $1 })
    #expect(apart <= 1.01 * (first + second) + 1e-13, "\(label) sample \(row): \(apart)")
  }
}

@Suite("Settling of batches")
struct BatchSettlingTests {
  static var options: SettlingOptions {
    var options = SettlingOptions(method: .bdf, residual: 1e-7)
    options.certifiesStability = true
    return options
  }

  @Test("a sample settles at the same equilibrium whoever is beside it")
  func composition() throws {
    let model = try Classifier.model(Classifier.inversion(), samples: 40)
    let settler = try model.batchSettler(Self.options)
    let together = try settler.settle(model.samples)
    #expect(together.map(\.count) == [16, 16, 8])
    let alone = try (0..<40).flatMap { try settler.settle(model.samples.selecting([$0])) }
    expectSameEquilibria(together, alone)
    let order = (0..<40).map { ($0 * 7) % 40 }
    let shuffled = try settler.settle(model.samples.selecting(order))
    let phi = shuffled.flatMap(\.observation.phi)
    let psi = shuffled.flatMap(\.observation.psi)
    var back = alone
    for (place, sample) in order.enumerated() {
      let units = model.network.unitCount
      back[sample].observation.phi = ContiguousArray(phi[place * units..<(place + 1) * units])
      back[sample].observation.psi = ContiguousArray(psi[place * units..<(place + 1) * units])
      back[sample].certificates = [shuffled.flatMap(\.certificates)[place]]
    }
    expectSameEquilibria(together, back)
  }

  @Test("what would make two chunks makes four, for threads to share")
  func chunks() throws {
    let settler = try Classifier.model(Classifier.inversion(), samples: 1).batchSettler()
    for (count, sizes) in [
      (1, [1]), (32, [32]), (33, [16, 16, 1]), (64, [16, 16, 16, 16]), (70, [32, 32, 6]),
    ] {
      #expect(settler.chunks(of: count).map(\.count) == sizes)
    }
  }

  /// Half a product with weights that no cache holds costs as much as the whole one.
  @Test(
    "large networks keep whole chunks, huge ones smaller ones",
    arguments: [
      (511, [16, 16, 16, 16]), (513, [32, 32]), (16_000, [32, 32]),
      (40_000, Array(repeating: 8, count: 8)),
    ])
  func chunks(units: Int, sizes: [Int]) throws {
    let network = try Network(
      populations: [
        Population(name: "h", size: units), Population(name: "y", size: 1, role: .readout),
      ],
      projections: [DenseProjection(from: "h", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    let settler = try BatchSettler(network, controller: NoControl())
    #expect(settler.chunks(of: 64).map(\.count) == sizes)
  }

  @Test(
    "the bits do not depend on the number of threads, nor on what was settled before",
    arguments: Precision.allCases)
  func bits(precision: Precision) throws {
    let model = try Classifier.model(Classifier.inversion(), samples: 100)
    var options = SettlingOptions()
    options.residual = precision == .single ? 1e-4 : 1e-6
    let first = try model.batchSettler(options, precision: precision)
    let reference = try first.settle(model.samples)
    #expect(reference.allSatisfy { $0.areSettled })
    func expectSameBits(_ states: [SettledState]) {
      for (a, b) in zip(reference, states) {
        #expect(a.observation.phi == b.observation.phi)
        #expect(a.observation.psi == b.observation.psi)
        #expect(a.observation.u == b.observation.u)
        #expect(a.certificates.map(\.outcome) == b.certificates.map(\.outcome))
        #expect(a.certificates.map(\.residual) == b.certificates.map(\.residual))
      }
    }
    for threads in [1, 2, 3] {
      let settler = try model.batchSettler(options, precision: precision, threads: threads)
      expectSameBits(try settler.settle(model.samples))
      _ = try settler.settle(model.samples.selecting([5, 3, 90]))
      expectSameBits(try settler.settle(model.samples))
    }
    expectSameBits(try first.settle(model.samples))
  }

  @Test("results come sample by sample in their own order, and results of `body` likewise")
  func order() throws {
    let model = try Classifier.model(NoControl(), samples: 70)
    let settler = try model.batchSettler(threads: 3)
    let indices = try settler.settle(model.samples) { $0.samples.indices }
    #expect(indices.flatMap { $0 } == Array(0..<70))
  }

  @Test("what starts at its equilibrium stays there, without a step")
  func restart() throws {
    let model = try Classifier.model(NoControl(), samples: 20)
    let settler = try model.batchSettler()
    let settled = try settler.settle(model.samples)[0]
    let again = try settler.settle(model.samples, initialPhi: settled.observation.phi)[0]
    #expect(again.observation.phi == settled.observation.phi)
    #expect(again.certificates.allSatisfy { $0.steps == 0 && $0.outcome == .settled })
  }

  @Test("every method arrives at the same equilibrium", arguments: SettlingOptions.Method.allCases)
  func methods(method: SettlingOptions.Method) throws {
    let model = try Classifier.model(Classifier.inversion(timeConstant: 20), samples: 12)
    let reference = try model.settle(Self.options)
    var options = Self.options
    options.method = method
    options.iterations = 5000
    let state = try model.settle(options)
    expectSameEquilibria([reference], [state], method.rawValue)
    let expected: Outcome = method == .descent ? .settledByDescent : .settled
    #expect(state.certificates.allSatisfy { $0.outcome == expected }, "\(state.summaries)")
    #expect(state.certificates.allSatisfy { $0.residual <= options.residual })
  }

  @Test("every controller with strict alignment arrives at the same equilibrium")
  func controllers() throws {
    let loop = OutputController.leakyIntegral(leak: 1, timeConstant: 5)
    let model = try Classifier.model(DynamicInversion(output: loop), samples: 10)
    let reference = try model.settle()
    let others: [any Controller] = [
      DynamicInversion(output: loop, outputStage: .direct),
      DynamicInversion(output: loop, timeConstant: 0.3),
      DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 50)),
      DynamicInversion(output: OutputController(integral: 0.5, proportional: 0.5, leak: 1)),
      EnergyBased(output: loop), EnergyBased(output: .proportional(1)),
    ]
    for controller in others {
      let state = try model.under(controller).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.phi, Array(reference.observation.phi)))
      #expect(near(state.observation.psi, Array(reference.observation.psi)))
      #expect(near(state.observation.u, Array(reference.observation.u)))
    }
  }

  @Test("single precision reaches 1e-5, within what that means of double precision")
  func single() throws {
    let model = try Classifier.model(Classifier.inversion(), samples: 32)
    let reference = try model.settle()
    let options = SettlingOptions(residual: 1e-5)
    let state = try model.settle(options, precision: .single)
    #expect(state.areSettled, "\(state.summaries)")
    // The inverse of the closed loop's Jacobian is below 20 here, norms are below 5.
    #expect(near(state.observation.phi, Array(reference.observation.phi), 1e-3))
    #expect(near(state.observation.psi, Array(reference.observation.psi), 1e-3))
  }

  @Test("the joint criterion is its own, looser measure")
  func joint() throws {
    let model = try Classifier.model(Classifier.inversion(), samples: 6)
    var options = SettlingOptions(residual: 1e-5)
    options.criterion = .joint
    let state = try model.settle(options)
    #expect(state.areSettled, "\(state.summaries)")
    let system = model.system()
    let z = system.compose(state.observation)
    let rates = try derivative(system, z)
    for row in 0..<6 {
      let columns = row * system.dimension..<(row + 1) * system.dimension
      let residual = norm(rates[columns]) / (1e-5 + norm(z[columns]))
      #expect(residual <= 1e-5)
      #expect(abs(state.certificates[row].residual / residual - 1) < 1e-9)
    }
    // The residuals by variable are reported all the same.
    #expect(state.certificates.allSatisfy { $0.residuals.count == 3 })
  }
}

@Suite("Certificates")
struct CertificateTests {
  /// By the definition: brackets before division by time constants, against the variables' norms; that
  /// of u in units of u.
  @Test("the residual is what an independent evaluation of the equations gives")
  func residual() throws {
    let leak = 0.7
    let model = try LinearOracleTests.model(
      DynamicInversion(
        output: .leakyIntegral(leak: leak, timeConstant: 3), timeConstant: 1.7), Tanh())
    let state = try model.settle(SettlingOptions(residual: 1e-4))
    #expect(state.areSettled)
    let o = state.observation
    let w = Example.weights
    let x = Example.input
    var fPhi: [Double] = []
    var fPsi: [Double] = []
    for i in 0..<3 {
      let drive = dot(w[i], o.rates) + dot(Example.inputWeights[i], x)
      fPhi.append(-o.phi[i] + drive + o.psi[i])
      let back = (0..<3).reduce(0) { $0 + w[$1][i] * o.psi[$1] }
      fPsi.append(-o.psi[i] + o.slopes[i] * back + (i > 0 ? o.u[i - 1] : 0))
    }
    let fU = (0..<2).map { (Example.target[$0] - o.phi[$0 + 1] - leak * o.u[$0]) / leak }
    let residuals = [
      norm(fPhi) / (1e-3 + norm(o.phi)), norm(fPsi) / (1e-3 + norm(o.psi)),
      norm(fU) / (1e-3 + norm(o.u)),
    ]
    let certificate = state.certificates[0]
    #expect(certificate.variables == ["phi", "psi", "u"])
    #expect(near(certificate.residuals, residuals, 1e-12))
    #expect(certificate.residual == certificate.residuals.max())
    #expect(certificate.residual > 1e-10, "the test is void if nothing remains")
    let sizes = zip(
      fPhi + fPsi + fU,
      [1e-3 + norm(o.phi), 1e-3 + norm(o.psi), 1e-3 + norm(o.u)].enumerated().flatMap {
        Array(repeating: $0.element, count: $0.offset < 2 ? 3 : 2)
      }
    ).map { abs($0) / $1 }
    let names =
      (0..<3).map { "phi.hidden.\($0)" } + (0..<3).map { "psi.hidden.\($0)" }
      + ["u.hidden.1", "u.hidden.2"]
    #expect(certificate.worstComponent == names[sizes.indices.max { sizes[$0] < sizes[$1] }!])
  }

  @Test("the leading eigenvalue and the distance are those of the linear closed forms")
  func stability() throws {
    var options = SettlingOptions(residual: 1e-3)
    options.certifiesStability = true
    let free = try LinearOracleTests.model(NoControl()).settle(options)
    let freeCertificate = free.certificates[0]
    #expect(abs(try #require(freeCertificate.leadingEigenvalue) - (0.2258723361 - 1)) < 6e-11)
    let exact = [1.234439834, -0.6542185339, 0.4128630705]
    let away = norm(zip(free.observation.phi, exact).map { $0 - $1 })
    // On a linear field ‖J⁻¹F‖ is the distance itself; the oracle has ten digits.
    #expect(abs(try #require(freeCertificate.distance) - away) < 2e-10)
    #expect(away > 1e-7, "the test is void if nothing remains")

    let controlled = try LinearOracleTests.model(
      LinearOracleTests.inversion(leak: 0.1, timeConstant: 1))
    let state = try controlled.settle(options)
    #expect(state.areSettled, "\(state.summaries)")
    let certificate = state.certificates[0]
    #expect(abs(try #require(certificate.leadingEigenvalue) + 0.0457425736) < 6e-11)
    let end = [
      1.3727752422, 0.393299673, -0.1505875594, 0.4812688516, 0.7747420969, -0.7511824252,
      1.0670032703, -0.4941244059,
    ]
    let o = state.observation
    let apart = norm(zip(Array(o.phi) + o.psi + o.u, end).map { $0 - $1 })
    #expect(abs(try #require(certificate.distance) - apart) < 2e-10)
  }

  @Test("they are absent unless asked for")
  func absent() throws {
    let state = try LinearOracleTests.model(NoControl()).settle()
    #expect(state.certificates[0].leadingEigenvalue == nil)
    #expect(state.certificates[0].distance == nil)
  }
}

@Suite("Outcomes of settling")
struct OutcomeTests {
  /// Units without input, with the given weights among them and biases.
  private func free(
    _ activation: any Activation, _ weights: [[Double]], bias: [Double], timeConstant: Double = 1
  ) throws -> Model {
    let network = try Network(
      populations: [
        Population(
          name: "h", size: bias.count, activation: activation, timeConstant: timeConstant)
      ],
      projections: [DenseProjection(from: "h", to: "h")],
      loss: SquaredError(), output: .init(population: "h"))
    return Model(
      network, NoControl(),
      Samples(
        count: 1, inputs: [], targets: ContiguousArray(repeating: 1, count: bias.count)),
      ["h-h.weight": Array(weights.joined()), "h.bias": bias])
  }

  static let flows: [SettlingOptions.Method] = [.bdf, .adams, .automatic]

  @Test("a linear unit that excites itself by 1.5 diverges", arguments: flows)
  func diverging(method: SettlingOptions.Method) throws {
    let state = try free(Identity(), [[1.5]], bias: [1]).settle(SettlingOptions(method: method))
    #expect(state.certificates[0].outcome == .diverged, "\(state.summaries)")
    #expect(!state.certificates[0].isEquilibrium)
  }

  /// Eigenvalues 0.5 ± 2i at the origin, and rates below one: a limit cycle.
  @Test("a rotation that tanh bounds oscillates", arguments: flows)
  func oscillating(method: SettlingOptions.Method) throws {
    let model = try free(Tanh(), [[1.5, -2], [2, 1.5]], bias: [0.1, 0])
    for tolerance in [1e-2, 1e-5] {
      var options = SettlingOptions(method: method)
      options.relativeTolerance = .init(tolerance)
      options.absoluteTolerance = .init(0.01 * tolerance)
      let state = try model.settle(options)
      #expect(state.certificates[0].outcome == .oscillating, "\(state.summaries)")
    }
  }

  /// τ_u u̇ = const without a leak, where the target is out of reach of the readout.
  @Test("an unreachable target without a leak is never called settled")
  func unreachable() throws {
    let network = try Network(
      populations: [
        Population(name: "h", size: 1, activation: Tanh()),
        Population(name: "y", size: 1, role: .readout, hasBias: false),
      ],
      projections: [DenseProjection(from: "h", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    let model = Model(
      network, LinearFeedback(output: .leakyIntegral(leak: 0)),
      Samples(count: 1, inputs: [], targets: [2]), ["h-y.weight": [1], "h.control": [1]])
    var options = SettlingOptions()
    options.limits.straggler = 1
    let outcome = try model.settle(options).certificates[0].outcome
    #expect(!outcome.isEquilibrium)
    #expect([.drifting, .outOfTime, .outOfSteps].contains(outcome))
  }

  @Test("too little time, steps or evaluations are reported as such")
  func limits() throws {
    let slow = try free(Identity(), [[0.2]], bias: [1], timeConstant: 50)
    let fast = try free(Identity(), [[0.2]], bias: [1])
    func outcome(
      _ model: Model, _ change: (inout SettlingOptions.Limits) -> Void
    ) throws -> Certificate {
      var options = SettlingOptions()
      options.limits.straggler = 1
      change(&options.limits)
      return try model.settle(options).certificates[0]
    }
    let late = try outcome(slow) { $0.time = 20 }
    #expect(late.outcome == .outOfTime, "\(late.summary)")
    #expect(abs(late.settlingTime - 20) < 1e-9)
    let steps = try outcome(fast) { $0.steps = 5 }
    #expect(steps.outcome == .outOfSteps, "\(steps.summary)")
    #expect(steps.steps == 5)
    let evaluations = try outcome(fast) { $0.evaluations = 6 }
    #expect(evaluations.outcome == .outOfSteps, "\(evaluations.summary)")
    #expect(try outcome(slow) { _ in }.outcome == .settled)

    // Alone, and with more of everything, it arrives.
    var patient = SettlingOptions()
    patient.limits.time = 400
    patient.limits.straggler = 10
    let straggler = try slow.settle(patient).certificates[0]
    #expect(straggler.outcome == .settled, "\(straggler.summary)")
    #expect(straggler.attempts.map(\.outcome) == [.outOfTime, .settled])
  }

  /// Exponential approach, cut off before its time constant, is no drift: that would advise a leak,
  /// and deny the sample the time of a straggler.
  @Test("a slow approach that is cut off early is not called a drift")
  func slowApproach() throws {
    let slow = try free(Identity(), [[0.2]], bias: [1], timeConstant: 1e4)
    var options = SettlingOptions()
    options.limits.straggler = 1
    options.limits.time = 1000
    let outcome = try slow.settle(options, from: [1]).certificates[0].outcome
    #expect(outcome == .outOfTime)
  }

  @Test("iterations that do not suffice are reported as such")
  func iterations() throws {
    let model = try Classifier.model(Classifier.inversion(timeConstant: 20), samples: 2)
    for method: SettlingOptions.Method in [.newton, .anderson, .fixedPoint] {
      var options = SettlingOptions(method: method)
      options.iterations = 2
      let state = try model.settle(options)
      #expect(state.certificates.allSatisfy { $0.outcome == .outOfSteps }, "\(state.summaries)")
    }
  }

  /// a = −0.5: dynamic inversion is unstable for every τ_u, while F has its minimum at
  /// u = e₀/(α + 1/a²), e₀ = y − b/a, ψ = u/a, φ = (b + ψ)/a.
  @Test(
    "where only the energy is stable, `auto` finds the equilibrium by descent and says so",
    arguments: [0.5, 5, 50, 500])
  func descent(timeConstant: Double) throws {
    let leak = 0.5
    let a = -0.5
    var model = try free(Identity(), [[1 - a]], bias: [1])
    model = model.under(
      DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: timeConstant)))
    let system = model.system()
    #expect(try denseJacobian(system, at: [0, 0, 0]).leadingEigenvalue() > 0)

    let found = try model.settle(SettlingOptions(method: .automatic, residual: 1e-10))
    let certificate = found.certificates[0]
    #expect(certificate.outcome == .settledByDescent, "\(found.summaries)")
    #expect(certificate.attempts.map(\.outcome).last == .settledByDescent)
    #expect(certificate.attempts.first?.outcome == nil, "the flow into the basin hands over")
    let u = (1 - 1 / a) / (leak + 1 / (a * a))
    #expect(near(found.observation.u, [u], 1e-8))
    #expect(near(found.observation.psi, [u / a], 1e-8))
    #expect(near(found.observation.phi, [(1 + u / a) / a], 1e-8))

    for tolerance in [1e-2, 1e-6] {
      var options = SettlingOptions(method: .bdf)
      options.relativeTolerance = .init(tolerance)
      let state = try model.settle(options)
      #expect(!state.certificates[0].isEquilibrium, "\(state.summaries)")
    }
    var forbidden = SettlingOptions(method: .automatic)
    forbidden.allowsDescent = false
    let refused = try model.settle(forbidden)
    #expect(!refused.certificates[0].isEquilibrium)
  }

  @Test("there is no descent without a leak, with feedback of its own, or under linear feedback")
  func noDescent() throws {
    let plain = try Example.network(Tanh())
    let leaky = OutputController.leakyIntegral(leak: 1)
    #expect(DynamicInversion(output: leaky).descent(for: plain) != nil)
    #expect(EnergyBased(output: leaky).descent(for: plain) != nil)
    #expect(DynamicInversion(output: .leakyIntegral(leak: 0)).descent(for: plain) == nil)
    #expect(LinearFeedback(output: leaky).descent(for: plain) == nil)
    #expect(NoControl().descent(for: plain) == nil)
    let separate = try Network(
      populations: [Population(name: "h", size: 2)],
      projections: [DenseProjection(from: "h", to: "h", separateFeedback: true)],
      loss: SquaredError(), output: .init(population: "h"))
    #expect(DynamicInversion(output: leaky).descent(for: separate) == nil)
  }

  /// Backward differentiation of order above two is unstable near the imaginary axis, and would keep
  /// oscillations of its own alive in lightly damped loops.
  @Test("a stable closed loop settles, however lightly damped")
  func lightlyDamped() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      let linear = try ClosedFormTests.Linear(seed: seed, leak: 0.3)
      let loop = OutputController.leakyIntegral(leak: 0.3, timeConstant: 20)
      for controller: any Controller in [DynamicInversion(output: loop), EnergyBased(output: loop)]
      {
        let model = linear.model.under(controller)
        let system = model.system()
        let origin = ContiguousArray<Double>(repeating: 0, count: system.dimension)
        guard try denseJacobian(system, at: origin).leadingEigenvalue() < -0.02 else { continue }
        let state = try model.settle(SettlingOptions())
        #expect(state.areSettled, "seed \(seed), \(controller.name): \(state.summaries)")
      }
    }
  }
}
