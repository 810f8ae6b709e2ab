import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

/// Dynamic inversion whose weights move with it.
@Suite("Weights inside the dynamics (SCIENCE 2.6)")
struct ContinuousTests {
  /// The tanh example of SCIENCE 8.2 without biases.
  private func example(separate: Bool = false) throws -> (Network, ParameterSet) {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 3, activation: Tanh(), hasBias: false),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"),
        DenseProjection(from: "h", to: "h", separateFeedback: separate),
      ],
      loss: SquaredError(), output: .init(population: "h", units: [1, 2]))
    var parameters = network.emptyParameters()
    parameters["x-h.weight"].values = ThreeUnits.u
    parameters["h-h.weight"].values = ThreeUnits.w
    return (network, parameters)
  }

  private func inversion(leak: Double, timeConstant: Double) -> DynamicInversion {
    DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: timeConstant))
  }

  /// Where a field is at a time, from zero; nil once it has left all bounds.
  private func state<E: Scalar>(
    of field: ContinuousField<E>, _ parameters: ParameterSet, at end: Double,
    relative: Double = 1e-6, absolute: Double = 1e-9
  ) throws -> ContiguousArray<E>? {
    var options = IntegratorOptions(
      relativeTolerance: .scalar(relative), absoluteTolerance: .scalar(absolute))
    options.stepLimit = 1_000_000
    let integrator = try Integrator(field, options: options)
    var state = field.compose(
      ContiguousArray(repeating: 0, count: field.stateCount), parameters: parameters)
    try state.withUnsafeBufferPointer { try integrator.start(at: 0, state: $0.span) }
    while integrator.time < end {
      _ = try integrator.step(limit: end)
      integrator.withState { span in
        for i in 0..<span.count { state[i] = span[i] }
      }
      // A hundred times what any of these states is while it is bounded.
      if state.contains(where: { abs(Double($0)) > 1e3 }) { return nil }
    }
    return state
  }

  @Test(
    "on the tanh example slow weights learn and fast ones blow up, as the table has it",
    arguments: [
      (5, 0.1, 1, false), (5, 0.1, 5, false), (5, 0.1, 20, true), (5, 0.1, 100, true),
      (5, 0, 1, false), (5, 0, 5, false), (5, 0, 20, true), (5, 0, 100, true),
      (5, 1, 1, false), (5, 1, 5, true), (5, 1, 20, true), (5, 1, 100, true),
      (1, 0.1, 1, false), (1, 0.1, 5, false), (1, 0.1, 20, false),
    ] as [(Double, Double, Double, Bool)])
  func table(timeConstant: Double, leak: Double, slowness: Double, converges: Bool) throws {
    let (network, parameters) = try example()
    let field = try ContinuousField<Double>(
      network, controller: inversion(leak: leak, timeConstant: timeConstant),
      parameters: parameters, samples: ThreeUnits.sample,
      options: ContinuousOptions(timeConstant: slowness))
    // Learning takes a few τ_W over the squared rates, and over α where control is weak.
    let end = 100 * max(slowness, 20)
    let state = try state(of: field, parameters, at: end)
    guard converges else {
      #expect(state == nil)
      return
    }
    let found = try #require(state)
    #expect(found[3..<6].allSatisfy { abs($0) < 1e-5 }, "\u{3c8} \(found[3..<6])")
    #expect(abs(found[1] - 0.5) < 1e-5 && abs(found[2] + 0.2) < 1e-5)
  }

  @Test(
    "with separate feedback W \u{2212} S\u{1d40} decays as exp(\u{2212}\u{3b3}t/\u{3c4}_W)",
    arguments: [(0.01, 0.7408182207), (0, 1)])
  func kolenPollack(decay: Double, expected: Double) throws {
    var (network, parameters) = try example(separate: true)
    parameters["h-h.feedback"].values = [0.1, -0.2, 0.3, 0.3, 0.2, -0.1, 0, 0.2, 0.1]
    let field = try ContinuousField<Double>(
      network, controller: inversion(leak: 0.1, timeConstant: 5), parameters: parameters,
      samples: ThreeUnits.sample,
      options: ContinuousOptions(timeConstant: 100, decay: decay, learnsFeedback: true))
    #expect(field.movingNames == ["x-h.weight", "h-h.weight", "h-h.feedback"])
    let end = try #require(try state(of: field, parameters, at: 3000, relative: 1e-8))
    func distance(_ w: some Sequence<Double>, _ s: some Sequence<Double>) -> Double {
      zip(w, s).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    let before = distance(parameters["h-h.weight"].values, parameters["h-h.feedback"].values)
    let weights = field.stateCount + 6
    let after = distance(end[weights..<weights + 9], end[weights + 9..<weights + 18])
    // The path's tolerance, over the hundreds of steps that it takes.
    #expect(abs(after / before - expected) < 1e-5, "\(after / before)")
    #expect(distance(parameters["h-h.weight"].values, end[weights..<weights + 9]) > 0.01)
  }

  @Test("the Jacobian product is the derivative of the field, weights included")
  func jacobian() throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 2, role: .input),
        Population(name: "h", size: 4, activation: Tanh(), timeConstant: 2),
        Population(name: "y", size: 3),
      ],
      projections: [
        DenseProjection(from: "x", to: "h"),
        DenseProjection(from: "h", to: "h", separateFeedback: true),
        DenseProjection(from: "h", to: "y"), DenseProjection(from: "y", to: "h", name: "back"),
      ],
      loss: CrossEntropy(), output: .init(population: "y"))
    var parameters = try network.initialParameters(seed: 4)
    parameters["h-h.weight"].plasticity.rate = 0.5
    parameters["back.weight"].plasticity = .frozen
    let mask = ContiguousArray((0..<16).map { $0 % 5 == 0 ? 0.0 : 1 })
    let samples = Samples(
      count: 3, inputs: [1, -0.5, 0.2, 0.7, -1, 0.3], targets: [1, 0, 0, 0, 1, 0, 0, 0, 1])
    let field = try ContinuousField<Double>(
      network, controller: inversion(leak: 0.5, timeConstant: 3), parameters: parameters,
      constraints: ConstraintSet([:], masks: ["h-h.weight": mask], for: parameters),
      samples: samples,
      options: ContinuousOptions(timeConstant: 7, decay: 0.3, learnsFeedback: true))
    var stream = RandomStream(seed: 2, name: "state")
    func random() -> ContiguousArray<Double> {
      ContiguousArray((0..<field.dimension).map { _ in stream.normal() })
    }
    func evaluate(_ z: ContiguousArray<Double>) throws -> ContiguousArray<Double> {
      var result = ContiguousArray<Double>(repeating: 0, count: z.count)
      var span = result.mutableSpan
      try field.derivative(at: 0, z.span, into: &span)
      return result
    }
    let z = random()
    try field.linearize(at: 0, z.span)
    for _ in 0..<10 {
      let v = random()
      // Evaluations elsewhere must not disturb the tangents.
      let h = 1e-5
      let ahead = try evaluate(ContiguousArray(zip(z, v).map { $0 + h * $1 }))
      let behind = try evaluate(ContiguousArray(zip(z, v).map { $0 - h * $1 }))
      var product = ContiguousArray<Double>(repeating: 0, count: z.count)
      var span = product.mutableSpan
      try field.jacobianProduct(v.span, into: &span)
      let size = product.map(abs).max()!
      for i in z.indices {
        let slope = (ahead[i] - behind[i]) / (2 * h)
        // h² of the third derivatives, and the rounding of the difference: 1e-9 of the largest.
        #expect(abs(slope - product[i]) < 1e-7 * size, "\(field.componentName(i))")
      }
    }
  }

  @Test("two samples that are the same move the weights as one does")
  func mean() throws {
    let (network, parameters) = try example()
    func end(_ samples: Samples) throws -> (ContinuousField<Double>, ContiguousArray<Double>) {
      let field = try ContinuousField<Double>(
        network, controller: inversion(leak: 0.1, timeConstant: 5), parameters: parameters,
        samples: samples, options: ContinuousOptions(timeConstant: 20))
      return (field, try #require(try state(of: field, parameters, at: 50, relative: 1e-9)))
    }
    let (one, alone) = try end(ThreeUnits.sample)
    let (two, both) = try end(
      Samples(count: 2, inputs: [1, -0.5, 1, -0.5], targets: [0.5, -0.2, 0.5, -0.2]))
    for (a, b) in zip(alone[one.stateCount...], both[two.stateCount...]) {
      #expect(abs(a - b) < 1e-6)
    }
  }

  @Test("single precision follows double precision")
  func single() throws {
    let (network, parameters) = try example()
    func weights<E: Scalar>(_ precision: E.Type) throws -> [Double] {
      let field = try ContinuousField<E>(
        network, controller: inversion(leak: 0.1, timeConstant: 5), parameters: parameters,
        samples: ThreeUnits.sample, options: ContinuousOptions(timeConstant: 20))
      let end = try #require(
        try state(of: field, parameters, at: 100, relative: 1e-5, absolute: 1e-6))
      return end[field.stateCount...].map { Double($0) }
    }
    let (float, double) = (try weights(Float.self), try weights(Double.self))
    for (a, b) in zip(float, double) { #expect(abs(a - b) < 1e-3) }
  }

  @Test("other controllers, and readouts, are refused")
  func refusals() throws {
    let (network, parameters) = try example()
    let options = ContinuousOptions()
    #expect(throws: NetworkError.self) {
      try ContinuousField<Double>(
        network, controller: EnergyBased(output: .leakyIntegral(leak: 1)), parameters: parameters,
        samples: ThreeUnits.sample, options: options)
    }
  }
}
