import CSUNDIALS
import Integration
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The linear solver of every sample for itself, against dense LU and closed forms.
@Suite("Row-wise GMRES")
struct RowGMRESTests {
  /// Rows from trivial to stiff: I − γJ with random J and γ from 0 to 300, whose condition numbers go
  /// from 1 to some 10⁴, under weights over four decades and right-hand sides over twelve.
  private func random<Element: Scalar>(_ type: Element.Type) throws -> BlockProblem<Element> {
    let width = 12
    var stream = RandomStream(seed: 3, name: "blocks")
    let gammas = [0, 0.01, 0.3, 3, 30, 300]
    let blocks = gammas.map { gamma in
      (0..<width * width).map { i -> Double in
        let isDiagonal = i % (width + 1) == 0
        // Stable: the random part has a spectral radius near 0.5.
        let jacobian = 0.5 * stream.normal() / Double(width).squareRoot() - (isDiagonal ? 1 : 0)
        return (isDiagonal ? 1 : 0) - gamma * jacobian
      }
    }
    let count = gammas.count * width
    let b = (0..<count).map { stream.normal() * pow(10, Double($0 / width) * 2 - 5) }
    let w = (0..<count).map { _ in pow(10, 4 * stream.uniform() - 2) }
    return try BlockProblem(width: width, blocks: blocks, b: b, w: w)
  }

  private func checkAgainstLU<Element: Scalar>(_ type: Element.Type, reduction: Double) throws {
    let problem = try random(type)
    // What is asked for is seen from the largest residual, so that easy rows are there at once.
    let zero = problem.values(problem.b).map { _ in 0.0 }
    let norms = (0..<6).map { problem.residual($0, zero) }
    let tolerance = reduction * (norms.max() ?? 0)
    let solution = try problem.solve(tolerance: tolerance)
    #expect(solution.flag == 0 && solution.residualNorm <= tolerance)
    #expect(problem.products == solution.iterations && solution.iterations <= 12)
    for row in 0..<6 {
      let range = row * 12..<(row + 1) * 12
      let allowed =
        tolerance + problem.rounding(row, solution.x, iterations: solution.iterations)
      #expect(problem.residual(row, solution.x) <= allowed, "row \(row)")
      // The error A·(x − x*) is the same number by another way: x* from LU in double precision.
      let matrix = DenseMatrix(
        rows: 12, columns: 12, elements: ContiguousArray(problem.blocks[row]))
      let exact = try LUFactorization(matrix).solve(
        ContiguousArray(problem.values(problem.b)[range]))
      let weights = Array(problem.values(problem.w)[range])
      let error = zip(solution.x[range], exact).map { $0 - $1 }
      let image = (0..<12).map { i in
        weights[i] * (0..<12).reduce(0) { $0 + problem.blocks[row][i * 12 + $1] * error[$1] }
      }
      #expect(norm(image) <= allowed * (1 + 1e-6), "row \(row)")
    }
  }

  @Test("every row of any difficulty meets the tolerance, and is LU's solution to that tolerance")
  func againstLU() throws {
    for reduction in [1e-1, 1e-3, 1e-6] { try checkAgainstLU(Float.self, reduction: reduction) }
    for reduction in [1e-1, 1e-3, 1e-9, 1e-13] {
      try checkAgainstLU(Double.self, reduction: reduction)
    }
  }

  @Test("as many products are made as the worst row needs alone")
  func worstRowDecides() throws {
    let all = try random(Double.self)
    let together = try all.solve(tolerance: 1e-4)
    let alone = try (0..<6).map { row in
      let range = row * 12..<(row + 1) * 12
      let single = try BlockProblem<Double>(
        width: 12, blocks: [all.blocks[row]], b: Array(all.values(all.b)[range]),
        w: Array(all.values(all.w)[range]))
      return try single.solve(tolerance: 1e-4).iterations
    }
    #expect(together.iterations == alone.max())
    #expect(Set(alone).count > 2)
  }

  @Test("rows with one eigenvalue each take one product, whatever the eigenvalues of the others")
  func ownPolynomials() throws {
    let values = [1, -3, 1e4, 1e-3, 7]
    let blocks = values.map { value in (0..<9).map { $0 % 4 == 0 ? value : 0 } }
    let b = (0..<15).map { Double($0 % 4) + 1 }
    let problem = try BlockProblem<Double>(width: 3, blocks: blocks, b: b)
    // One polynomial for all five would have to be of degree 5.
    let solution = try problem.solve(dimension: 3, tolerance: 1e-10)
    #expect(solution.flag == 0 && solution.iterations == 1)
    #expect(largestError(solution.x, (0..<15).map { b[$0] / values[$0 / 3] }) < 1e-14)
  }

