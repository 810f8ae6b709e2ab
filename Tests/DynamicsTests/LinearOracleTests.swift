import Dynamics
import Integration
import LinearAlgebra
import Testing

@Suite("The linear example beyond its equilibria (SCIENCE 8.1)")
struct LinearOracleTests {
  static func model(_ controller: any Controller, _ activation: any Activation = Identity()) throws
    -> Model
  {
    let network = try Example.network(activation)
    var model = Model(network, controller, Example.samples)
    model.parameters = Example.parameters(network, controller)
    return model
  }

  static func inversion(leak: Double, timeConstant: Double = 5) -> DynamicInversion {
    DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: timeConstant))
  }

  static let dHdW = [
    -0.7356281055, -0.2650617284, 0.1060246914, -1.1863587868, -0.4274691358, 0.1709876543,
    1.1395896967, 0.410617284, -0.1642469136,
  ]
  static let dHdU = [
    -0.5301234568, 0.2650617284, -0.8549382716, 0.4274691358, 0.8212345679, -0.410617284,
  ]
  static let leastControl = [0.5301234568, 0.8549382716, -0.8212345679]

  /// dL/dW by backpropagation: −(Jᵀe₀)φᵀ.
  static let dLdW = [
    -0.6386448913, 0.3384639032, -0.2135971989, -0.9984262372, 0.5291379386, -0.3339274306,
    1.1154541817, -0.5911594711, 0.3730678692,
  ]

  @Test(
    "\u{3c8}\u{3c6}\u{1d40} and \u{3c8}x\u{1d40} are the printed \u{2212}dH/dW and \u{2212}dH/dU")
  func gradients() throws {
    let update = try Self.model(Self.inversion(leak: 0)).settle().leastControlUpdate()
    #expect(near(update["hidden-hidden.weight"]!, Self.dHdW.map { -$0 }))
    #expect(near(update["input-hidden.weight"]!, Self.dHdU.map { -$0 }))
  }

  @Test("with a leak \u{3c8}\u{3c6}\u{1d40} is the printed \u{2212}dF/dW")
  func leakyGradient() throws {
    let update = try Self.model(Self.inversion(leak: 0.1)).settle().leastControlUpdate()
    let expected = [
      -0.6606739643, -0.1892828819, 0.0724731018, -1.0635467697, -0.3047058134, 0.1166665215,
      1.0312046357, 0.2954398022, -0.1131187281,
    ]
    #expect(near(update["hidden-hidden.weight"]!, expected.map { -$0 }))
  }

  @Test("J, and with it the true gradient, come out of the Jacobian products")
  func sensitivity() throws {
    let model = try Self.model(NoControl())
    let free = try model.settle()
    let j = try model.sensitivity(at: free)
    let expected = [
      0.4702627939, 0.8990318119, -0.1659751037, 0.0414937759, 0.3734439834, 1.1618257261,
    ]
    #expect(near(j.elements, expected, 6e-11))
    let error = ContiguousArray(zip(Example.target, free.observation.outputs).map { $0 - $1 })
    #expect(near(error, [1.1542185339, -0.6128630705]))
    let delta = j.transposed * error
    let gradient = delta.flatMap { signal in free.observation.phi.map { -signal * $0 } }
    #expect(near(gradient, Self.dLdW))
  }

  /// The printed differences have three digits.
  @Test(
    "\u{3b1} dF/dW tends to dL/dW as \u{3b1} grows",
    arguments: zip([10, 1e2, 1e3, 1e4], [0.143, 0.0166, 0.00168, 0.000169]))
  func strongLeak(leak: Double, difference: Double) throws {
    let update = try Self.model(Self.inversion(leak: leak)).settle().leastControlUpdate()
    let scaled = update["hidden-hidden.weight"]!.map { -leak * $0 }
    let found = largestDifference(scaled, Self.dLdW)
    #expect(abs(found / difference - 1) < 0.005)
  }

  @Test(
    "dF/dW tends to dH/dW as \u{3b1} vanishes",
    arguments: zip([0.1, 1e-2, 1e-3, 1e-4], [0.123, 0.0142, 0.00144, 0.000145]))
  func weakLeak(leak: Double, difference: Double) throws {
    let update = try Self.model(Self.inversion(leak: leak)).settle().leastControlUpdate()
    let found = largestDifference(update["hidden-hidden.weight"]!.map { -$0 }, Self.dHdW)
    #expect(abs(found / difference - 1) < 0.005)
  }

  // MARK: Linear feedback

  static func feedback(_ q: DenseMatrix, timeConstant: Double = 20) throws -> Model {
    let loop = OutputController.leakyIntegral(leak: 0, timeConstant: timeConstant)
    var model = try model(LinearFeedback(output: loop, paths: ["hidden": .weights]))
    model.parameters["hidden.control"].values = q.elements
    return model
  }

  static let misaligned = DenseMatrix([[0.3, -0.2], [1, 0.1], [0, 1]])

  @Test("a misaligned Q reaches the target with more than the least control")
  func misalignedFeedback() throws {
    let model = try Self.feedback(Self.misaligned)
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    #expect(near(state.observation.psi, [0.4582184517, 0.8908907741, -0.8302226935]))
    #expect(abs(state.controlEnergy(0) - 0.8464601208997704) < 2e-10)
    #expect(state.observation.losses[0] < 1e-20)
    let update = state.leastControlUpdate()["hidden-hidden.weight"]!
    let cosine = -dot(update, Self.dHdW) / (norm(update) * norm(Self.dHdW))
    #expect(abs(cosine - 0.9977981371) < 2e-10)
  }

  @Test("its columns are at the printed angles to the rows of J")
  func angles() throws {
    let model = try Self.feedback(Self.misaligned)
    let j = try model.sensitivity(at: model.settle())
    let rows = try j.transposed.orthonormalized()
    let columns = try Self.misaligned.orthonormalized()
    // The sine of the largest angle is the norm of what lies outside: well conditioned at 0 too.
    let inside = rows.transposed * columns
    let cosines = try inside.singularValues()
    #expect(abs(cosines[0] - 1) < 1e-12)
    let degrees = 11.4529793 * Double.pi / 180
    #expect(abs(cosines[1] - cosine(degrees)) < 1e-9)
    // The part of Q that lies in the row space.
    let projected = rows * (rows.transposed * Self.misaligned)
    let ratio = norm(projected.elements) / norm(Self.misaligned.elements)
    #expect(abs(ratio - 0.9896778912) < 1e-10)
  }

  /// cos x by its series: enough for small angles.
  private func cosine(_ x: Double) -> Double {
    1 - x * x / 2 * (1 - x * x / 12 * (1 - x * x / 30 * (1 - x * x / 56)))
  }

  @Test("feedback to the outputs alone, Q = D\u{1d40}, has its printed equilibrium")
  func outputFeedback() throws {
    // As weights, and as the path that needs none.
    let weights = try Self.feedback(DenseMatrix([[0, 0], [1, 0], [0, 1]]))
    let identity = try Self.model(
      LinearFeedback(output: .leakyIntegral(leak: 0, timeConstant: 20)))
    for model in [weights, identity] {
      let state = try model.settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.psi, [0, 1.12, -0.8875]))
      #expect(near(state.observation.phi, [0.725, 0.5, -0.2]))
      #expect(abs(state.controlEnergy(0) - 1.021028125) < 2e-10)
    }
  }

  @Test("Q = J\u{1d40}M reproduces the least control")
  func alignedFeedback() throws {
    let free = try Self.model(NoControl())
    let j = try free.sensitivity(at: free.settle())
    for m in [DenseMatrix.identity(2), DenseMatrix([[2, 0.7], [-0.4, 0.5]])] {
      let state = try Self.feedback(j.transposed * m).settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(near(state.observation.psi, Self.leastControl))
      #expect(near(state.observation.phi, [1.387654321, 0.5, -0.2]))
      #expect(abs(state.controlEnergy(0) - 0.8431882716049381) < 2e-10)
    }
  }

  // MARK: Spectra

  @Test(
    "the closed loop of dynamic inversion has the printed leading eigenvalue",
    arguments: [
      (0, 1, -0.0062263764), (0, 2, -0.1069650560), (0, 5, -0.2044599801), (0, 20, -0.0557202497),
      (0.1, 1, -0.0457425736), (1, 1, -0.3639938299),
    ])
  func spectrum(leak: Double, timeConstant: Double, expected: Double) throws {
    let system = try Self.model(Self.inversion(leak: leak, timeConstant: timeConstant)).system()
    let zero = ContiguousArray<Double>(repeating: 0, count: system.dimension)
    let leading = try denseJacobian(system, at: zero).leadingEigenvalue()
    #expect(abs(leading - expected) < 6e-11)
  }

  /// A gain g on the integral, u = g·u_i, is a gain on the loss.
  @Test(
    "the unit Euler step has the printed spectral radius, and settles where it is below one",
    arguments: [(1, 1.2578585267), (0.25, 0.8946404738), (1.0 / 64, 0.8802297677)])
  func euler(gain: Double, expected: Double) throws {
    let model = try Self.model(
      DynamicInversion(output: OutputController(integral: gain, leak: 0.1)))
    let system = model.system()
    let zero = ContiguousArray<Double>(repeating: 0, count: system.dimension)
    var step = try denseJacobian(system, at: zero)
    for i in 0..<step.rows { step[i, i] += 1 }
    #expect(abs(try step.spectralRadius() - expected) < 6e-11)
    var options = SettlingOptions(method: .fixedPoint, residual: 1e-10)
    options.iterations = 1000
    let state = try model.settle(options)
    #expect(state.certificates[0].outcome == (expected < 1 ? .settled : .diverged))
  }

  // MARK: Transients and descent

  static let transients: [TransientOracle] = [
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 1,
      state: [
        0.6150105974, -0.5172631846, 0.3060238658, 0.0336764069, 0.2657726031, -0.1502931951,
        0.7986416408, -0.3861114774,
      ]),
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 5,
      state: [
        1.403373855, 0.9141479493, -0.4401688138, 0.7399036015, 1.1387803262, -1.1097752221,
        1.1959739458, -0.509454514,
      ]),
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 20,
      state: [
        1.3726674114, 0.4198928466, -0.2188768102, 0.496813584, 0.7996716935, -0.8300180437,
        1.1042761648, -0.5226299562,
      ]),
    TransientOracle(
      leak: 0, timeConstant: 5, time: 1,
      state: [
        0.6136242016, -0.5761769768, 0.3337713442, 0.0069462139, 0.0554770636, -0.0312815554,
        0.170061668, -0.0820659798,
      ]),
    TransientOracle(
      leak: 0, timeConstant: 5, time: 5,
      state: [
        1.2800912762, -0.0625286575, 0.0750928286, 0.2852668913, 0.6346421782, -0.5371500611,
        0.9167235822, -0.4466333041,
      ]),
    TransientOracle(
      leak: 0, timeConstant: 5, time: 20,
      state: [
        1.3884324447, 0.5034799062, -0.1973548189, 0.5316189915, 0.8574954781, -0.8197265627,
        1.1764487218, -0.5375794939,
      ]),
  ]

  @Test(
    "transients from rest pass through the printed states",
    arguments: transients, IntegratorOptions.Method.allCases)
  func transient(_ oracle: TransientOracle, method: IntegratorOptions.Method) throws {
    let model = try Self.model(
      Self.inversion(leak: oracle.leak, timeConstant: oracle.timeConstant))
    #expect(near(try model.trajectory(to: oracle.time, method), oracle.state))
  }

  /// H and the free loss before each of the first updates.
  @Test("descent on H with rate 0.1 follows the printed trace")
  func descent() throws {
    let trace = [
      (0.8431882716, 0.8539107836), (0.3461523454, 0.4414861960), (0.1220514902, 0.1943705247),
      (0.0401026024, 0.0756532273), (0.0128394144, 0.0270997913), (0.0040754044, 0.0092164849),
    ]
    var model = try Self.model(Self.inversion(leak: 0))
    for (energy, loss) in trace {
      let state = try model.settle()
      #expect(state.areSettled, "\(state.summaries)")
      #expect(abs(state.controlEnergy(0) - energy) < 2e-10)
      let free = try model.under(NoControl()).settle()
      #expect(abs(free.observation.losses[0] - loss) < 2e-10)
      for (name, delta) in state.leastControlUpdate() {
        for (i, value) in delta.enumerated() { model.parameters[name].values[i] += 0.1 * value }
      }
    }
  }
}

/// A printed state on the way from rest.
struct TransientOracle: Sendable, CustomTestStringConvertible {
  let leak: Double
  let timeConstant: Double
  let time: Double
  let state: [Double]
  var testDescription: String { "\u{3b1} = \(leak), \u{3c4}_u = \(timeConstant), t = \(time)" }
}

extension Model {
  /// The state at a time, from rest. At these tolerances CVODE's global error is below 1e-10.
  func trajectory(to time: Double, _ method: IntegratorOptions.Method = .bdf) throws -> [Double] {
    let system = system()
    let integrator = try Integrator(
      system,
      options: IntegratorOptions(
        method: method, relativeTolerance: 1e-12, absoluteTolerance: 1e-14))
    let rest = ContiguousArray<Double>(repeating: 0, count: system.dimension)
    try integrator.start(at: 0, state: rest.span)
    _ = try integrator.advance(to: time)
    return integrator.withState { state in state.indices.map { state[$0] } }
  }
}
