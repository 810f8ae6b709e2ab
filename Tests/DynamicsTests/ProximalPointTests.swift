import Dynamics
import Foundation
import LinearAlgebra
import Testing

/// argmin ½‖y − c‖² + s·L(y). The objective is strongly convex with constant 1, so a point whose
/// residual r = y − c + s∇L(y) is small is no farther than ‖r‖ from the only solution: a small residual
/// is all there is to show.
@Suite("Proximal points of losses")
struct ProximalPointTests {
  /// A loss that has only what a plug-in must have, so that it gets the default proximal point.
  private struct Plain: Loss {
    var base: any Loss
    var name: String { "plain" }
    var isClassification: Bool { base.isClassification }
    func value(_ output: Span<Double>, target: Span<Double>) -> Double {
      base.value(output, target: target)
    }
    func gradient(
      _ output: Span<Double>, target: Span<Double>, into gradient: inout MutableSpan<Double>
    ) { base.gradient(output, target: target, into: &gradient) }
    func curvatureProduct(
      _ output: Span<Double>, target: Span<Double>, _ vector: Span<Double>,
      into product: inout MutableSpan<Double>
    ) { base.curvatureProduct(output, target: target, vector, into: &product) }
  }

  private struct Problem {
    var center: [Double]
    var target: [Double]
    var strength: Double

    /// Of the residual's evaluation at a rounded y: y lies within s of c, has an error of half a ulp,
    /// which s∂²L ≤ s/2 magnifies, and y − c and s(p − t) have a few roundings of their own.
    var rounding: Double {
      16 * Double.ulpOfOne * (1 + strength / 2) * (1 + center.map(\.magnitude).max()! + strength)
    }

    func solve(_ loss: any Loss, guess: [Double]) -> [Double] {
      var y = ContiguousArray(guess)
      var span = y.mutableSpan
      loss.proximalPoint(
        of: ContiguousArray(center).span, target: ContiguousArray(target).span,
        strength: strength, into: &span)
      return Array(y)
    }

    func residual(_ loss: any Loss, _ y: [Double]) -> Double {
      var gradient = ContiguousArray<Double>(repeating: .nan, count: y.count)
      var span = gradient.mutableSpan
      loss.gradient(ContiguousArray(y).span, target: ContiguousArray(target).span, into: &span)
      var largest = 0.0
      for i in y.indices {
        let part = abs((y[i] - center[i]) + strength * gradient[i])
        if !(part <= largest) { largest = part }
      }
      return largest
    }

    /// With λ = log Σ e^y and z = y − λ the equations part: z + se^z = c + st − λ, each of one
    /// unknown, and λ is where Σ e^z = 1. Both by methods that cannot miss.
    func crossEntropyReference() -> [Double] {
      let a = zip(center, target).map { $0 + strength * $1 }
      func z(_ b: Double) -> Double {
        var z = b > 0 ? min(b, log(b / strength)) : b
        for _ in 0..<80 { z -= (z + strength * exp(z) - b) / (1 + strength * exp(z)) }
        return z
      }
      var low = a.min()! - strength - 10
      var high = a.max()! + 10
      for _ in 0..<120 {
        let middle = 0.5 * (low + high)
        let sum = a.reduce(0) { $0 + exp(z($1 - middle)) }
        if sum > 1 { low = middle } else { high = middle }
      }
      let lambda = 0.5 * (low + high)
      return a.map { z($0 - lambda) + lambda }
    }
  }

  private static func targets(_ random: inout RandomStream, _ n: Int) -> [[Double]] {
    var hard = Array(repeating: 0.0, count: n)
    hard[random.integer(below: n)] = 1
    let soft = hard.map { $0 == 1 ? 0.99 : 0.01 / Double(n - 1) }
    let weights = (0..<n).map { _ in random.uniform() }
    let sum = weights.reduce(0, +)
    return [hard, soft, weights.map { $0 / sum }]
  }

  private static func problems(
    _ seed: UInt64, classes: [Int], strengths: [Double], sizes: [Double]
  ) -> [Problem] {
    var random = RandomStream(seed: seed, name: "proximal")
    var problems: [Problem] = []
    for n in classes {
      for target in targets(&random, n) {
        for strength in strengths {
          for size in sizes {
            problems.append(
              Problem(
                center: (0..<n).map { _ in size * (2 * random.uniform() - 1) }, target: target,
                strength: strength))
          }
        }
      }
    }
    return problems
  }

