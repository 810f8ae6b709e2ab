/// A borrowed row-major block of a larger matrix: `rows` × `columns` elements, rows `stride` apart.
///
/// A view does not own its memory and is valid only during the call that it is handed to.
public struct MatrixView<Element: Scalar> {
  public let base: UnsafePointer<Element>
  public let rows: Int
  public let columns: Int
  public let stride: Int

  @inlinable
  public init(_ base: UnsafePointer<Element>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The element of one row and column.
  @inlinable
  public subscript(_ row: Int, _ column: Int) -> Element {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns)
    return base[row * stride + column]
  }

  /// The first element of a row.
  @inlinable
  public func row(_ row: Int) -> UnsafePointer<Element> { base + row * stride }

  /// The block of the given columns.
  @inlinable
  public func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= stride)
    return MatrixView(base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }
}

/// A borrowed row-major block that may be written to.
public struct MutableMatrixView<Element: Scalar> {
  public let base: UnsafeMutablePointer<Element>
  public let rows: Int
  public let columns: Int
  public let stride: Int

  @inlinable
  public init(_ base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  @inlinable
  public subscript(_ row: Int, _ column: Int) -> Element {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      base[row * stride + column] = newValue
    }
  }

  /// The first element of a row.
  @inlinable
  public func row(_ row: Int) -> UnsafeMutablePointer<Element> { base + row * stride }

  /// The block of the given columns.
  @inlinable
  public func columns(_ range: Range<Int>) -> MutableMatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= stride)
    return MutableMatrixView(
      base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The same block, for reading.
  @inlinable
  public var view: MatrixView<Element> {
    MatrixView(base, rows: rows, columns: columns, stride: stride)
  }

  /// Sets every element to zero.
  @inlinable
  public func clear() {
    // Bytes, so that the loop is one for all types and not generic: all bits 0 is 0.
    let bytes = columns * MemoryLayout<Element>.stride
    for r in 0..<rows {
      UnsafeMutableRawPointer(row(r)).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }
  }
}
