import Dynamics
import Integration
import LinearAlgebra
import Testing

@Suite("The tanh example beyond its equilibria (SCIENCE 8.2)")
struct TanhOracleTests {
  static func model(_ controller: any Controller) throws -> Model {
    try LinearOracleTests.model(controller, Tanh())
  }

  static func inversion(leak: Double, timeConstant: Double) -> DynamicInversion {
    DynamicInversion(output: .leakyIntegral(leak: leak, timeConstant: timeConstant))
  }

  @Test("\u{3c8}\u{3c3}(\u{3c6})\u{1d40} is the printed \u{2212}dH/dW")
  func gradient() throws {
    let expected = [
      -0.1876059884, -0.1144214567, 0.0488706626, -0.841972994, -0.513521862, 0.2193308349,
      0.6617593588, 0.4036090237, -0.1723858529,
    ]
    let loop = OutputController.leakyIntegral(leak: 0, timeConstant: 10)
    for controller: any Controller in [DynamicInversion(output: loop), EnergyBased(output: loop)] {
      let update = try Self.model(controller).settle().leastControlUpdate()
      #expect(near(update["hidden-hidden.weight"]!, expected.map { -$0 }))
    }
  }

  @Test("J at the free equilibrium gives the printed \u{3b4} and dL/dW")
  func backpropagated() throws {
    let model = try Self.model(NoControl())
    let free = try model.settle()
    let error = ContiguousArray(zip(Example.target, free.observation.outputs).map { $0 - $1 })
    let delta = try model.sensitivity(at: free).transposed * error
    #expect(near(delta, [0.2013532221, 1.1943265723, -0.9922308544]))
    let gradient = delta.flatMap { signal in free.observation.rates.map { -signal * $0 } }
    let expected = [
      -0.1652785312, 0.1363196223, -0.084790347, -0.9803495551, 0.8085797961, -0.5029339161,
      0.8144615545, -0.6717574912, 0.4178309022,
    ]
    #expect(near(gradient, expected))
  }

  @Test("dynamic inversion has the printed eigenvalues at its equilibrium")
  func eigenvalues() throws {
    let model = try Self.model(Self.inversion(leak: 0.1, timeConstant: 1))
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    let expected = [
      (-1.7086531728, 0), (-1.5393876775, 0), (-0.9175073051, -0.6057742514),
      (-0.9175073051, 0.6057742514), (-0.1177080921, -0.7905392712), (-0.1177080921, 0.7905392712),
      (-0.0746037693, -0.830231212), (-0.0746037693, 0.830231212),
    ]
    let found = try model.jacobian(at: state).eigenvalues()
    #expect(found.count == expected.count)
    for (real, imaginary) in expected {
      #expect(
        found.contains { abs($0.real - real) < 2e-10 && abs($0.imaginary - imaginary) < 2e-10 },
        "\(real) \(imaginary)i")
    }
  }

  @Test(
    "without a leak it has the printed leading eigenvalue",
    arguments: zip([1, 10], [-0.0534011361, -0.1666090643]))
  func leadingEigenvalue(timeConstant: Double, expected: Double) throws {
    let model = try Self.model(Self.inversion(leak: 0, timeConstant: timeConstant))
    let state = try model.settle()
    #expect(state.areSettled, "\(state.summaries)")
    #expect(abs(try model.jacobian(at: state).leadingEigenvalue() - expected) < 2e-10)
  }

  static let inversionTransients: [TransientOracle] = [
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 1,
      state: [
        0.6060685546, -0.5223541009, 0.3116199302, 0.0263126131, 0.2675913137, -0.1490344661,
        0.7996931408, -0.3875701757,
      ]),
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 5,
      state: [
        0.9776428346, 0.9101731441, -0.4665159392, 0.3254180067, 1.5009281888, -1.1395909379,
        1.3647003014, -0.5030711449,
      ]),
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 20,
      state: [
        0.9974151841, 0.4238018883, -0.2075128298, 0.2282497837, 1.1008879712, -0.852933319,
        1.3004043888, -0.4715440941,
      ]),
    TransientOracle(
      leak: 0, timeConstant: 5, time: 5,
      state: [
        1.0949157021, -0.1815604341, 0.0738508504, 0.1037908226, 0.7214090967, -0.5741670011,
        0.9767740561, -0.4635092538,
      ]),
    TransientOracle(
      leak: 0, timeConstant: 5, time: 20,
      state: [
        0.9904121976, 0.5098892993, -0.1993513138, 0.2497646328, 1.1153667506, -0.8753114514,
        1.2876180598, -0.5156915387,
      ]),
  ]

  @Test(
    "transients of dynamic inversion pass through the printed states",
    arguments: inversionTransients, IntegratorOptions.Method.allCases)
  func inversionTransient(_ oracle: TransientOracle, method: IntegratorOptions.Method) throws {
    let model = try Self.model(
      Self.inversion(leak: oracle.leak, timeConstant: oracle.timeConstant))
    #expect(near(try model.trajectory(to: oracle.time, method), oracle.state))
  }

  static let energyTransients: [TransientOracle] = [
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 1,
      state: [0.683601131, -0.2728730574, 0.0897843148, 0.6889429983, -0.2562121801]),
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 5,
      state: [0.9927816654, 0.4697189791, -0.1850191832, 1.2103214006, -0.4867923197]),
    TransientOracle(
      leak: 0.1, timeConstant: 1, time: 20,
      state: [1.0001307869, 0.381048222, -0.1527833106, 1.1894911766, -0.4723890033]),
  ]

  @Test(
    "transients of energy-based dynamics pass through the printed states",
    arguments: energyTransients, IntegratorOptions.Method.allCases)
  func energyTransient(_ oracle: TransientOracle, method: IntegratorOptions.Method) throws {
    let loop = OutputController.leakyIntegral(
      leak: oracle.leak, timeConstant: oracle.timeConstant)
    let model = try Self.model(EnergyBased(output: loop))
    #expect(near(try model.trajectory(to: oracle.time, method), oracle.state))
  }
}
