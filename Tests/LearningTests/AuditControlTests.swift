import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

/// How the audit measures control, against SCIENCE 8.1.
@Suite("Audit: optimality of the control")
struct AuditControlTests {
  /// J of the linear example, to ten digits.
  static let j: [[Double]] = [
    [0.4702627939, 0.8990318119, -0.1659751037], [0.0414937759, 0.3734439834, 1.1618257261],
  ]

  private func control(
    _ controller: any Controller, q: ContiguousArray<Double>? = nil, feedback: [Double]? = nil
  ) throws -> AuditReport {
    let plain = try ThreeUnits()
    let network = try Network(
      populations: plain.network.populations,
      projections: [
        DenseProjection(from: "x", to: "h"),
        DenseProjection(from: "h", to: "h", separateFeedback: feedback != nil),
      ], loss: SquaredError(), output: plain.network.output)
    var parameters = controller.emptyParameters(for: network)
    for own in plain.parameters.parameters { parameters[own.name].values = own.values }
    if let q { parameters["h.control"].values = q }
    if let feedback { parameters["h-h.feedback"].values = ContiguousArray(feedback) }
    return try Audit(network, controller: controller, rules: [.leastControl()])
      .report(on: ThreeUnits.sample, parameters: parameters)
  }

  private func linearFeedback(leak: Double = 0) -> LinearFeedback {
    LinearFeedback(
      output: .leakyIntegral(leak: leak, timeConstant: 5), paths: ["h": .weights])
  }

  @Test("a misaligned Q: the printed condition ratio, angles, excess and cosine")
  func misaligned() throws {
    let report = try control(linearFeedback(), q: AuditGradientTests.q)
    let control = try #require(report.control)
    #expect(abs(control.conditionRatio.mean - 0.9896778912) < 1e-10)
    #expect(control.principalAngles.count == 2)
    #expect(abs(control.principalAngles[0] - 11.4529793) < 1e-7)
    #expect(control.principalAngles[1] < 1e-10)
    #expect(control.largestAngle.worst == control.principalAngles[0])
    #expect(abs(control.energy.mean - 0.8464601208997704) < 1e-10)
    // ‖ψ‖/‖ψ⋆‖, both printed.
    let excess = (0.8464601208997704 / 0.8431882716049381).squareRoot()
    #expect(control.excessSamples == 1 && abs(control.excess.mean - excess) < 1e-9)
    let row = try #require(
      report.rows.first { $0.parameter == "h-h.weight" && $0.reference == .augmentedEnergy })
    #expect(abs(row.cosine - 0.9977981371) < 1e-10)
    #expect(!row.isPromised && report.isPassed)
  }

  @Test("any Q = JᵀM is optimal without a leak, and its update is −∇H")
  func aligned() throws {
    let m = [[2, 0.7], [-0.4, 0.5]]
    var q = ContiguousArray<Double>()
    for unit in 0..<3 {
      for k in 0..<2 { q.append(Self.j[0][unit] * m[0][k] + Self.j[1][unit] * m[1][k]) }
    }
    let report = try control(linearFeedback(), q: q)
    let control = try #require(report.control)
    #expect(abs(control.conditionRatio.mean - 1) < 1e-12)
    #expect(control.principalAngles.allSatisfy { $0 < 1e-7 })
    #expect(abs(control.excess.mean - 1) < 1e-9)
    #expect(control.feedbackAngle.mean > 5)
    for row in report.rows where row.reference == .augmentedEnergy {
      #expect(row.relativeError < 1e-9)
    }
    // With a leak the direction of Q within the row space matters (SCIENCE 1.5).
    let leaky = try self.control(linearFeedback(leak: 0.5), q: q)
    #expect(leaky.rows.contains { $0.reference == .augmentedEnergy && $0.relativeError > 1e-2 })
  }

  @Test("Q = Dᵀ: the printed cost")
  func direct() throws {
    let controller = LinearFeedback(
      output: .leakyIntegral(leak: 0, timeConstant: 5), paths: ["h": .identity])
    let control = try #require(try control(controller).control)
    #expect(abs(control.energy.mean - 1.021028125) < 1e-10)
    let excess = (1.021028125 / 0.8431882716049381).squareRoot()
    #expect(abs(control.excess.mean - excess) < 1e-9)
  }

  @Test(
    "the spectra of closed loop and free network",
    arguments: [(5.0, -0.2044599801), (2, -0.106965056)])
  func eigenvalues(timeConstant: Double, expected: Double) throws {
    let report = try control(
      DynamicInversion(output: .leakyIntegral(leak: 0, timeConstant: timeConstant)))
    let control = try #require(report.control)
    #expect(abs(control.closedLoopEigenvalue - expected) < 1e-10)
    // The leading eigenvalue of W, less one.
    #expect(abs(control.freeEigenvalue - (0.2258723361 - 1)) < 1e-10)
    #expect(abs(control.conditionRatio.worst - 1) < 1e-12 && control.weightAngles.isEmpty)
    #expect(abs(control.excess.worst - 1) < 1e-9)
  }

  @Test("feedback weights of one's own: their angle, the Q that they make, and the true gradient")
  func feedbackWeights() throws {
    let output = OutputController.leakyIntegral(leak: 0.1, timeConstant: 5)
    let w = Array(ThreeUnits.w)
    let same = try control(DynamicInversion(output: output), feedback: w)
    #expect(same.control?.weightAngles.map(\.projection) == ["h-h"])
    #expect(try #require(same.control).weightAngles[0].degrees == 0)
    #expect(
      same.rows.filter { $0.reference == .augmentedEnergy }.allSatisfy { $0.relativeError < 1e-8 })
    // What has weights of its own promises nothing, even where they happen to be equal.
    #expect(!same.hasPromise)

    let none = try control(
      DynamicInversion(output: output), feedback: Array(repeating: 0, count: 9))
    let control = try #require(none.control)
    // ψ = Dᵀu: then Q is the choice of the outputs, as under linear feedback with the identity.
    let identity = try self.control(LinearFeedback(output: output, paths: ["h": .identity]))
    let direct = try #require(identity.control)
    #expect(abs(control.conditionRatio.mean - direct.conditionRatio.mean) < 1e-12)
    #expect(abs(control.feedbackAngle.mean - direct.feedbackAngle.mean) < 1e-9)
    #expect(abs(control.excess.mean - direct.excess.mean) < 1e-8 && control.excess.mean > 1.01)
    #expect(control.weightAngles[0].degrees.isNaN)
    // The update is the one of linear feedback, and the reference still that of the transpose.
    #expect(none.rows.count == identity.rows.count && !none.rows.isEmpty)
    for (row, other) in zip(none.rows, identity.rows) {
      #expect(row.parameter == other.parameter && row.reference == other.reference)
      #expect(abs(row.cosine - other.cosine) < 1e-8)
      #expect(row.relativeError > 0.01 && abs(row.relativeError - other.relativeError) < 1e-8)
    }

    let opposite = try self.control(DynamicInversion(output: output), feedback: w.map { -$0 })
    #expect(abs(try #require(opposite.control).weightAngles[0].degrees - 180) < 1e-9)
  }
}
