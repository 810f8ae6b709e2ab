internal import CSUNDIALS
internal import LinearAlgebra

/// What our direct `SUNLinearSolver` points at: the pivots of every block, and a row to solve in.
struct BlockSolverContent: BitwiseCopyable {
  let pivots: UnsafeMutablePointer<Int32>
  let scratch: UnsafeMutablePointer<Double>
  let shape: UnsafeMutablePointer<StateShape>
  let index: Int
  let layout: Unmanaged<StateLayout>
}

extension UnsafeMutablePointer where Pointee == _generic_SUNLinearSolver {
  fileprivate var blockContent: BlockSolverContent {
    pointee.content.assumingMemoryBound(to: BlockSolverContent.self).pointee
  }
}

/// A direct solver for block matrices: one LU factorization a sample, in place.
///
/// The pivots move with the rows of the layout, as the factors do, so that a factorization survives
/// compaction.
func makeBlockLinearSolver(_ layout: StateLayout) -> SUNLinearSolver? {
  guard let solver = SUNLinSolNewEmpty(layout.context.pointer), let table = solver.pointee.ops
  else { return nil }
  let count = layout.capacity * layout.width
  let pivots = UnsafeMutablePointer<Int32>.allocate(capacity: count)
  pivots.initialize(repeating: 0, count: count)
  let scratch = UnsafeMutablePointer<Double>.allocate(capacity: layout.width)
  scratch.initialize(repeating: 0, count: layout.width)
  let content = UnsafeMutablePointer<BlockSolverContent>.allocate(capacity: 1)
  content.initialize(
    to: BlockSolverContent(
      pivots: pivots, scratch: scratch, shape: layout.shape,
      index: layout.register(pivots, bytesPerRow: layout.width * MemoryLayout<Int32>.stride),
      layout: Unmanaged.passRetained(layout)))
  solver.pointee.content = UnsafeMutableRawPointer(content)
  setBlockSolverOperations(table)
  return solver
}

private func setBlockSolverOperations(_ table: SUNLinearSolver_Ops) {
  table.pointee.gettype = { _ in SUNLINEARSOLVER_DIRECT }
  table.pointee.getid = { _ in SUNLINEARSOLVER_CUSTOM }
  table.pointee.initialize = { _ in 0 }
  table.pointee.setup = { solver, matrix in
    let content = solver!.blockContent
    let blocks = matrix!.blocks
    let shape = content.shape.pointee
    for row in 0..<shape.rows {
      // A singular I − γJ is no disaster: with a smaller γ it is regular, so CVODE may retry.
      guard
        LUFactorization.factor(
          blocks.elements + row * blocks.blockCount, width: shape.width,
          pivots: content.pivots + row * shape.width)
      else { return Int32(SUNLS_LUFACT_FAIL) }
    }
    return 0
  }
  table.pointee.solve = { solver, matrix, x, b, _ in
    if b!.isSingle {
      solveBlocks(solver!.blockContent, matrix!.blocks, x!, b!, Float.self)
    } else {
      solveBlocks(solver!.blockContent, matrix!.blocks, x!, b!, Double.self)
    }
    return 0
  }
  table.pointee.space = { solver, reals, integers in
    let shape = solver!.blockContent.shape.pointee
    reals!.pointee = shape.width
    integers!.pointee = shape.capacity * shape.width
    return 0
  }
  table.pointee.free = { solver in
    guard let solver else { return 0 }
    let content = solver.blockContent
    content.layout.takeUnretainedValue().unregister(content.index)
    content.pivots.deallocate()
    content.scratch.deallocate()
    solver.pointee.content.deallocate()
    solver.pointee.content = nil
    SUNLinSolFreeEmpty(solver)
    content.layout.release()
    return 0
  }
}

private func solveBlocks<Element: Scalar>(
  _ content: BlockSolverContent, _ blocks: BlockMatrixContent, _ x: N_Vector, _ b: N_Vector,
  _ type: Element.Type
) {
  let shape = content.shape.pointee
  let source = b.elements(type)
  let target = x.elements(type)
  for row in 0..<shape.rows {
    let start = row * shape.width
    for i in 0..<shape.width { content.scratch[i] = Double(source[start + i]) }
    LUFactorization.solve(
      blocks.elements + row * blocks.blockCount, width: shape.width,
      pivots: content.pivots + start, content.scratch)
    for i in 0..<shape.width { target[start + i] = Element(content.scratch[i]) }
  }
}
