import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

private let noise = OrnsteinUhlenbeck(strength: 0.05, timeConstant: 0.2, step: 0.04, steps: 60)

private func trainer(
  _ optimizer: any Optimizer = Adam(), epochs: Int = 1, threads: Int = 1, clip: Double? = nil,
  precision: Precision = .double, noise: OrnsteinUhlenbeck? = noise, seed: UInt64? = nil,
  rule: NoiseFeedback = NoiseFeedback(populations: ["h"], timeConstant: 500, decay: 0.1)
) throws -> Trainer {
  let network = try Network(
    populations: [
      Population(name: "x", size: 2, role: .input),
      Population(name: "h", size: 8, activation: Tanh(), timeConstant: 0.04),
      Population(name: "y", size: 2, timeConstant: 0.04),
    ],
    projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "y")],
    loss: CrossEntropy(), output: .init(population: "y"))
  let controller = LinearFeedback(output: .leakyIntegral(leak: 1, timeConstant: 1))
  let parameters = try network.initialParameters(for: controller, seed: 3)
  var options = TrainingOptions()
  options.epochs = epochs
  options.batchSize = 40
  options.rate = 0.01
  options.evaluatesEvery = 0
  options.clip = clip
  options.noiseSeed = seed
  var settling = SettlingOptions(method: .bdf, residual: precision == .single ? 1e-6 : 1e-9)
  settling.relativeTolerance = 1e-6
  settling.absoluteTolerance = 1e-10
  return try Trainer(
    network, controller: controller, parameters: parameters,
    rules: [.leastControl(modulation: .slope), rule], optimizer: optimizer, data: moons(80),
    options: options, settling: settling, noise: noise, precision: precision, threads: threads)
}

@Suite("Q learned from noise (SCIENCE 2.2)")
struct NoiseFeedbackTests {
  @Test("one update is Eq. 139, its signs put right, with the mean over the batch")
  func equation() throws {
    let trainer = try trainer()
    let before = trainer.parameters["h.control"].values
    let states = try settledStates(of: trainer, rows: Array(0..<80))
    // One batch of all samples: the order does not matter.
    var options = trainer.options
    options.batchSize = 80
    options.shuffles = false
    let whole = try Trainer(
      trainer.network, controller: trainer.controller, parameters: trainer.parameters,
      rules: trainer.rules, optimizer: GradientDescent(), data: trainer.data, options: options,
      settling: settling, noise: noise)
    try whole.run()
    #expect(whole.step == 1)

    // Q u and ε straight from the equations of every sample.
    var expected = Array(repeating: 0.0, count: 16)
    for state in states {
      for row in 0..<state.count {
        let delta = try change(of: state, row, whole.network, trainer.parameters)
        for i in 0..<16 { expected[i] += delta[i] / 80 }
      }
    }
    let after = whole.parameters["h.control"].values
    for i in 0..<16 {
      let step = (expected[i] - 0.1 * before[i]) / 500
      // Equilibria are known to 1e-9, which 60 steps and 1/s² multiply by 2.4e4, and τ divides.
      #expect(abs(after[i] - before[i] - step) < 1e-7, "\(i): \(after[i] - before[i]), not \(step)")
    }
    #expect(before != after)
  }

  private let settling: SettlingOptions = {
    var settling = SettlingOptions(method: .bdf, residual: 1e-9)
    settling.relativeTolerance = 1e-6
    settling.absoluteTolerance = 1e-10
    return settling
  }()

  private func settledStates(of trainer: Trainer, rows: [Int]) throws -> [SettledState] {
    let settler = try BatchSettler(
      trainer.network, controller: trainer.controller, options: settling)
    settler.load(trainer.parameters)
    return try settler.settle(trainer.data.samples(rows))
  }

  /// −(1/s²) Σ_m (Qu[m] + sε[m])(u[m] − u*)ᵀ of one sample, by loops over units.
  private func change(
    of state: SettledState, _ row: Int, _ network: Network, _ parameters: ParameterSet
  ) throws -> [Double] {
    let x = Array(state.samples.inputs[row * 2..<row * 2 + 2])
    let target = Array(state.samples.targets[row * 2..<row * 2 + 2])
    var phi = Array(state.observation.phi[row * 10..<row * 10 + 10])
    let rest = Array(state.observation.u[row * 2..<row * 2 + 2])
    var u = rest
    var epsilon = Array(repeating: 0.0, count: 8)
    let w = parameters["x-h.weight"].values
    let d = parameters["h-y.weight"].values
    let q = parameters["h.control"].values
    var stream = NormalStream(seed: 1, name: "noise.1.\(state.samples.indices[row])")
    var delta = Array(repeating: 0.0, count: 16)
    let s = noise.strength
    for _ in 0..<noise.steps {
      let rates = phi[..<8].map { tanhOf($0) }
      let larger = max(phi[8], phi[9])
      let powers = [expOf(phi[8] - larger), expOf(phi[9] - larger)]
      var nextPhi = phi
      for i in 0..<8 {
        let drive = w[2 * i] * x[0] + w[2 * i + 1] * x[1]
        let control = q[2 * i] * u[0] + q[2 * i + 1] * u[1]
        nextPhi[i] += -phi[i] + drive + control + s * epsilon[i]
      }
      for k in 0..<2 {
        let sum = (0..<8).reduce(0) { $0 + d[k * 8 + $1] * rates[$1] }
        nextPhi[8 + k] += -phi[8 + k] + sum + u[k]
      }
      for k in 0..<2 {
        u[k] += 0.04 * (target[k] - powers[k] / (powers[0] + powers[1]) - u[k])
      }
      phi = nextPhi
      var draws = [Float](repeating: 0, count: 8)
      draws.withUnsafeMutableBufferPointer { stream.fill($0.baseAddress!, count: 8) }
      for i in 0..<8 { epsilon[i] = 0.8 * epsilon[i] + Double(draws[i]) }
      for i in 0..<8 {
        let received = q[2 * i] * u[0] + q[2 * i + 1] * u[1] + s * epsilon[i]
        for k in 0..<2 { delta[2 * i + k] -= received * (u[k] - rest[k]) / (s * s) }
      }
    }
    return delta
  }

