internal import CSUNDIALS

/// What a block-diagonal `SUNMatrix` of ours points at.
///
/// One dense `width` × `width` block a sample, row-major and in `Double` whatever the state is made
/// of: a Newton matrix I − γJ loses too many digits in `Float` where γJ is large.
struct BlockMatrixContent: BitwiseCopyable {
  let elements: UnsafeMutablePointer<Double>
  let shape: UnsafeMutablePointer<StateShape>
  let index: Int
  let layout: Unmanaged<StateLayout>

  var blockCount: Int { shape.pointee.width * shape.pointee.width }
  var count: Int { shape.pointee.rows * blockCount }
}

extension UnsafeMutablePointer where Pointee == _generic_SUNMatrix {
  var blocks: BlockMatrixContent {
    pointee.content.assumingMemoryBound(to: BlockMatrixContent.self).pointee
  }
}

/// A new block matrix of zeros, whose blocks move with the rows of the layout.
func makeBlockMatrix(_ layout: StateLayout) -> SUNMatrix? {
  guard let matrix = SUNMatNewEmpty(layout.context.pointer), let table = matrix.pointee.ops else {
    return nil
  }
  let blockCount = layout.width * layout.width
  let count = layout.capacity * blockCount
  let elements = UnsafeMutablePointer<Double>.allocate(capacity: count)
  elements.initialize(repeating: 0, count: count)
  let content = UnsafeMutablePointer<BlockMatrixContent>.allocate(capacity: 1)
  content.initialize(
    to: BlockMatrixContent(
      elements: elements, shape: layout.shape,
      index: layout.register(elements, bytesPerRow: blockCount * MemoryLayout<Double>.stride),
      layout: Unmanaged.passRetained(layout)))
  matrix.pointee.content = UnsafeMutableRawPointer(content)
  setBlockMatrixOperations(table)
  return matrix
}

private func setBlockMatrixOperations(_ table: SUNMatrix_Ops) {
  table.pointee.getid = { _ in SUNMATRIX_CUSTOM }
  table.pointee.clone = { makeBlockMatrix($0!.blocks.layout.takeUnretainedValue()) }
  table.pointee.destroy = { if let matrix = $0 { destroyBlockMatrix(matrix) } }
  table.pointee.zero = { matrix in
    let blocks = matrix!.blocks
    blocks.elements.update(repeating: 0, count: blocks.count)
    return 0
  }
  table.pointee.copy = { source, target in
    let from = source!.blocks
    target!.blocks.elements.update(from: from.elements, count: from.count)
    return 0
  }
  // A ← c·A + I
  table.pointee.scaleaddi = { c, matrix in
    let blocks = matrix!.blocks
    let width = blocks.shape.pointee.width
    for i in 0..<blocks.count { blocks.elements[i] *= c }
    for row in 0..<blocks.shape.pointee.rows {
      let block = blocks.elements + row * blocks.blockCount
      for i in 0..<width { block[i * (width + 1)] += 1 }
    }
    return 0
  }
  table.pointee.space = { matrix, reals, integers in
    let blocks = matrix!.blocks
    reals!.pointee = blocks.shape.pointee.capacity * blocks.blockCount
    integers!.pointee = 4
    return 0
  }
}

private func destroyBlockMatrix(_ matrix: SUNMatrix) {
  let blocks = matrix.blocks
  blocks.layout.takeUnretainedValue().unregister(blocks.index)
  blocks.elements.deallocate()
  matrix.pointee.content.deallocate()
  matrix.pointee.content = nil
  SUNMatFreeEmpty(matrix)
  blocks.layout.release()
}
