import Integration
import LinearAlgebra
import Testing

/// Intersections of a circle with a hyperbola, and fixed points, with known answers.
@Suite("RootFinder")
struct RootFinderTests {
  private struct Refusal: Error {}

  /// x² + y² = 4 + id, x·y = 1: roots x² = ((4+id) ± √((4+id)² − 4)) / 2.
  private func circle<Element: Scalar>(
    _ type: Element.Type, samples: Int, withProduct: Bool
  ) -> FunctionField<Element> {
    let product: FunctionField<Element>.Product = { _, z, v in
      [2 * z[0] * v[0] + 2 * z[1] * v[1], z[1] * v[0] + z[0] * v[1]]
    }
    return FunctionField(samples: samples, dimension: 2, product: withProduct ? product : nil) {
      _, id, z in [z[0] * z[0] + z[1] * z[1] - 4 - Double(id), z[0] * z[1] - 1]
    }
  }

  private func circleRoot(_ id: Int) -> [Double] {
    let square = Double(4 + id)
    let x = ((square + (square * square - 4).squareRoot()) / 2).squareRoot()
    return [x, 1 / x]
  }

  @Test(
    "Newton–Krylov finds the roots of a batch, with and without the product",
    arguments: [true, false],
    [
      RootFinderOptions.Forcing.first, .second(), .constant(0.01),
    ])
  func newton(withProduct: Bool, forcing: RootFinderOptions.Forcing) throws {
    let finder = try RootFinder(
      circle(Double.self, samples: 3, withProduct: withProduct),
      options: RootFinderOptions(
        .newtonKrylov(dimension: 6, forcing: forcing), tolerance: 1e-10))
    for _ in 0..<2 {
      let (state, result) = try finder.solve([2, 0.2, 2, 0.3, 2.5, 0.4])
      #expect(result.outcome == .converged && result.residual <= 1e-10)
      #expect(largestError(state, (0..<3).flatMap(circleRoot)) < 1e-9)
      #expect(result.statistics.iterations > 1 && result.statistics.krylovIterations > 0)
      #expect(result.statistics.fieldEvaluations > result.statistics.iterations)
    }
    let again = try finder.solve((0..<3).flatMap(circleRoot))
    #expect(again.result.outcome == .startedAtRoot)
  }

  @Test("Newton–Krylov in single precision", arguments: [true, false])
  func newtonFloat(withProduct: Bool) throws {
    let finder = try RootFinder(
      circle(Float.self, samples: 2, withProduct: withProduct),
      options: RootFinderOptions(tolerance: 1e-5))
    let (state, result) = try finder.solve([2, 0.2, 2, 0.3])
    #expect(result.outcome == .converged && result.residual <= 1e-5)
    #expect(largestError(state, (0..<2).flatMap(circleRoot)) < 1e-5)
  }

  /// z = cos z, and a slowly contracting linear system.
  private func contraction<Element: Scalar>(
    _ type: Element.Type, samples: Int
  ) -> FunctionField<Element> {
    FunctionField(samples: samples, dimension: 3) { _, id, z in
      let shift = Double(id)
      return [
        0.9 * z[1] + 0.05 * z[2] + 1 - z[0], -0.85 * z[0] + 0.1 * z[1] + shift - z[1],
        0.5 * z[0] / (1 + z[0] * z[0]) - z[2],
      ]
    }
  }

  @Test(
    "Anderson's method, plain and damped, finds what fixed-point iteration finds",
    arguments: [(0, 1.0), (0, 0.5), (3, 1), (3, 0.6)])
  func anderson(depth: Int, damping: Double) throws {
    let field = contraction(Double.self, samples: 4)
    var options = RootFinderOptions(.anderson(depth: depth, damping: damping), tolerance: 1e-11)
    options.iterationLimit = 2000
    let finder = try RootFinder(field, options: options)
    let (state, result) = try finder.solve([Double](repeating: 0, count: 12))
    #expect(result.outcome == .converged)
    #expect(result.residual < 1e-10)
    let newton = try RootFinder(field, options: RootFinderOptions(tolerance: 1e-12))
    let (reference, check) = try newton.solve([Double](repeating: 0, count: 12))
    #expect(check.outcome.isConverged)
    #expect(largestError(state, reference, floor: 1) < 1e-9)
    if depth > 0 {
      var plain = options
      plain.method = .anderson(depth: 0)
      let slow = try RootFinder(field, options: plain).solve([Double](repeating: 0, count: 12))
      #expect(result.statistics.iterations < slow.result.statistics.iterations)
    }
    // The same bits again.
    #expect(try finder.solve([Double](repeating: 0, count: 12)).state == state)
  }

