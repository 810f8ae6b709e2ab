/// A borrowed row-major block of a larger matrix: `rows` × `columns` elements, rows `stride` apart.
///
/// A view does not own its memory and is valid only during the call that it is handed to.
public struct MatrixView<Element: Scalar> {
  /// The first element.
  public let base: UnsafePointer<Element>
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// Elements from one row to the next, at least ``columns``.
  public let stride: Int

  /// Looks at memory that must outlive it.
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
  /// The first element.
  public let base: UnsafeMutablePointer<Element>
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// Elements from one row to the next, at least ``columns``.
  public let stride: Int

  /// Looks at memory that must outlive it.
  @inlinable
  public init(_ base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The element at a row and a column, from 0.
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
