import Integration
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// CVODE on row-wise GMRES: stiff and easy samples side by side.
@Suite("Integration by Krylov methods")
struct KrylovIntegrationTests {
  /// ż = −λ(z − cos t) − sin t with λ from 1 to `stiffness` over the columns; z = cos t + c·e^{−λt}.
  private func field<Element: Scalar>(
    _ type: Element.Type, _ stiffness: [Double], columns: Int
  ) -> FunctionField<Element> {
    func rate(_ id: Int, _ column: Int) -> Double {
      pow(stiffness[id], Double(column) / Double(columns - 1))
    }
    return FunctionField(
      samples: stiffness.count, dimension: columns,
      product: { id, _, v in (0..<columns).map { -rate(id, $0) * v[$0] } },
      { time, id, z in (0..<columns).map { -rate(id, $0) * (z[$0] - cos(time)) - sin(time) } })
  }

  private func check<Element: Scalar>(_ type: Element.Type, tolerance: Double) throws {
    let stiffness = [1, 1e6, 1, 1e3]
    let columns = 8
    let integrator = try Integrator(
      field(type, stiffness, columns: columns),
      options: IntegratorOptions(
        relativeTolerance: .scalar(tolerance), absoluteTolerance: .scalar(tolerance),
        linearSolver: .krylov(dimension: 20)))
    try integrator.start(at: 0, Array(repeating: 2, count: 4 * columns))
    let end = 2.0
    _ = try integrator.advance(to: end, stopping: true)
    let statistics = integrator.statistics
    // A step's error is at most 1 in the norm, which leaves one variable √columns·(rtol·|z| + atol) with
    // |z| ≤ 2; the flow contracts, so errors of the steps at most add up.
    let allowed = Double(statistics.steps) * Double(columns).squareRoot() * 3 * tolerance
    for (index, value) in integrator.values.enumerated() {
      let rate = pow(
        stiffness[index / columns], Double(index % columns) / Double(columns - 1))
      #expect(abs(value - cos(end) - exp(-rate * end)) < allowed)
    }
    #expect(statistics.linearConvergenceFailures == 0)
    #expect(statistics.krylovIterations == statistics.jacobianProducts)
    #expect(statistics.krylovIterations > statistics.nonlinearIterations)
    // The stiffest sample's modes are over after some 1e-5: explicit steps would stay that short.
    #expect(statistics.steps < 3000)
  }

  @Test("a stiff sample beside an easy one: both follow their closed forms")
  func stiffAndEasy() throws {
    try check(Double.self, tolerance: 1e-7)
    try check(Float.self, tolerance: 1e-4)
  }

  @Test("what a sample's neighbours are does not change its products")
  func neighbours() throws {
    func products(_ stiffness: [Double]) throws -> Int {
      let integrator = try Integrator(
        field(Double.self, stiffness, columns: 8),
        options: IntegratorOptions(
          relativeTolerance: 1e-5, absoluteTolerance: 1e-5, linearSolver: .krylov(dimension: 20)))
      try integrator.start(at: 0, Array(repeating: 2, count: 8 * stiffness.count))
      _ = try integrator.advance(to: 1)
      return integrator.statistics.jacobianProducts
    }
    // Sixteen of the same: the joint norm over them would be four times that of one.
    #expect(try products([1e4]) == products(Array(repeating: 1e4, count: 16)))
  }
}