  private func tanhOf(_ x: Double) -> Double {
    var (x, y) = (x, 0.0)
    Double.hyperbolicTangent(&x, into: &y, count: 1)
    return y
  }
  private func expOf(_ x: Double) -> Double {
    var (x, y) = (x, 0.0)
    Double.exponential(&x, into: &y, count: 1)
    return y
  }

  @Test("neither optimizer nor clipping touches Q")
  func ownStep() throws {
    func control(_ optimizer: any Optimizer, clip: Double?) throws -> ContiguousArray<Double> {
      // One update: from the second on the weights differ.
      let trainer = try trainer(optimizer, clip: clip)
      var options = trainer.options
      options.batchSize = 80
      let one = try Trainer(
        trainer.network, controller: trainer.controller, parameters: trainer.parameters,
        rules: trainer.rules, optimizer: optimizer, data: trainer.data, options: options,
        settling: settling, noise: noise)
      let weights = one.parameters["x-h.weight"].values
      try one.run()
      #expect(one.parameters["x-h.weight"].values != weights)
      return one.parameters["h.control"].values
    }
    let plain = try control(GradientDescent(), clip: nil)
    #expect(try control(Adam(), clip: nil) == plain)
    #expect(try control(GradientDescent(), clip: 1e-6) == plain)
  }

  @Test("the same bits on any number of threads, and after a pause")
  func reproducible() throws {
    for precision in Precision.allCases {
      let one = try trainer(epochs: 2, precision: precision)
      try one.run()
      let two = try trainer(epochs: 2, threads: 2, precision: precision)
      try two.run()
      #expect(one.parameters == two.parameters)
      let paused = try trainer(epochs: 2, precision: precision)
      let counter = Counter()
      let end = try paused.run { counter.next() > 2 }
      #expect(end == .interrupted)
      let resumed = try trainer(epochs: 2, precision: precision)
      try resumed.restore(paused.state)
      try resumed.run()
      #expect(resumed.parameters == one.parameters)
      #expect(one.parameters["h.control"] != (try trainer()).parameters["h.control"])
      let other = try trainer(epochs: 2, precision: precision, seed: 77)
      try other.run()
      #expect(other.parameters["h.control"] != one.parameters["h.control"])
    }
  }

  private final class Counter: @unchecked Sendable {
    private var count = 0
    func next() -> Int {
      count += 1
      return count
    }
  }

  @Test("Q turns towards the output's sensitivity, transposed")
  func alignment() throws {
    // The decoder D is J of the hidden units where they are linear enough, up to the slope.
    func cosine(_ parameters: ParameterSet) -> Double {
      let q = parameters["h.control"].values
      let d = parameters["h-y.weight"].values
      var (product, a, b) = (0.0, 0.0, 0.0)
      // The common part of the two outputs does not matter to cross-entropy.
      for i in 0..<8 {
        let x = q[2 * i] - q[2 * i + 1]
        let y = d[i] - d[8 + i]
        product += x * y
        a += x * x
        b += y * y
      }
      return product / (a * b).squareRoot()
    }
    let rule = NoiseFeedback(populations: ["h"], timeConstant: 20, decay: 1)
    let trainer = try trainer(epochs: 100, rule: rule)
    let before = cosine(trainer.parameters)
    try trainer.run()
    let after = cosine(trainer.parameters)
    #expect(after > 0.9 && after > before, "\(before) \(after)")
  }

  @Test("the rule needs noise, and weights to teach")
  func refusals() throws {
    #expect(throws: TrainingError.self) { try trainer(noise: nil) }
    #expect(throws: TrainingError.self) { try trainer(rule: NoiseFeedback(populations: [])) }
    #expect(throws: TrainingError.self) {
      try trainer(rule: NoiseFeedback(populations: ["z"]))
    }
  }
}
