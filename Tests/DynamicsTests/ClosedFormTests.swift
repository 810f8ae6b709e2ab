import Dynamics
import Integration
import LinearAlgebra
import Testing

/// The engine solves no linear system: here the equilibria of random linear networks come from LU
/// factorizations of A = I − W, and the two must meet.
///
/// Tolerance: the residual of 1e-12 is relative to norms below 10, and the inverse of the closed
/// loop's Jacobian has a norm below 20: 2e-10.
@Suite("Closed forms of random linear networks (SCIENCE 8.0)")
struct ClosedFormTests {
  struct Linear {
    let model: Model
    let a: LinearAlgebra.LUFactorization
    let free: ContiguousArray<Double>
    let j: DenseMatrix
    /// y_t − Dφ_free
    let error: ContiguousArray<Double>

    init(seed: UInt64, leak: Double) throws {
      let units = 6
      let read = [4, 1, 2]
      var random = RandomStream(seed: seed, name: "linear")
      let network = try Network(
        populations: [
          Population(name: "x", size: 2, role: .input), Population(name: "h", size: units),
        ],
        projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "h")],
        loss: SquaredError(), output: .init(population: "h", units: read))
      let input = (0..<2).map { _ in random.normal() }
      let target = ContiguousArray((0..<read.count).map { _ in random.normal() })
      let w = (0..<units * units).map { _ in 0.5 * random.normal() / Double(units).squareRoot() }
      let u = (0..<units * 2).map { _ in random.normal() }
      let bias = (0..<units).map { _ in random.normal() }
      let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 20)
      model = Model(
        network, DynamicInversion(output: loop),
        Samples(count: 1, inputs: ContiguousArray(input), targets: target),
        ["h-h.weight": w, "x-h.weight": u, "h.bias": bias])
      var matrix = DenseMatrix.identity(units)
      for i in 0..<units * units { matrix[i / units, i % units] -= w[i] }
      a = try LinearAlgebra.LUFactorization(matrix)
      let drive = ContiguousArray((0..<units).map { bias[$0] + dot(u[2 * $0..<2 * $0 + 2], input) })
      free = try a.solve(drive)
      var selection = DenseMatrix(rows: units, columns: read.count)
      for (k, unit) in read.enumerated() { selection[unit, k] = 1 }
      j = try a.solve(selection, transposed: true).transposed
      error = ContiguousArray(zip(target, read).map { [free] in $0.0 - free[$0.1] })
    }

    /// u = (αI + JQ)⁻¹e₀
    func control(leak: Double, q: DenseMatrix) throws -> ContiguousArray<Double> {
      var matrix = j * q
      for i in 0..<matrix.rows { matrix[i, i] += leak }
      return try LinearAlgebra.LUFactorization(matrix).solve(error)
    }

    /// J⁺e₀ = Jᵀ(JJᵀ)⁻¹e₀
    func leastControl() throws -> ContiguousArray<Double> {
      try j.transposed * control(leak: 0, q: j.transposed)
    }
  }

  static let seeds: [UInt64] = [1, 2, 3, 4, 5]

  @Test("without control \u{3c6} is (I \u{2212} W)\u{207b}\u{b9}(Ux + b)", arguments: seeds)
  func free(seed: UInt64) throws {
    let linear = try Linear(seed: seed, leak: 1)
    let state = try linear.model.under(NoControl()).settle()
    #expect(state.areSettled, "\(state.summaries)")
    #expect(near(state.observation.phi, Array(linear.free)))
    #expect(abs(state.observation.losses[0] - dot(linear.error, linear.error) / 2) < 2e-10)
  }

  @Test(
    "dynamic inversion and energy reach u = (\u{3b1}I + JJ\u{1d40})\u{207b}\u{b9}e, \u{3c8} = J\u{1d40}u and F",
    arguments: seeds, [0, 0.01, 0.3, 3])
  func inversion(seed: UInt64, leak: Double) throws {
    let linear = try Linear(seed: seed, leak: leak)
    let u = try linear.control(leak: leak, q: linear.j.transposed)
    let psi = linear.j.transposed * u
    let phi = zip(linear.free, try linear.a.solve(psi)).map { $0 + $1 }
    let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 20)
    for controller: any Controller in [DynamicInversion(output: loop), EnergyBased(output: loop)] {
      let state = try linear.model.under(controller).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.u, Array(u)))
      #expect(near(state.observation.psi, Array(psi)))
      #expect(near(state.observation.phi, phi))
      // The output error is αu, and F = ½ e₀ᵀ(αI + JJᵀ)⁻¹e₀.
      let remaining = zip(linear.model.samples.targets, state.observation.outputs).map { $0 - $1 }
      #expect(near(remaining, u.map { leak * $0 }))
      let f = dot(linear.error, u) / 2
      // dF = Σ ψ dψ + e de/α: the errors of ψ and e, once more by their own size.
      #expect(abs(state.augmentedEnergy(leak: leak) - f) < 2e-9)
    }
  }

  @Test(
    "any Q gives u = (\u{3b1}I + JQ)\u{207b}\u{b9}e and \u{3c8} = Qu", arguments: seeds, [0, 0.5])
  func anyFeedback(seed: UInt64, leak: Double) throws {
    let linear = try Linear(seed: seed, leak: leak)
    var random = RandomStream(seed: seed, name: "Q")
    // Near enough to Jᵀ that JQ keeps its eigenvalues on the right.
    var q = linear.j.transposed
    for i in 0..<q.rows { for k in 0..<q.columns { q[i, k] += 0.25 * random.normal() } }
    let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 20)
    var model = linear.model.under(LinearFeedback(output: loop, paths: ["h": .weights]))
    model.parameters["h.control"].values = q.elements
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    let u = try linear.control(leak: leak, q: q)
    let psi = q * u
    #expect(near(state.observation.u, Array(u)))
    #expect(near(state.observation.psi, Array(psi)))
    #expect(near(state.observation.phi, zip(linear.free, try linear.a.solve(psi)).map { $0 + $1 }))
    guard leak == 0 else { return }
    // The least control is less than what a Q of other columns needs, clearly so for a random one.
    let least = norm(try linear.leastControl())
    #expect(norm(state.observation.psi) > least * (1 + 1e-4))
  }

  @Test("without a leak \u{2016}Qu\u{2016} is least for every Q = J\u{1d40}M", arguments: seeds)
  func alignedFeedback(seed: UInt64) throws {
    let linear = try Linear(seed: seed, leak: 0)
    let least = try linear.leastControl()
    let m = DenseMatrix([[1.5, 0.4, 0], [-0.3, 1, 0.2], [0.1, -0.2, 0.8]])
    let loop = OutputController.leakyIntegral(leak: 0, timeConstant: 20)
    var model = linear.model.under(LinearFeedback(output: loop, paths: ["h": .weights]))
    model.parameters["h.control"].values = (linear.j.transposed * m).elements
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    #expect(near(state.observation.psi, Array(least)))
  }

  @Test(
    "a vanishing leak leads to J\u{207a}e, at a distance of the order of \u{3b1}", arguments: seeds)
  func weakLeak(seed: UInt64) throws {
    let linear = try Linear(seed: seed, leak: 0)
    let least = try linear.leastControl()
    let u = try linear.control(leak: 0, q: linear.j.transposed)
    let g = linear.j * linear.j.transposed
    let smallest = try g.singularValues().last!
    for leak in [1e-2, 1e-3, 1e-4] {
      let loop = OutputController.leakyIntegral(leak: leak, timeConstant: 20)
      let state = try linear.model.under(EnergyBased(output: loop)).settle()
      #expect(state.areSettled, "\(state.summaries)")
      // u(α) − u(0) = −α(αI + G)⁻¹u(0), and ψ = Jᵀu.
      let bound = leak / smallest * norm(u) * (try linear.j.spectralNorm())
      let distance = norm(zip(state.observation.psi, least).map { $0 - $1 })
      #expect(distance <= bound + 2e-10)
      #expect(distance > 0)
    }
  }

  @Test(
    "under a strong leak \u{3b1}\u{3c8} tends to the backpropagated error J\u{1d40}e",
    arguments: seeds)
  func strongLeak(seed: UInt64) throws {
    let leak = 1e4
    let linear = try Linear(seed: seed, leak: leak)
    let state = try linear.model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    let backward = linear.j.transposed * linear.error
    // αu − e₀ = −(αI + G)⁻¹G e₀, no longer than ‖G‖/α ‖e₀‖.
    let relative = try (linear.j * linear.j.transposed).spectralNorm() / leak
    let bound = relative * norm(linear.error) * (try linear.j.spectralNorm())
    #expect(
      norm(zip(state.observation.psi, backward).map { leak * $0 - $1 }) <= bound + 1e-8)
    let half = dot(linear.error, linear.error) / 2
    #expect(abs(leak * state.augmentedEnergy(leak: leak) - half) <= relative * half + 1e-8)
  }
}
