import Integration
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Samples of one batch do not know of each other, whether they stay or leave.
@Suite("Batches")
struct BatchTests {
  static let solvers: [LinearSolverChoice] = [.dense, .krylov(dimension: 10)]

  /// A different relaxation oscillator for every sample.
  private func field<Element: Scalar>(_ type: Element.Type, samples: Int) -> FunctionField<Element>
  {
    FunctionField(
      samples: samples, dimension: 2,
      product: { id, y, v in
        let mu = Double(1 + 3 * id)
        return [v[1], (-2 * mu * y[0] * y[1] - 1) * v[0] + mu * (1 - y[0] * y[0]) * v[1]]
      },
      { _, id, y in [y[1], Double(1 + 3 * id) * (1 - y[0] * y[0]) * y[1] - y[0]] })
  }

  private func options(_ solver: LinearSolverChoice, _ tolerance: Double) -> IntegratorOptions {
    IntegratorOptions(
      relativeTolerance: .scalar(tolerance), absoluteTolerance: .scalar(tolerance),
      linearSolver: solver)
  }

  private func initial(_ ids: [Int]) -> [Double] { ids.flatMap { [2 - 0.1 * Double($0), 0.3] } }

  private func alone(_ id: Int, to time: Double) throws -> [Double] {
    let field = field(Double.self, samples: 1)
    field.ids = [id]
    let integrator = try Integrator(field, options: options(.dense, 1e-9))
    try integrator.start(at: 0, initial([id]))
    _ = try integrator.advance(to: time)
    return integrator.values
  }

  @Test("eight samples together are what each is alone", arguments: solvers)
  func together(solver: LinearSolverChoice) throws {
    let integrator = try Integrator(field(Double.self, samples: 8), options: options(solver, 1e-8))
    try integrator.start(at: 0, initial(Array(0..<8)))
    _ = try integrator.advance(to: 3)
    let values = integrator.values
    for id in 0..<8 {
      let single = try alone(id, to: 3)
      #expect(largestError(Array(values[2 * id..<2 * id + 2]), single, floor: 1) < 3e-5)
    }
  }

  @Test("one bad sample among many at rest costs what it costs alone: it is not diluted")
  func notDiluted() throws {
    func run(samples: Int) throws -> (values: [Double], steps: Int) {
      let integrator = try Integrator(
        field(Double.self, samples: samples), options: options(.dense, 1e-5))
      try integrator.start(at: 0, [2, 0.3] + [Double](repeating: 0, count: 2 * (samples - 1)))
      while integrator.time < 5 { _ = try integrator.step(limit: 5) }
      return (Array(integrator.values[0...1]), integrator.statistics.steps)
    }
    let alone = try run(samples: 1)
    let among = try run(samples: 40)
    #expect(alone.values == among.values && alone.steps == among.steps)
  }

  @Test("without a product of its own, quotients serve every sample of a batch", arguments: solvers)
  func differenceQuotients(solver: LinearSolverChoice) throws {
    // Magnitudes from 1 to 1e-6: a quotient with one increment for the batch would lose the small.
    let field = FunctionField<Double>(samples: 4, dimension: 2) { _, id, z in
      let scale = pow(10.0, Double(-2 * id))
      return [z[1], (-100 * z[1] - 1000 * z[0] * (1 + z[0] / scale * z[0] / scale))]
    }
    var options = IntegratorOptions(
      relativeTolerance: 1e-8, absoluteTolerance: 1e-14, linearSolver: solver)
    options.stepLimit = 3000
    let integrator = try Integrator(field, options: options)
    try integrator.start(at: 0, (0..<4).flatMap { [pow(10.0, Double(-2 * $0)), 0] })
    _ = try integrator.advance(to: 0.2)
    // The samples are the same up to scale.
    let values = integrator.values
    for id in 1..<4 {
      let scale = pow(10.0, Double(2 * id))
      #expect(abs(values[2 * id] * scale - values[0]) < 1e-5 * abs(values[0]) + 1e-6)
    }
  }

  @Test(
    "samples that leave take nothing along: the others go on as if undisturbed", arguments: solvers)
  func compaction(solver: LinearSolverChoice) throws {
    let field = field(Double.self, samples: 6)
    let integrator = try Integrator(field, options: options(solver, 1e-8))
    try integrator.start(at: 0, initial(Array(0..<6)))
    while integrator.time < 1 { _ = try integrator.step(limit: 1) }
    let before = integrator.statistics
    let values = integrator.values
    // 1 and 4 leave.
    integrator.exchangeSamples(1, 5)
    #expect(Array(integrator.values[2...3]) == Array(values[10...11]))
    #expect(Array(integrator.values[10...11]) == Array(values[2...3]))
    integrator.keepSamples(4)
    #expect(integrator.samples == 4 && field.ids == [0, 5, 2, 3])
    // What was known of the last step moved as well.
    let dense = try integrator.interpolated(at: 1)
    #expect(largestError(dense, integrator.values, floor: 1) < 1e-12)
    #expect(integrator.statistics.currentStep == before.currentStep)
    _ = try integrator.step()
    #expect(integrator.statistics.lastOrder >= before.currentOrder - 1)
    #expect(integrator.statistics.lastStep > 0.2 * before.currentStep)
    _ = try integrator.advance(to: 3)
    for (row, id) in [0, 5, 2, 3].enumerated() {
      let single = try alone(id, to: 3)
      #expect(
        largestError(Array(integrator.values[2 * row..<2 * row + 2]), single, floor: 1) < 3e-5)
    }
  }

  /// With one LU factorization a sample no number of one sample enters another's, so that exchanging
  /// them all the time, factors and pivots and history included, must not change a bit.
  @Test("samples that change places at every step arrive at the same bits")
  func exchangeKeepsBits() throws {
    func run(exchanging: Bool) throws -> [[Double]] {
      // Frequencies 1 to 10: rows are interchanged in the factors of the fast, not of the slow.
      let field = oscillators(Double.self, samples: 4)
      field.ids = [0, 3, 6, 9]
      let integrator = try Integrator(field, options: options(.dense, 1e-4))
      try integrator.start(at: 0, initial([0, 1, 2, 3]))
      for step in 0..<120 {
        _ = try integrator.step()
        if exchanging { integrator.exchangeSamples(step % 4, (step * 3 + 1) % 4) }
      }
      let values = integrator.values
      let rows = field.ids.enumerated().sorted { $0.element < $1.element }
      return rows.map { Array(values[2 * $0.offset...2 * $0.offset + 1]) }
    }
    #expect(try run(exchanging: true) == run(exchanging: false))
  }

  @Test("after compaction a new start has all samples again")
  func restart() throws {
    let field = field(Float.self, samples: 5)
    let integrator = try Integrator(field, options: options(.dense, 1e-4))
    try integrator.start(at: 0, initial(Array(0..<5)))
    _ = try integrator.advance(to: 1)
    let first = integrator.values
    integrator.exchangeSamples(0, 3)
    integrator.keepSamples(2)
    _ = try integrator.advance(to: 2)
    field.ids = Array(0..<5)
    try integrator.start(at: 0, initial(Array(0..<5)))
    #expect(integrator.samples == 5)
    _ = try integrator.advance(to: 1)
    #expect(integrator.values == first)
  }
}
