import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

/// The audit against the printed gradients and subspaces of SCIENCE 8: whatever the controller at hand, it
/// must find −∇F of least control and −∇L of the free network.
@Suite("Audit: gradients")
struct AuditGradientTests {
  /// A rule that says the same of every sample: a printed gradient, with a claim.
  struct Printed: LearningRule {
    let name = "printed"
    var values: [String: [Double]]
    var claim: Objective?
    var phases: Set<SettledPhase> = [.free]

    func descends(under controller: any Controller, in network: Network) -> Objective? { claim }
    func changedParameters(of network: Network) -> Set<String> { Set(values.keys) }
    func accumulate(
      _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
      into update: inout ParameterUpdate
    ) {
      for (name, values) in values {
        for (i, value) in values.enumerated() {
          update[name][i] += value * Double(states.count)
        }
      }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var isLinear: Bool
    var leak: Double
    var reference: Objective
    /// The gradient by W, printed to ten digits.
    var gradient: [Double]
  }

  static let cases = [
    Case(
      testDescription: "linear, dH/dW", isLinear: true, leak: 0, reference: .augmentedEnergy,
      gradient: [
        -0.7356281055, -0.2650617284, 0.1060246914, -1.1863587868, -0.4274691358, 0.1709876543,
        1.1395896967, 0.410617284, -0.1642469136,
      ]),
    Case(
      testDescription: "linear, dF/dW", isLinear: true, leak: 0.1, reference: .augmentedEnergy,
      gradient: [
        -0.6606739643, -0.1892828819, 0.0724731018, -1.0635467697, -0.3047058134, 0.1166665215,
        1.0312046357, 0.2954398022, -0.1131187281,
      ]),
    Case(
      testDescription: "linear, dL/dW", isLinear: true, leak: 0.1, reference: .loss,
      gradient: [
        -0.6386448913, 0.3384639032, -0.2135971989, -0.9984262372, 0.5291379386, -0.3339274306,
        1.1154541817, -0.5911594711, 0.3730678692,
      ]),
    Case(
      testDescription: "tanh, dH/dW", isLinear: false, leak: 0, reference: .augmentedEnergy,
      gradient: [
        -0.1876059884, -0.1144214567, 0.0488706626, -0.841972994, -0.513521862, 0.2193308349,
        0.6617593588, 0.4036090237, -0.1723858529,
      ]),
    Case(
      testDescription: "tanh, dL/dW", isLinear: false, leak: 1, reference: .loss,
      gradient: [
        -0.1652785312, 0.1363196223, -0.084790347, -0.9803495551, 0.8085797961, -0.5029339161,
        0.8144615545, -0.6717574912, 0.4178309022,
      ]),
  ]

  /// A Q that is neither aligned nor close to it.
  static let q: ContiguousArray<Double> = [0.3, -0.2, 1, 0.1, 0, 1]

  /// The controllers of an example, with their parameters: the reference must not depend on them.
  static func controllers(leak: Double) -> [any Controller] {
    let output = OutputController.leakyIntegral(leak: leak, timeConstant: 5)
    return [
      DynamicInversion(output: output), EnergyBased(output: output),
      LinearFeedback(output: output, paths: ["h": .weights]),
    ]
  }

  static func parameters(_ model: ThreeUnits, _ controller: any Controller) -> ParameterSet {
    var parameters = controller.emptyParameters(for: model.network)
    for own in model.parameters.parameters { parameters[own.name].values = own.values }
    if parameters.index(of: "h.control") != nil { parameters["h.control"].values = q }
    return parameters
  }

  @Test("the references are the printed gradients, under every controller", arguments: cases)
  func printed(item: Case) throws {
    let model = try ThreeUnits(item.isLinear ? Identity() : Tanh())
    let rule = Printed(values: ["h-h.weight": item.gradient.map { -$0 }], claim: item.reference)
    for controller in Self.controllers(leak: item.leak) {
      let report = try Audit(model.network, controller: controller, rules: [rule])
        .report(
          on: ThreeUnits.sample, parameters: Self.parameters(model, controller), directions: 2)
      let row = try #require(
        report.rows.first { $0.reference == item.reference }, "\(controller.name)")
      // Ten digits are printed after the point, of gradients of size 2: 9 elements of half an ulp.
      #expect(row.relativeError < 2e-10, "\(controller.name)")
      #expect(abs(row.cosine - 1) < 1e-12 && row.signAgreement == 1, "\(controller.name)")
      #expect(abs(row.normRatio - 1) < 2e-10 && row.isExact && row.isPromised)
      #expect(report.confirmations.count == 2)
      for confirmation in report.confirmations {
        #expect(confirmation.isConfirmed && confirmation.error < 1e-6, "\(controller.name)")
        #expect(confirmation.directions == 2 && confirmation.samples == 1)
      }
      #expect(report.isPassed, "\(report.failures)")
    }
  }

