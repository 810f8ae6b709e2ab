import Dynamics
import Integration
import LinearAlgebra
import Testing

/// The linear example of SCIENCE 8.8: Q = Jᵀ, α = 0.1, s = 0.01, τ_ε = 0.2, τ_u = 1.
enum NoiseExample {
  static let tau = 0.04
  static let leak = 0.1
  static let strength = 0.01
  /// J = D(I − W)⁻¹ as printed, [2 × 3].
  static let sensitivity: [[Double]] = [
    [0.4702627939, 0.8990318119, -0.1659751037], [0.0414937759, 0.3734439834, 1.1618257261],
  ]

  static func noise(step: Double, steps: Int) -> OrnsteinUhlenbeck {
    OrnsteinUhlenbeck(strength: strength, timeConstant: 0.2, step: step, steps: steps)
  }

  static let controller = LinearFeedback(
    output: .leakyIntegral(leak: leak, timeConstant: 1), paths: ["hidden": .weights])

  /// The example `count` times over, as samples of different numbers and so of different noise.
  static func model(_ count: Int) throws -> Model {
    let network = try Network(
      populations: [
        Population(name: "input", size: 2, role: .input),
        Population(name: "hidden", size: 3, timeConstant: tau, hasBias: false),
      ],
      projections: [
        DenseProjection(from: "input", to: "hidden"), DenseProjection(from: "hidden", to: "hidden"),
      ],
      loss: SquaredError(), output: .init(population: "hidden", units: [1, 2]))
    let samples = Samples(
      count: count,
      inputs: ContiguousArray((0..<count).flatMap { _ in Array(Example.input) }),
      targets: ContiguousArray((0..<count).flatMap { _ in Array(Example.target) }))
    return Model(
      network, controller, samples,
      [
        "input-hidden.weight": Array(Example.inputWeights.joined()),
        "hidden-hidden.weight": Array(Example.weights.joined()),
        "hidden.control": (0..<3).flatMap { unit in sensitivity.map { $0[unit] } },
      ])
  }

  static func fluctuations(
    _ model: Model, _ noise: OrnsteinUhlenbeck, update: Int = 1, seed: UInt64 = 1,
    precision: Precision = .double, threads: Int = 1
  ) throws -> [SettledState] {
    // Single precision rests to its rounding.
    let options = precision == .single ? SettlingOptions(method: .bdf) : Example.tight
    let states = try model.batchSettler(options, precision: precision).settle(model.samples)
    #expect(states.allSatisfy { $0.areSettled })
    let settler = try NoiseSettler(
      model.network, controller: model.controller, noise: noise, seed: seed, precision: precision)
    settler.load(model.parameters)
    return try settler.settle(states, update: update, threads: threads)
  }

  /// z ← Mz + Nξ for z = (φ − φ*, u − u*, ε), as the scheme steps it.
  static func scheme(step: Double) -> (transition: DenseMatrix, noise: DenseMatrix) {
    let w = DenseMatrix(Example.weights)
    var m = DenseMatrix.identity(8)
    var n = DenseMatrix(rows: 8, columns: 3)
    for i in 0..<3 {
      for j in 0..<3 { m[i, j] += step / tau * (w[i, j] - (i == j ? 1 : 0)) }
      for k in 0..<2 { m[i, 3 + k] = step / tau * sensitivity[k][i] }
      m[i, 5 + i] = step / tau * strength
      m[5 + i, 5 + i] = 1 - step / 0.2
      n[5 + i, i] = step.squareRoot() / 0.2
    }
    for k in 0..<2 {
      m[3 + k, 1 + k] = -step
      m[3 + k, 3 + k] -= step * leak
    }
    return (m, n)
  }

  /// The stationary E[ũεᵀ] of the scheme, [2 × 3], by doubling: P = Σ Mᵏ N Nᵀ Mᵏᵀ.
  static func stationary(step: Double) -> [Double] {
    var (m, n) = scheme(step: step)
    var p = n * n.transposed
    for _ in 0..<40 {
      p = p + m * p * m.transposed
      m = m * m
    }
    return controlBlock(p)
  }

  /// The mean over the steps 1 ... `steps` of E[ũεᵀ], from ũ = 0 and ε = 0.
  static func mean(step: Double, steps: Int) -> [Double] {
    let (m, n) = scheme(step: step)
    let kick = n * n.transposed
    var p = DenseMatrix(rows: 8, columns: 8)
    var sum = Array(repeating: 0.0, count: 6)
    for _ in 0..<steps {
      p = m * p * m.transposed + kick
      for (i, value) in controlBlock(p).enumerated() { sum[i] += value }
    }
    return sum.map { $0 / Double(steps) }
  }

  private static func controlBlock(_ p: DenseMatrix) -> [Double] {
    (0..<2).flatMap { k in (0..<3).map { p[3 + k, 5 + $0] } }
  }

