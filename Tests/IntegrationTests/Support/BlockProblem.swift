import CSUNDIALS
import Integration
import LinearAlgebra
import Testing

/// A block-diagonal system A·x = b with its weights, as CVODE would hand it to a linear solver.
///
/// What is rounded to `Element` is what SUNDIALS gets: blocks in double precision are exact here, and
/// products are computed in double precision and rounded once.
final class BlockProblem<Element: Scalar> {
  let layout: StateLayout
  let width: Int
  var blocks: [[Double]]
  /// Blocks of P⁻¹.
  var inverses: [[Double]] = []
  let x: StateVector
  let b: StateVector
  let w: StateVector
  var products = 0
  /// What the product returns instead of 0 from the given call on.
  var failure: (call: Int, code: Int32)?
  /// An element of the result that is made NaN.
  var spoiled: Int?

  init(width: Int, blocks: [[Double]], b: [Double], w: [Double]? = nil) throws {
    self.width = width
    self.blocks = blocks
    layout = try StateLayout(Element.self, capacity: blocks.count, width: width)
    x = try StateVector(layout)
    self.b = try StateVector(layout)
    self.w = try StateVector(layout)
    for i in 0..<b.count {
      self.b.elements(Element.self)[i] = Element(b[i])
      self.w.elements(Element.self)[i] = Element(w?[i] ?? 1)
      // What x held before must not matter where the guess is said to be zero.
      x.elements(Element.self)[i] = 77
    }
  }

  func values(_ vector: StateVector) -> [Double] {
    (0..<layout.rows * width).map { Double(vector.elements(Element.self)[$0]) }
  }

  fileprivate func multiply(_ matrices: [[Double]], _ v: N_Vector, into result: N_Vector) {
    let v = v.elements(Element.self)
    let result = result.elements(Element.self)
    for row in 0..<layout.rows {
      let input = (0..<width).map { Double(v[row * width + $0]) }
      for (i, value) in (matrices[row] * input).enumerated() {
        result[row * width + i] = Element(value)
      }
    }
  }

  struct Solution {
    var flag: Int32
    var x: [Double]
    var iterations: Int
    var residualNorm: Double
  }

  func solver(
    _ side: LinearSolverChoice.Preconditioning = .none, dimension: Int = 20
  ) throws -> SUNLinearSolver {
    let solver = try #require(makeRowGMRES(layout, side: side, dimension: dimension))
    let data = Unmanaged.passUnretained(self).toOpaque()
    #expect(SUNLinSolGetType(solver) == SUNLINEARSOLVER_ITERATIVE)
    #expect(SUNLinSolSetATimes(solver, data, blockProduct(Element.self)) == 0)
    if side != .none {
      #expect(SUNLinSolSetPreconditioner(solver, data, nil, blockInverse(Element.self)) == 0)
    }
    #expect(SUNLinSolSetScalingVectors(solver, w.pointer, w.pointer) == 0)
    #expect(SUNLinSolInitialize(solver) == 0)
    #expect(SUNLinSolSetup(solver, nil) == 0)
    return solver
  }

  func solve(_ solver: SUNLinearSolver, tolerance: Double, zeroGuess: Bool = true) -> Solution {
    products = 0
    _ = SUNLinSolSetZeroGuess(solver, zeroGuess ? 1 : 0)
    let flag = SUNLinSolSolve(solver, nil, x.pointer, b.pointer, tolerance)
    #expect(SUNLinSolLastFlag(solver) == sunindextype(flag))
    return Solution(
      flag: flag, x: values(x), iterations: Int(SUNLinSolNumIters(solver)),
      residualNorm: SUNLinSolResNorm(solver))
  }

  func solve(
    _ side: LinearSolverChoice.Preconditioning = .none, dimension: Int = 20, tolerance: Double,
    zeroGuess: Bool = true
  ) throws -> Solution {
    let solver = try solver(side, dimension: dimension)
    defer { SUNLinSolFree(solver) }
    return solve(solver, tolerance: tolerance, zeroGuess: zeroGuess)
  }

  // MARK: What is true of a solution

  /// ‖w∘(b − A·x)‖₂ of one row in double precision.
  func residual(_ row: Int, _ x: [Double]) -> Double {
    let range = row * width..<(row + 1) * width
    let product = blocks[row] * Array(x[range])
    let (b, w) = (Array(values(b)[range]), Array(values(w)[range]))
    return norm((0..<width).map { w[$0] * (b[$0] - product[$0]) })
  }

  /// How far rounding may part the residual that GMRES knows from the true one.
  ///
  /// Every basis vector vⱼ has norm 1 and is multiplied by A, orthogonalised and combined with
  /// relative errors of a few ε, at most 4 for each of the vectors it is combined with; the sum of
  /// yⱼ·(error of A·vⱼ) is bounded by ‖y‖₁·ε·max‖A·vⱼ‖, and as the vⱼ are orthonormal
  /// ‖y‖₁ ≤ √k·‖w∘x‖₂.
  func rounding(_ row: Int, _ x: [Double], iterations: Int) -> Double {
    let range = row * width..<(row + 1) * width
    let (part, w) = (Array(x[range]), Array(values(w)[range]))
    // The Frobenius norm of W·A·W⁻¹.
    var square = 0.0
    for i in 0..<width {
      for j in 0..<width {
        let element = blocks[row][i * width + j] * w[i] / w[j]
        square += element * element
      }
    }
    let size = norm((0..<width).map { w[$0] * part[$0] })
    let k = Double(max(iterations, 1))
    return 4 * (k + 1) * k.squareRoot() * Double(Element.ulpOfOne) * square.squareRoot() * size
  }
}

private func blockProduct<Element: Scalar>(_ type: Element.Type) -> SUNATimesFn {
  type == Float.self
    ? { data, v, result in applyProduct(data, v, result, Float.self) }
    : { data, v, result in applyProduct(data, v, result, Double.self) }
}

private func applyProduct<Element: Scalar>(
  _ data: UnsafeMutableRawPointer?, _ v: N_Vector?, _ result: N_Vector?, _ type: Element.Type
) -> Int32 {
  let problem = Unmanaged<BlockProblem<Element>>.fromOpaque(data!).takeUnretainedValue()
  problem.products += 1
  if let failure = problem.failure, problem.products >= failure.call { return failure.code }
  problem.multiply(problem.blocks, v!, into: result!)
  if let spoiled = problem.spoiled { result!.elements(type)[spoiled] = .nan }
  return 0
}

private func blockInverse<Element: Scalar>(_ type: Element.Type) -> SUNPSolveFn {
  type == Float.self
    ? { data, r, z, _, _ in applyInverse(data, r, z, Float.self) }
    : { data, r, z, _, _ in applyInverse(data, r, z, Double.self) }
}

private func applyInverse<Element: Scalar>(
  _ data: UnsafeMutableRawPointer?, _ r: N_Vector?, _ z: N_Vector?, _ type: Element.Type
) -> Int32 {
  let problem = Unmanaged<BlockProblem<Element>>.fromOpaque(data!).takeUnretainedValue()
  problem.multiply(problem.inverses, r!, into: z!)
  return 0
}

func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// A·x of a square matrix, row-major.
private func * (a: [Double], x: [Double]) -> [Double] {
  let n = x.count
  return (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i * n + $1] * x[$1] } }
}
