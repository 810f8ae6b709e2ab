package import LinearAlgebra

/// A row-major matrix that a workspace owns, aligned to cache lines and zero at first.
package final class MatrixBuffer<E: Scalar> {
  package let base: UnsafeMutablePointer<E>
  package let rows: Int
  package let columns: Int
  private let storage: UnsafeMutableRawPointer

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    let count = max(rows * columns, 1)
    storage = .allocate(byteCount: count * MemoryLayout<E>.stride, alignment: 64)
    // All bits of the number 0 are 0. (Where E is not known at compile time, initialising elements makes a call of the
    // runtime for each.)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: count * MemoryLayout<E>.stride)
    base = storage.bindMemory(to: E.self, capacity: count)
  }

  deinit { storage.deallocate() }

  package func row(_ row: Int) -> UnsafeMutablePointer<E> { base + row * columns }

  package func view(rows: Int) -> MatrixView<E> {
    MatrixView(base, rows: rows, columns: columns, stride: columns)
  }

  package func mutable(rows: Int) -> MutableMatrixView<E> {
    MutableMatrixView(base, rows: rows, columns: columns, stride: columns)
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  package func exchangeRows(_ first: Int, _ second: Int) {
    guard first != second else { return }
    let a = row(first)
    let b = row(second)
    for i in 0..<columns { swap(&a[i], &b[i]) }
  }

  package func clear(rows: Int) { base.update(repeating: 0, count: rows * columns) }
}