  @Test("a step for each column makes a divergent iteration contract, in either precision")
  func steps() throws {
    // ż = −50·z₀ + 1, −0.5·z₁ + 1: s = 1 diverges in the first column.
    func solve<Element: Scalar>(_ type: Element.Type, _ steps: [Double]?, _ tolerance: Double)
      throws
      -> (state: [Double], result: RootResult)
    {
      var options = RootFinderOptions(.anderson(depth: 0), tolerance: tolerance)
      options.steps = steps
      let field = FunctionField<Element>(dimension: 2) { _, _, z in
        [-50 * z[0] + 1, -0.5 * z[1] + 1]
      }
      return try RootFinder(field, options: options).solve([0, 0])
    }
    let good = try solve(Double.self, [0.02, 1.5], 1e-10)
    #expect(good.result.outcome == .converged && largestError(good.state, [0.02, 2]) < 1e-8)
    let float = try solve(Float.self, [0.019, 1.5], 1e-5)
    #expect(float.result.outcome == .converged && largestError(float.state, [0.02, 2]) < 1e-4)
  }

  @Test("a search without a root ends as a value that says so, or as an error on request")
  func noRoot() throws {
    let field = FunctionField<Double>(dimension: 1) { _, _, z in [z[0] * z[0] + 1] }
    let result = try RootFinder(field).solve([1]).result
    #expect(!result.outcome.isConverged && result.residual >= 1)
    #expect(throws: IntegrationError.self) { try result.checked() }

    var options = RootFinderOptions(.anderson(depth: 0))
    options.iterationLimit = 3
    let slow = FunctionField<Double>(dimension: 1) { _, _, z in [-0.01 * z[0]] }
    let limited = try RootFinder(slow, options: options).solve([1]).result
    #expect(limited.outcome == .iterationLimit && limited.statistics.iterations == 3)
    // The residual belongs to the state that came back.
    let (state, again) = try RootFinder(slow, options: options).solve([1])
    #expect(abs(again.residual - 0.01 * state[0]) < 1e-15)
  }

  @Test("NaN is named, and the field's own error comes out")
  func failures() throws {
    for method in [RootFinderOptions.Method.newtonKrylov(), .anderson()] {
      let bad = FunctionField<Double>(samples: 2, dimension: 2) { _, id, z in
        [-z[0], id == 1 ? .nan : 0]
      }
      do {
        _ = try RootFinder(bad, options: RootFinderOptions(method)).solve([1, 1, 1, 1])
        Issue.record("NaN went unnoticed")
      } catch IntegrationError.notFinite(.field, let component, _) {
        #expect(component.name == "y.1" && component.sample == 1)
      }
      let refusing = FunctionField<Double>(dimension: 1) { _, _, _ in throw Refusal() }
      #expect(throws: Refusal.self) {
        try RootFinder(refusing, options: RootFinderOptions(method)).solve([1])
      }
    }
  }

  @Test("options that make no sense are refused, with their names")
  func badOptions() throws {
    func sentence(_ change: (inout RootFinderOptions) -> Void) -> String {
      var options = RootFinderOptions()
      change(&options)
      do {
        _ = try RootFinder(circle(Double.self, samples: 1, withProduct: true), options: options)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(sentence { $0.tolerance = 0 }.contains("tolerance"))
    #expect(sentence { $0.steps = [1] }.contains("steps"))
    #expect(sentence { $0.stateScale = [1, -1] }.contains("stateScale"))
    #expect(sentence { $0.method = .anderson(depth: 500) }.contains("depth"))
    #expect(sentence { $0.method = .anderson(damping: 2) }.contains("damping"))
    #expect(sentence { $0.method = .newtonKrylov(dimension: 0) }.contains("Krylov"))
  }
}