  @Test("a claim that does not hold fails, by much or by little", arguments: [2, 1 + 1e-5, -1])
  func falseClaim(factor: Double) throws {
    let item = Self.cases[2]
    let model = try ThreeUnits()
    let gradient = item.gradient.map { -factor * $0 }
    let controller = Self.controllers(leak: 0.1)[0]
    func report(_ claim: Objective?) throws -> AuditReport {
      try Audit(
        model.network, controller: controller,
        rules: [Printed(values: ["h-h.weight": gradient], claim: claim)]
      ).report(on: ThreeUnits.sample, parameters: model.parameters)
    }
    let claimed = try report(.loss)
    #expect(!claimed.isPassed && claimed.failures.count == 1)
    #expect(claimed.failures[0].contains("h-h.weight"))
    let row = try #require(claimed.rows.last)
    #expect(abs(row.cosine - (factor < 0 ? -1 : 1)) < 1e-12)
    #expect(row.signAgreement == (factor < 0 ? 0 : 1))
    #expect(abs(row.normRatio - abs(factor)) < 1e-9)
    // Without a claim the same figures are no failure.
    #expect(try report(nil).isPassed)
  }

  @Test(
    "least control under inversion and energy-based dynamics is −∇F; under linear feedback, almost")
  func leastControl() throws {
    for isLinear in [true, false] {
      let model = try ThreeUnits(isLinear ? Identity() : Tanh())
      for leak in [0, 0.1, 1] {
        for controller in Self.controllers(leak: leak) {
          let report = try Audit(model.network, controller: controller, rules: [.leastControl()])
            .report(
              on: ThreeUnits.sample, parameters: Self.parameters(model, controller), directions: 1)
          #expect(report.isPassed, "\(controller.name) \(leak): \(report.failures)")
          #expect(report.hasPromise == (controller.name != "linear-feedback"))
          let energy = report.rows.filter { $0.reference == .augmentedEnergy }
          #expect(energy.count == 4 && energy.allSatisfy { $0.isPromised == report.hasPromise })
          if !report.hasPromise { #expect(energy.allSatisfy { !$0.isExact && $0.cosine > 0.9 }) }
        }
      }
    }
  }

  /// SCIENCE 8.5, L = ½(y − w₂w₁x)²: −dL/dw₁ = e₀w₂x and −dL/dw₂ = e₀w₁x, as backpropagation has them.
  @Test("in a network without cycles −∇L is backpropagation's")
  func backpropagation() throws {
    let network = try Network(
      populations: [
        Population(name: "x", size: 1, role: .input), Population(name: "a", size: 1),
        Population(name: "b", size: 1),
      ],
      projections: [DenseProjection(from: "x", to: "a"), DenseProjection(from: "a", to: "b")],
      loss: SquaredError(), output: .init(population: "b"))
    var parameters = network.emptyParameters()
    parameters["x-a.weight"].values = [0.7]
    parameters["a-b.weight"].values = [-1.3]
    let rule = Printed(
      values: ["x-a.weight": [2.32 * -1.3 * 2], "a-b.weight": [2.32 * 0.7 * 2]], claim: .loss)
    let report = try Audit(network, controller: NoControl(), rules: [rule])
      .report(
        on: Samples(count: 1, inputs: [2], targets: [0.5]), parameters: parameters, directions: 1)
    #expect(report.isAcyclic && report.isPassed, "\(report.failures)")
    #expect(report.leak == nil && report.control == nil)
    #expect(report.rows.map(\.reference) == [.loss, .loss, .loss])
    for row in report.rows { #expect(row.relativeError < 1e-10) }
    let recurrent = try ThreeUnits()
    let other = try Audit(
      recurrent.network, controller: NoControl(), rules: [Printed(values: ["h.bias": [1, 1, 1]])])
    #expect(
      try !other.report(on: ThreeUnits.sample, parameters: recurrent.parameters).isAcyclic)
  }

  /// A projection whose gradient is not the derivative of what it transmits.
  struct Wrong: WeightGradient {
    let dense: DenseProjection
    var name: String { dense.name }
    var source: String { dense.source }
    var target: String { dense.target }
    var hasSeparateFeedback: Bool { false }
    func weightShape(sourceSize: Int, targetSize: Int) -> [Int] { [targetSize, sourceSize] }
    func fanIn(sourceSize: Int, targetSize: Int) -> Int { sourceSize }
    func makeProducts<E: Scalar>(
      sourceSize: Int, targetSize: Int, _ precision: E.Type
    ) -> any ProjectionProducts<E> {
      dense.makeProducts(sourceSize: sourceSize, targetSize: targetSize, precision)
    }
    func accumulateGradient(
      signal: MatrixView<Double>, rate: MatrixView<Double>,
      into gradient: inout ContiguousArray<Double>
    ) {
      dense.accumulateGradient(signal: signal, rate: rate, into: &gradient)
      dense.accumulateGradient(signal: signal, rate: rate, into: &gradient)
    }
  }

  @Test("differences catch a gradient that rule and reference share, and that is wrong")
  func wrongGradient() throws {
    let right = try ThreeUnits()
    let network = try Network(
      populations: right.network.populations,
      projections: [
        DenseProjection(from: "x", to: "h"), Wrong(dense: DenseProjection(from: "h", to: "h")),
      ], loss: SquaredError(), output: right.network.output)
    let audit = try Audit(
      network, controller: Self.controllers(leak: 0.1)[0], rules: [.leastControl()])
    let report = try audit.report(
      on: ThreeUnits.sample, parameters: right.parameters, directions: 3)
    #expect(report.rows.filter(\.isPromised).allSatisfy { $0.isExact })
    #expect(report.confirmations.allSatisfy { !$0.isConfirmed && $0.parameter == "h-h.weight" })
    // Twice the slope is an error of one.
    #expect(report.confirmations.allSatisfy { abs($0.error - 1) < 1e-5 })
    #expect(!report.isPassed && report.failures.count == 1)
    // Without directions nothing is confirmed, and nothing claimed to be.
    let quick = try audit.report(on: ThreeUnits.sample, parameters: right.parameters)
    #expect(quick.confirmations.isEmpty && quick.isPassed)
  }

  @Test("H does not exist for hard targets without a leak, and the audit says so")
  func hardTargets() throws {
    let network = try classifier(hidden: 3)
    let parameters = try network.initialParameters(seed: 2)
    var settling = SettlingOptions()
    settling.limits = .init(time: 1000, steps: 5000, evaluations: 10_000, straggler: 1)
    let report = try Audit(
      network, controller: DynamicInversion(output: .leakyIntegral(leak: 0)),
      rules: [Printed(values: ["y.bias": [1, -1]])], settling: settling
    ).report(on: moons(2).all, parameters: parameters)
    let energy = try #require(report.references.first { $0.objective == .augmentedEnergy })
    #expect(energy.samples == 0 && energy.note?.contains("without a leak") == true)
    #expect(report.rows.allSatisfy { $0.reference == .loss } && report.settled == 2)
  }

  @Test("samples add up, and the report is the same bits on two threads")
  func samples() throws {
    let network = try classifier(hidden: 5)
    let parameters = try network.initialParameters(seed: 2)
    let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    func report(threads: Int) throws -> AuditReport {
      try Audit(
        network, controller: controller, rules: [.leastControl()], threads: threads
      ).report(on: moons(40).all, parameters: parameters, directions: 1)
    }
    let (one, two) = try (report(threads: 1), report(threads: 2))
    #expect(one.samples == 40 && one.settled == 40 && one.isPassed, "\(one.failures)")
    #expect(one.rows == two.rows && one.confirmations == two.confirmations)
    #expect(one.locality == two.locality && one.control == two.control)
    #expect(one.rows.allSatisfy { $0.samples == 40 })
  }
}
