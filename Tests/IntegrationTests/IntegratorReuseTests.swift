import CSUNDIALS
import Integration
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Nothing is left behind: in results, in memory, or on the terminal.
@Suite("Integrator reuse")
struct IntegratorReuseTests {
  static let solvers: [LinearSolverChoice] = [
    .dense, .krylov(dimension: 5), .functional(andersonDepth: 2),
  ]

  @Test(
    "a new start gives the same bits, whatever was integrated before",
    arguments: solvers, IntegratorOptions.Method.allCases)
  func sameBits(solver: LinearSolverChoice, method: IntegratorOptions.Method) throws {
    func integrator() throws -> Integrator<Double> {
      try Integrator(
        oscillators(Double.self, samples: 3),
        options: IntegratorOptions(
          method: method, relativeTolerance: 1e-5, absoluteTolerance: 1e-7, linearSolver: solver))
    }
    func trajectory(_ integrator: Integrator<Double>) throws -> [[Double]] {
      try integrator.start(at: 0, [1, 0, 1, 0, 1, 0])
      var result: [[Double]] = []
      for _ in 0..<40 {
        _ = try integrator.step()
        result.append([integrator.time] + integrator.values)
      }
      return result
    }
    let fresh = try trajectory(integrator())
    let used = try integrator()
    try used.start(at: 3, [5, 1, -2, 0.1, 7, 3])
    _ = try used.advance(to: 9, stopping: true)
    for _ in 0..<5 { _ = try used.step(limit: 20) }
    #expect(try trajectory(used) == fresh)
    let counted = used.statistics
    #expect(counted.steps == 40)
    #expect(try trajectory(used) == fresh)
    #expect(used.statistics == counted)
  }

  @Test("statistics are CVODE's, and count this start alone")
  func statistics() throws {
    let integrator = try Integrator(
      robertson(Double.self, withProduct: true),
      options: IntegratorOptions(
        relativeTolerance: 1e-6, absoluteTolerance: 1e-10, linearSolver: .krylov()))
    try integrator.start(at: 0, [1, 0, 0])
    _ = try integrator.advance(to: 40)
    let counted = integrator.statistics
    #expect(counted.steps > 10 && counted.fieldEvaluations > counted.steps)
    #expect(counted.nonlinearIterations >= counted.steps)
    #expect(counted.krylovIterations > 0 && counted.jacobianProducts >= counted.krylovIterations)
    #expect(counted.jacobianProductSetups > 0 && counted.preconditionerSolves == 0)
    #expect(counted.initialStep > 0 && counted.lastStep > 0 && counted.currentTime >= 40)
    #expect((1...5).contains(counted.lastOrder) && counted.currentGamma > 0)
    #expect(counted.realWorkspace > 0 && counted.linearRealWorkspace > 0)
    try integrator.start(at: 0, [1, 0, 0])
    #expect(integrator.statistics.steps == 0 && integrator.statistics.jacobianProducts == 0)
  }

  @Test("before the first step the state is known at the start alone, and nothing of a last step")
  func beforeTheFirstStep() throws {
    let integrator = try Integrator(oscillators(Double.self))
    try integrator.start(at: 3, [1, 2])
    #expect(try integrator.interpolated(at: 3) == [1, 2])
    #expect(throws: IntegrationError.notStarted) { try integrator.interpolated(at: 3.1) }
    #expect(throws: IntegrationError.notStarted) {
      try integrator.interpolated(at: 3, derivative: 1)
    }
    #expect(integrator.worstVariable() == nil)
  }

  @Test("after a failure the last good state is there, with its time")
  func stateAfterFailure() throws {
    let field = FunctionField<Double>(dimension: 1) { t, _, _ in [t > 1 ? .nan : 1] }
    let integrator = try Integrator(field)
    try integrator.start(at: 0, [0])
    #expect(throws: IntegrationError.self) { try integrator.advance(to: 2) }
    #expect(integrator.time > 0 && integrator.time <= 1)
    #expect(abs(integrator.values[0] - integrator.time) < 1e-6)
  }

  @Test("no vector survives its solver", arguments: solvers)
  func noLeak(solver: LinearSolverChoice) throws {
    var layout: StateLayout?
    do {
      let integrator = try Integrator(
        oscillators(Float.self, samples: 2), options: IntegratorOptions(linearSolver: solver))
      layout = integrator.layout
      try integrator.start(at: 0, [1, 0, 1, 0])
      _ = try integrator.advance(to: 1)
      #expect((layout?.liveVectors ?? 0) > 10)
    }
    #expect(layout?.liveVectors == 0)
  }

  @Test("the layout, and so its vectors, are freed with the solvers")
  func noCycle() throws {
    weak var layout: StateLayout?
    weak var field: FunctionField<Double>?
    do {
      let system = oscillators(Double.self)
      let integrator = try Integrator(system)
      layout = integrator.layout
      field = system
      try integrator.start(at: 0, [1, 0])
      _ = try integrator.advance(to: 1)
      #expect(throws: IntegrationError.self) { try integrator.start(at: 0, [1]) }
    }
    #expect(layout == nil && field == nil)
  }

  @Test("SUNDIALS writes nothing of its own to the terminal")
  func silence() throws {
    let written = try capturingStandardError {
      let field = FunctionField<Double>(dimension: 1) { t, _, z in [t > 1 ? .nan : z[0] * z[0]] }
      var options = IntegratorOptions(linearSolver: .krylov(dimension: 2))
      options.stepLimit = 50
      let integrator = try Integrator(field, options: options)
      for start in [0.9, 1] {
        try integrator.start(at: 0, [start])
        #expect(throws: IntegrationError.self) { try integrator.advance(to: 5) }
      }
      _ = try? integrator.interpolated(at: 99)
      _ = try? integrator.interpolated(at: integrator.time, derivative: 50)
      let functional = try Integrator(
        field, options: IntegratorOptions(linearSolver: .functional()))
      _ = functional.statistics
      try functional.start(at: 0, [1])
      _ = try? functional.step(limit: .leastNonzeroMagnitude)
      _ = functional.statistics
      let finder = try RootFinder(
        FunctionField<Double>(dimension: 1) { _, _, z in [z[0] * z[0] + 1] })
      #expect(try finder.solve([1]).result.outcome.isConverged == false)
    }
    for word in ["CVODE", "CVode", "KIN", "WARNING", "SUN"] {
      #expect(!written.contains(word), "\(written)")
    }
  }

  /// What is written to file descriptor 2 meanwhile, other tests' messages included; passed on after.
  private func capturingStandardError(_ body: () throws -> Void) throws -> String {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    let saved = dup(2)
    dup2(fileno(file), 2)
    defer { close(saved) }
    do {
      defer { dup2(saved, 2) }
      try body()
    }
    rewind(file)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    write(2, bytes, count)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
