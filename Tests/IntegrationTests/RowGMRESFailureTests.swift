import CSUNDIALS
import Integration
import LinearAlgebra
import Testing

/// What cannot be solved ends with the code SUNDIALS has for it, and leaves the solver in order.
@Suite("Row-wise GMRES, failures")
struct RowGMRESFailureTests {
  private func diagonal(_ values: [Double]) -> [Double] {
    let n = values.count
    return (0..<n * n).map { $0 % (n + 1) == 0 ? values[$0 / n] : 0 }
  }

  private func check<Element: Scalar>(_ type: Element.Type) throws {
    let regular = diagonal([1, 2, 3])
    let tolerance = 64 * Double(Element.ulpOfOne)
    // b in part outside of the range: the best residual is (0, 0, 1), and its norm 1 < √3.
    let partly = try BlockProblem<Element>(
      width: 3, blocks: [regular, diagonal([1, 2, 0])], b: [1, 1, 1, 1, 1, 1])
    let reduced = try partly.solve(tolerance: tolerance)
    #expect(reduced.flag == SUNLS_RES_REDUCED)
    #expect(abs(reduced.residualNorm - 1) <= tolerance)
    #expect(abs(partly.residual(1, reduced.x) - 1) <= tolerance)
    #expect(partly.residual(0, reduced.x) <= 2 * tolerance)
    // b in the range of a singular block: there is a solution, and it is found.
    let consistent = try BlockProblem<Element>(
      width: 3, blocks: [regular, diagonal([1, 2, 0])], b: [1, 1, 1, 1, 1, 0])
    let solved = try consistent.solve(tolerance: tolerance)
    #expect(solved.flag == 0 && consistent.residual(1, solved.x) <= 2 * tolerance)
    // Nothing can be done: the residual of that row is what it was.
    let hopeless = try BlockProblem<Element>(
      width: 3, blocks: [regular, diagonal([0, 0, 0])], b: [1, 1, 1, 1, 0, 0])
    #expect(try hopeless.solve(tolerance: tolerance).flag == SUNLS_CONV_FAIL)
    // A cyclic shift: nothing is gained before the last column.
    let shift = [0.0, 1, 0, 0, 0, 1, 1, 0, 0]
    let cyclic = try BlockProblem<Element>(width: 3, blocks: [shift], b: [1, 0, 0])
    #expect(try cyclic.solve(dimension: 2, tolerance: tolerance).flag == SUNLS_CONV_FAIL)
    let whole = try cyclic.solve(dimension: 3, tolerance: tolerance)
    #expect(whole.flag == 0 && whole.iterations == 3 && whole.x == [0, 1, 0])
  }

  @Test("singular blocks: reduced where something is gained, failure where nothing is")
  func singular() throws {
    try check(Float.self)
    try check(Double.self)
  }

  @Test("too few columns end with a residual that is smaller, and known")
  func tooFew() throws {
    let problem = try BlockProblem<Double>(
      width: 4, blocks: [diagonal([1, 10, 100, 1000]), diagonal([1, 1, 1, 1])],
      b: [1, 1, 1, 1, 1, 1, 1, 1])
    let solution = try problem.solve(dimension: 2, tolerance: 1e-8)
    #expect(solution.flag == SUNLS_RES_REDUCED && solution.iterations == 2)
    #expect(abs(problem.residual(0, solution.x) - solution.residualNorm) < 1e-10)
    #expect(solution.residualNorm < 2 && solution.residualNorm > 1e-8)
    #expect(problem.residual(1, solution.x) < 1e-8)
  }

  private func checkNotFinite<Element: Scalar>(_ type: Element.Type) throws {
    let block = diagonal([1, 2, 3])
    for bad in [Double.nan, .infinity] {
      let problem = try BlockProblem<Element>(
        width: 3, blocks: [block, block], b: [1, 1, 1, 1, bad, 1])
      #expect(try problem.solve(tolerance: 1e-3).flag == SUNLS_CONV_FAIL)
      #expect(problem.products == 0)
    }
    let problem = try BlockProblem<Element>(
      width: 3, blocks: [block, block], b: [1, 1, 1, 1, 1, 1])
    let solver = try problem.solver()
    defer { SUNLinSolFree(solver) }
    problem.spoiled = 4
    let spoiled = problem.solve(solver, tolerance: 1e-3)
    #expect(spoiled.flag == SUNLS_ATIMES_FAIL_REC && spoiled.iterations == 1)
    problem.spoiled = nil
    for (code, flag) in [(Int32(1), SUNLS_ATIMES_FAIL_REC), (-1, SUNLS_ATIMES_FAIL_UNREC)] {
      for call in 1...2 {
        problem.failure = (call, code)
        #expect(problem.solve(solver, tolerance: 1e-3).flag == flag)
      }
    }
    problem.failure = nil
    let good = problem.solve(solver, tolerance: 1e-3)
    #expect(good.flag == 0 && problem.residual(1, good.x) <= 1.01e-3)
  }

  @Test("NaN and infinity end the solve recoverably, and the next one is untouched by them")
  func notFinite() throws {
    try checkNotFinite(Float.self)
    try checkNotFinite(Double.self)
  }

  @Test("between solves rows may change places and leave")
  func compaction() throws {
    let blocks = [diagonal([1, 2, 3]), diagonal([4, 5, 60]), diagonal([7, 800, 9])]
    let problem = try BlockProblem<Double>(width: 3, blocks: blocks, b: (1...9).map(Double.init))
    let solver = try problem.solver()
    defer { SUNLinSolFree(solver) }
    #expect(problem.layout.liveVectors == 3)
    let before = problem.solve(solver, tolerance: 1e-10)
    problem.layout.exchangeRows(0, 2)
    problem.layout.keepRows(2)
    problem.blocks.swapAt(0, 2)
    let after = problem.solve(solver, tolerance: 1e-10)
    #expect(before.flag == 0 && after.flag == 0)
    let wanted = Array(before.x[6...8]) + Array(before.x[3...5])
    #expect(largestError(after.x, wanted) < 1e-10)
  }
}
