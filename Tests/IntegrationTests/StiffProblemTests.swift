import Integration
import LinearAlgebra
import Testing

/// Published problems with published solutions.
@Suite("Stiff problems")
struct StiffProblemTests {
  static let solvers: [LinearSolverChoice] = [.automatic, .dense, .krylov(dimension: 3)]

  /// Reference: the CVODE documentation's example and Hairer & Wanner, computed anew by Radau IIA with
  /// rtol 1e-12. Accumulated over all steps the error may exceed rtol; 100 times is ample.
  @Test(
    "Robertson's problem to t = 40", arguments: solvers, [true, false])
  func robertson40(solver: LinearSolverChoice, withProduct: Bool) throws {
    var options = IntegratorOptions(
      relativeTolerance: 1e-8, absoluteTolerance: .perColumn([1e-12, 1e-16, 1e-12]),
      linearSolver: solver)
    options.initialStep = 1e-6
    let integrator = try Integrator(
      robertson(Double.self, withProduct: withProduct), options: options)
    try integrator.start(at: 0, [1, 0, 0])
    let advance = try integrator.advance(to: 40)
    #expect(advance.reason == .reached && advance.time == 40)
    #expect(
      largestError(
        integrator.values, [0.715827068718891, 9.185534764557e-6, 0.284163745746552]) < 1e-6)
    let statistics = integrator.statistics
    #expect(statistics.steps > 50 && statistics.steps < 1000)
    #expect((statistics.differenceEvaluations == 0) == withProduct)
  }

  @Test("Robertson's problem to t = 4e10, over 16 decades of time", arguments: solvers)
  func robertson4e10(solver: LinearSolverChoice) throws {
    let options = IntegratorOptions(
      relativeTolerance: 1e-8, absoluteTolerance: .perColumn([1e-15, 1e-20, 1e-15]),
      linearSolver: solver)
    let integrator = try Integrator(robertson(Double.self, withProduct: true), options: options)
    try integrator.start(at: 0, [1, 0, 0])
    _ = try integrator.advance(to: 4e10, stopping: true)
    #expect(
      largestError(
        integrator.values,
        [5.2083495894337328e-08, 2.0833399429795671e-13, 9.9999994791629776e-01]) < 1e-5)
  }

  @Test("Robertson's problem in single precision", arguments: [true, false])
  func robertsonFloat(withProduct: Bool) throws {
    let options = IntegratorOptions(
      relativeTolerance: 1e-4, absoluteTolerance: .perColumn([1e-6, 1e-9, 1e-6]))
    let integrator = try Integrator(
      robertson(Float.self, withProduct: withProduct), options: options)
    try integrator.start(at: 0, [1, 0, 0])
    _ = try integrator.advance(to: 40)
    #expect(
      largestError(
        integrator.values, [0.7158270688, 9.185534765e-6, 0.2841637457]) < 5e-3)
  }

  /// IVP test set (Bari), problem vdpol in unscaled time: y(2000) with μ = 1000; the same digits come
  /// from Radau IIA at rtol 1e-12.
  @Test("Van der Pol's oscillator with μ = 1000", arguments: solvers)
  func vanDerPol(solver: LinearSolverChoice) throws {
    let field = FunctionField<Double>(
      dimension: 2,
      product: { _, y, v in
        [v[1], (-2000 * y[0] * y[1] - 1) * v[0] + 1000 * (1 - y[0] * y[0]) * v[1]]
      },
      { _, _, y in [y[1], 1000 * (1 - y[0] * y[0]) * y[1] - y[0]] })
    let integrator = try Integrator(
      field,
      options: IntegratorOptions(
        relativeTolerance: 1e-9, absoluteTolerance: .perColumn([1e-12, 1e-12]),
        linearSolver: solver))
    try integrator.start(at: 0, [2, 0])
    _ = try integrator.advance(to: 2000)
    #expect(
      largestError(integrator.values, [0.1706167732170483e1, -0.8928097010247975e-3]) < 1e-6)
  }

  @Test("fixed-point iteration solves what is not stiff", arguments: [0, 2])
  func functional(depth: Int) throws {
    let integrator = try Integrator(
      oscillators(Double.self),
      options: {
        var options = IntegratorOptions(
          method: .adams, relativeTolerance: 1e-9, absoluteTolerance: 1e-12,
          linearSolver: .functional(andersonDepth: depth))
        options.maximumOrder = 8
        return options
      }())
    try integrator.start(at: 0, [1, 0])
    _ = try integrator.advance(to: 3)
    #expect(abs(integrator.values[0] - -0.9899924966004454) < 1e-6)
    #expect(integrator.statistics.jacobianProducts == 0)
    #expect(integrator.statistics.currentOrder <= 8)
  }

  @Test("a preconditioner, from the right and from the left, changes the work and not the result")
  func preconditioner() throws {
    var results: [[Double]] = []
    for side in [LinearSolverChoice.Preconditioning.none, .right, .left] {
      let integrator = try Integrator(
        DiagonalField(),
        options: IntegratorOptions(
          relativeTolerance: 1e-7, absoluteTolerance: 1e-10,
          linearSolver: .krylov(dimension: 5, preconditioner: side)))
      let start = ContiguousArray(repeating: 1.0, count: 40)
      try integrator.start(at: 0, state: start.span)
      _ = try integrator.advance(to: 1)
      results.append(integrator.values)
      let statistics = integrator.statistics
      #expect((statistics.preconditionerSolves > 0) == (side != .none))
      // The preconditioner is exact: one iteration is enough.
      if side != .none {
        #expect(statistics.krylovIterations <= 2 * statistics.nonlinearIterations)
      }
    }
    #expect(largestError(results[1], results[0], floor: 1) < 1e-6)
    #expect(largestError(results[2], results[0], floor: 1) < 1e-6)
  }
}

/// ż = −k·z with k = 1 … 1000, and its exact preconditioner.
private final class DiagonalField: PreconditionedField {
  typealias Element = Double
  var samples: Int { 1 }
  var dimension: Int { 40 }
  var hasJacobianProduct: Bool { true }

  private func rate(_ column: Int) -> Double { 1 + 999 * Double(column) / 39 }

  func derivative(
    at time: Double, _ state: Span<Double>, into derivative: inout MutableSpan<Double>
  ) {
    for i in 0..<40 { derivative[i] = -rate(i) * state[i] }
  }

  func jacobianProduct(_ vector: Span<Double>, into product: inout MutableSpan<Double>) {
    for i in 0..<40 { product[i] = -rate(i) * vector[i] }
  }

  func setUpPreconditioner(
    at time: Double, _ state: Span<Double>, gamma: Double, mayReuse: Bool
  ) -> Bool { !mayReuse }

  func applyPreconditioner(
    _ residual: Span<Double>, gamma: Double, into solution: inout MutableSpan<Double>
  ) {
    for i in 0..<40 { solution[i] = residual[i] / (1 + gamma * rate(i)) }
  }
}