  @Test("an exact preconditioner leaves one product, on either side", arguments: [true, false])
  func exactPreconditioner(isRight: Bool) throws {
    let problem = try random(Double.self)
    problem.inverses = try problem.blocks.map { block in
      let lu = try LUFactorization(
        DenseMatrix(rows: 12, columns: 12, elements: ContiguousArray(block)))
      var inverse = [Double](repeating: 0, count: 144)
      for column in 0..<12 {
        let unit = ContiguousArray((0..<12).map { $0 == column ? 1.0 : 0 })
        for (row, value) in try lu.solve(unit).enumerated() { inverse[row * 12 + column] = value }
      }
      return inverse
    }
    let solution = try problem.solve(isRight ? .right : .left, tolerance: 1e-6)
    #expect(solution.flag == 0 && solution.iterations == 1)
  }

  /// Diagonals over five decades, which P takes away; what is left is a small perturbation.
  @Test("right preconditioning saves products and leaves the test on the true residual")
  func rightPreconditioner() throws {
    let width = 30
    var stream = RandomStream(seed: 5, name: "preconditioned")
    let blocks = (0..<3).map { row in
      (0..<width * width).map { i -> Double in
        let diagonal = i % (width + 1) == 0 ? pow(10, 5 * Double(i / width) / 29) : 0
        return diagonal + 0.02 * Double(row) * stream.normal()
      }
    }
    let b = (0..<3 * width).map { _ in stream.normal() }
    let problem = try BlockProblem<Double>(width: width, blocks: blocks, b: b)
    problem.inverses = blocks.map { block in
      (0..<width * width).map { $0 % (width + 1) == 0 ? 1 / block[$0] : 0 }
    }
    let tolerance = 1e-6
    let plain = try problem.solve(.none, dimension: 30, tolerance: tolerance)
    let right = try problem.solve(.right, dimension: 30, tolerance: tolerance)
    #expect(right.flag == 0 && right.iterations < plain.iterations / 2)
    for row in 0..<3 {
      let rounding = problem.rounding(row, right.x, iterations: right.iterations)
      #expect(problem.residual(row, right.x) <= tolerance + rounding)
    }
  }

  @Test("from a guess that is not zero, the correction is added to it", arguments: [false, true])
  func guess(isRight: Bool) throws {
    let problem = try random(Double.self)
    problem.inverses = problem.blocks.map { block in
      block.indices.map { $0 % 13 == 0 ? 1 / block[$0] : 0 }
    }
    let side: LinearSolverChoice.Preconditioning = isRight ? .right : .none
    let solution = try problem.solve(side, tolerance: 1e-5, zeroGuess: false)
    #expect(solution.flag == 0)
    for row in 0..<6 {
      // The guess of 77 enters the residual through A, so rounding is of its size.
      let guess = (0..<72).map { _ in 77.0 }
      let rounding =
        problem.rounding(row, solution.x, iterations: 12)
        + problem.rounding(row, guess, iterations: 12)
      #expect(problem.residual(row, solution.x) <= 1e-5 + rounding)
    }
    // Once there, nothing is left to do.
    let again = try problem.solve(side, tolerance: 1e-2, zeroGuess: false)
    #expect(again.flag == 0 && again.iterations == 0 && again.x == solution.x)
  }

  @Test("rows of zeros are solved by zeros, without a product where there are no others")
  func zeroRows() throws {
    let block = [2.0, 1, 0, 3]
    let problem = try BlockProblem<Float>(
      width: 2, blocks: [block, block, block], b: [0, 0, 1, 1, 0, 0])
    let solution = try problem.solve(tolerance: 1e-6)
    #expect(solution.flag == 0)
    #expect(Array(solution.x[0...1]) == [0, 0] && Array(solution.x[4...5]) == [0, 0])
    #expect(largestError(Array(solution.x[2...3]), [1.0 / 3, 1.0 / 3]) < 1e-5)
    N_VConst(0, problem.b.pointer)
    let nothing = try problem.solve(tolerance: 1e-6)
    #expect(nothing.flag == 0 && nothing.iterations == 0 && nothing.x == [0, 0, 0, 0, 0, 0])
  }
}