  /// Solves every problem from that guess; the sentence says which are not solved.
  private func unsolved(
    _ problems: [Problem], _ loss: any Loss, _ guess: (Problem) -> [Double]
  ) -> String {
    var failures: [String] = []
    for problem in problems {
      let y = problem.solve(loss, guess: guess(problem))
      let residual = problem.residual(loss, y)
      if !(residual <= problem.rounding) {
        failures.append(
          "n \(y.count), s \(problem.strength), |c| \(problem.center.map(\.magnitude).max()!), "
            + "max t \(problem.target.max()!): residual \(residual), rounding \(problem.rounding)")
      }
    }
    return failures.isEmpty
      ? ""
      : "\(failures.count) of \(problems.count):\n" + failures.prefix(8).joined(separator: "\n")
  }

  private static let classification = problems(
    1, classes: [2, 3, 10, 100], strengths: [1e-3, 1e-2, 0.1, 1, 10, 100, 1e3],
    sizes: [0.1, 1, 10, 100, 1e3])

  @Test("squared error has its closed form")
  func squared() {
    var random = RandomStream(seed: 3, name: "squared")
    for problem in Self.problems(
      2, classes: [1 + 1, 5], strengths: [1e-3, 1, 1e3], sizes: [1, 1e3])
    {
      let y = problem.solve(SquaredError(), guess: problem.center.map { _ in random.normal() })
      for i in y.indices {
        let s = problem.strength
        let exact = problem.center[i] / (1 + s) + problem.target[i] * (s / (1 + s))
        #expect(abs(y[i] - exact) <= 8 * Double.ulpOfOne * (1 + abs(problem.center[i])))
      }
    }
  }

  @Test("cross-entropy, from the centre")
  func fromCenter() {
    let report = unsolved(Self.classification, CrossEntropy()) { $0.center }
    #expect(report.isEmpty, "\(report)")
  }

  @Test("cross-entropy, from the outputs of the equilibrium next door, as the maps call it")
  func warm() {
    var random = RandomStream(seed: 4, name: "warm")
    let report = unsolved(Self.classification, CrossEntropy()) {
      $0.crossEntropyReference().map { $0 + 0.1 * random.normal() }
    }
    #expect(report.isEmpty, "\(report)")
  }

  @Test(
    "cross-entropy, from guesses that are no help",
    arguments: [0, 1e3, -1e3, 1e12, 1e300, -1e308, Double.infinity, -.infinity, .nan])
  func badGuesses(guess: Double) {
    for mixed in [false, true] {
      let report = unsolved(Self.classification, CrossEntropy()) {
        $0.center.indices.map { mixed && $0 % 2 == 1 ? -guess : guess }
      }
      #expect(report.isEmpty, "mixed \(mixed): \(report)")
    }
  }

  @Test("cross-entropy agrees with a reference that parts the equations")
  func reference() {
    for problem in Self.classification {
      let exact = problem.crossEntropyReference()
      #expect(problem.residual(CrossEntropy(), exact) <= 64 * problem.rounding, "reference")
      let y = problem.solve(CrossEntropy(), guess: exact)
      let bound = 65 * problem.rounding * Double(y.count).squareRoot()
      #expect(largestDifference(y, exact) <= bound)
    }
  }

  @Test("a leak of almost nothing", arguments: [1e6, 1e10, 1e15, 1e17])
  func strong(strength: Double) {
    let problems = Self.problems(5, classes: [2, 10], strengths: [strength], sizes: [1, 10])
    let report = unsolved(problems, CrossEntropy()) { $0.crossEntropyReference() }
    #expect(report.isEmpty, "\(report)")
  }

  @Test("a loss without a proximal point of its own gets the same one")
  func plain() {
    let problems = Self.problems(
      6, classes: [2, 3, 10], strengths: [1e-3, 0.1, 1, 10, 100], sizes: [0.1, 1, 10, 100])
    for guess in [0, 1e3, Double.nan] {
      let report = unsolved(problems, Plain(base: CrossEntropy())) {
        $0.center.map { $0 + guess }
      }
      #expect(report.isEmpty, "guess c + \(guess): \(report)")
      let quadratic = unsolved(problems, Plain(base: SquaredError())) {
        $0.center.map { $0 + guess }
      }
      #expect(quadratic.isEmpty, "guess c + \(guess): \(quadratic)")
    }
  }

  @Test("a centre that is no number gives no number, and ends")
  func noCenter() {
    for loss: any Loss in [SquaredError(), CrossEntropy(), Plain(base: CrossEntropy())] {
      let problem = Problem(center: [.nan, 1], target: [1, 0], strength: 1)
      #expect(problem.solve(loss, guess: [0, 0]).contains { !$0.isFinite })
    }
  }
}