  /// What SCIENCE 8.8 prints, of continuous time.
  static let printed = [
    -0.0013658078, -0.003258773, 0.0006229858, -0.0000141985, -0.0009793874, -0.0037755651,
  ]
}

extension DenseMatrix {
  fileprivate static func + (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
    DenseMatrix(
      rows: a.rows, columns: a.columns,
      elements: ContiguousArray(zip(a.elements, b.elements).map { $0 + $1 }))
  }
}

@Suite("Noise in the dynamics (SCIENCE 2.2, 8.8)")
struct NoiseTests {
  /// Of each of the six elements: the mean over samples and its standard error, which the samples,
  /// independent of each other, tell.
  private func estimate(
    step: Double, steps: Int, samples: Int, precision: Precision = .double
  ) throws -> [(mean: Double, error: Double)] {
    let states = try NoiseExample.fluctuations(
      NoiseExample.model(samples), NoiseExample.noise(step: step, steps: steps),
      precision: precision, threads: 2)
    var values = Array(repeating: [Double](), count: 6)
    for state in states {
      let sums = state.fluctuations!.noiseSums
      for row in 0..<state.count {
        for i in 0..<6 { values[i].append(sums[row * 6 + i] / Double(steps)) }
      }
    }
    return values.map { values in
      let mean = values.reduce(0, +) / Double(values.count)
      let variance =
        values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
      return (mean, (variance / Double(values.count)).squareRoot())
    }
  }

  /// Standard errors allowed. Means of hundreds of samples are normal: beyond five a right program is
  /// once in 300 000 runs of six elements, and the seed is fixed.
  private let bound = 5.0

  @Test(
    "E[\u{169}\u{3b5}\u{1d40}] is that of the discrete scheme, within its standard error",
    arguments: [(0.04, 2000, Precision.double), (0.04, 2000, .single), (0.01, 4000, .double)])
  func correlation(step: Double, steps: Int, precision: Precision) throws {
    let expected = NoiseExample.mean(step: step, steps: steps)
    let found = try estimate(step: step, steps: steps, samples: 512, precision: precision)
    for (i, (mean, error)) in found.enumerated() {
      #expect(abs(mean - expected[i]) < bound * error, "\(i): \(mean) \u{b1} \(error)")
    }
    // The test can tell schemes apart: at this step continuous time is excluded.
    if step == 0.04 {
      #expect(zip(found, NoiseExample.printed).contains { abs($0.mean - $1) > bound * $0.error })
    }
  }

  @Test("the scheme's value tends to the printed one of continuous time, in proportion to the step")
  func continuousLimit() {
    let size = norm(NoiseExample.printed)
    let steps = [0.04, 0.02, 0.01, 0.005, 0.0025, 0.00125]
    let errors = steps.map { step in
      norm(zip(NoiseExample.stationary(step: step), NoiseExample.printed).map { $0 - $1 }) / size
    }
    #expect(abs(errors[0] - 0.1115) < 5e-5, "11 % at the published step")
    // First order: halving the step halves the error, up to the next order, the step over τ.
    for i in 1..<steps.count {
      let ratio = errors[i - 1] / errors[i]
      #expect(abs(ratio - 2) < 2 * steps[i - 1] / 0.2, "from \(steps[i - 1]): \(ratio)")
    }
  }

  @Test("the mean over a run from rest tends to the stationary value")
  func transient() {
    let stationary = NoiseExample.stationary(step: 0.04)
    let long = NoiseExample.mean(step: 0.04, steps: 100_000)
    // The transient lasts 1/(1 − 0.954) = 22 steps, so 1e-3 of the run at most.
    for (a, b) in zip(long, stationary) { #expect(abs(a - b) <= 1e-3 * norm(stationary)) }
  }

  @Test("the variance of \u{3b5} is 2.7778 at a step of 0.04, and 2.5 in the limit")
  func variance() throws {
    let noise = OrnsteinUhlenbeck(timeConstant: 0.2, step: 0.04)
    #expect(abs(noise.variance - 1 / (1 - 0.64)) < 1e-12)
    let fine = OrnsteinUhlenbeck(timeConstant: 0.2, step: 1e-6)
    #expect(abs(fine.variance - 2.5) < 1e-4)

    let model = try NoiseExample.model(256)
    let system = NoiseExample.controller.makeSystem(
      model.network, capacity: 256, Double.self)
    system.load(model.parameters)
    system.load(
      inputs: model.samples.inputs.span, targets: model.samples.targets.span, count: 256)
    let integrator = EulerMaruyama(system, controller: model.controller, noise: noise)
    integrator.start(
      ContiguousArray(repeating: 0, count: 256 * system.dimension),
      streams: (0..<256).map { NormalStream(seed: 3, name: "\($0)") })
    let epsilon = MatrixBuffer<Double>(rows: 256, columns: 3)
    let next = MatrixBuffer<Double>(rows: 256, columns: 3)
    var sum = 0.0
    var count = 0
    for step in 0..<600 {
      try integrator.evaluate()
      integrator.step(noise: { epsilon.row($0) }, next: { next.row($0) })
      epsilon.base.update(from: next.base, count: 256 * 3)
      // 0.8¹⁰⁰ is nothing.
      guard step >= 100 else { continue }
      for i in 0..<256 * 3 { sum += epsilon.base[i] * epsilon.base[i] }
      count += 256 * 3
    }
    let expected = 1 / (1 - 0.64)
    // Squares of a normal process of correlation ρᵏ: 2σ⁴ (1 + ρ²)/(1 − ρ²) for each number.
    let error = expected * (2 * (1 + 0.64) / (1 - 0.64) / Double(count)).squareRoot()
    #expect(abs(sum / Double(count) - expected) < bound * error, "\(sum / Double(count))")
    #expect(abs(sum / Double(count) - 2.5) > bound * error)
  }

  @Test("a run is the recursion of the equations, step by step")
  func recursion() throws {
    let model = try NoiseExample.model(2)
    let noise = NoiseExample.noise(step: 0.04, steps: 70)
    let state = try NoiseExample.fluctuations(model, noise, update: 7, seed: 9)[0]
    let (m, n) = NoiseExample.scheme(step: 0.04)
    for sample in 0..<2 {
      var stream = NormalStream(seed: 9, name: "noise.7.\(sample)")
      var z = ContiguousArray(repeating: 0.0, count: 8)
      var noiseSums = Array(repeating: 0.0, count: 6)
      var controlSums = Array(repeating: 0.0, count: 4)
      let rest = Array(state.observation.u[sample * 2..<sample * 2 + 2])
      for _ in 0..<70 {
        var draws = [Float](repeating: 0, count: 3)
        draws.withUnsafeMutableBufferPointer { stream.fill($0.baseAddress!, count: 3) }
        let kick = n * ContiguousArray(draws.map(Double.init))
        z = ContiguousArray(zip(m * z, kick).map { $0 + $1 })
        for k in 0..<2 {
          for i in 0..<3 { noiseSums[k * 3 + i] += z[3 + k] * z[5 + i] }
          for j in 0..<2 { controlSums[j * 2 + k] += (rest[j] + z[3 + j]) * z[3 + k] }
        }
      }
      let found = state.fluctuations!
      // The equilibrium is known to 1e-12, and u − u* is of the order of s.
      #expect(near(found.noiseSums[sample * 6..<sample * 6 + 6], noiseSums, 1e-9))
      #expect(near(found.controlSums[sample * 4..<sample * 4 + 4], controlSums, 1e-9))
    }
  }

  @Test("noise depends on seed, update and sample, not on threads or neighbours")
  func reproducible() throws {
    let model = try NoiseExample.model(70)
    let noise = NoiseExample.noise(step: 0.04, steps: 40)
    func sums(update: Int = 1, seed: UInt64 = 1, threads: Int = 1) throws -> [Double] {
      try NoiseExample.fluctuations(model, noise, update: update, seed: seed, threads: threads)
        .flatMap { $0.fluctuations!.noiseSums }
    }
    let base = try sums()
    #expect(try sums(threads: 3) == base)
    #expect(try sums(update: 2) != base)
    #expect(try sums(seed: 2) != base)
    #expect(Array(base[0..<6]) != Array(base[6..<12]))
    var alone = model
    alone.samples = model.samples.selecting([41])
    let found = try NoiseExample.fluctuations(alone, noise)[0].fluctuations!.noiseSums
    // The same but for the rounding of products of one row and of many.
    #expect(near(found, Array(base[41 * 6..<42 * 6]), 1e-9))
  }

  @Test("without strength nothing moves; without control, or too long a step, it is refused")
  func limits() throws {
    let model = try NoiseExample.model(1)
    var noise = NoiseExample.noise(step: 0.04, steps: 50)
    noise.strength = 0
    let still = try NoiseExample.fluctuations(model, noise)[0]
    // u rests to 1e-12; 50 steps of noise of size 1 multiply that.
    #expect(still.fluctuations!.noiseSums.allSatisfy { abs($0) < 1e-9 })
    #expect(still.certificates[0].outcome == .settled)
    #expect(throws: NetworkError.self) {
      try NoiseSettler(
        model.network, controller: model.controller,
        noise: NoiseExample.noise(step: 0.08, steps: 1), seed: 1)
    }
    #expect(throws: NetworkError.self) {
      try NoiseSettler(
        model.network, controller: NoControl(), noise: NoiseExample.noise(step: 0.04, steps: 1),
        seed: 1)
    }
  }
}
