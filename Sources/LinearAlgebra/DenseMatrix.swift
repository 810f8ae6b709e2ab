/// A dense matrix of doubles, stored row by row: for analysis and initialisation. The engine's
/// inner loops work on plain memory through `Scalar`.
public struct DenseMatrix: Equatable, Sendable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// `rows` × `columns` elements, row by row.
  public private(set) var elements: ContiguousArray<Double>

  /// A matrix of one value.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(
      rows: rows, columns: columns,
      elements: ContiguousArray(repeating: value, count: rows * columns))
  }

  /// A matrix of the elements given row by row. Their number must be `rows` × `columns`.
  public init(rows: Int, columns: Int, elements: ContiguousArray<Double>) {
    precondition(
      rows >= 0 && columns >= 0 && rows <= Int32.max && columns <= Int32.max
        && elements.count == rows * columns,
      "a matrix of \(rows) × \(columns) cannot have \(elements.count) elements")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix of rows, all of one length.
  public init(_ rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "the rows of a matrix have one length")
    self.init(
      rows: rows.count, columns: columns, elements: ContiguousArray(rows.joined()))
  }

  /// The identity of the order given.
  public static func identity(_ order: Int) -> DenseMatrix {
    var matrix = DenseMatrix(rows: order, columns: order)
    for i in 0..<order { matrix[i, i] = 1 }
    return matrix
  }

  /// The element at a row and a column, from 0.
  public subscript(row: Int, column: Int) -> Double {
    get {
      checkPosition(row, column)
      return elements[row * columns + column]
    }
    set {
      checkPosition(row, column)
      elements[row * columns + column] = newValue
    }
  }

  /// The transposed matrix.
  public var transposed: DenseMatrix {
    var result = DenseMatrix(rows: columns, columns: rows)
    for column in 0..<columns {
      for row in 0..<rows {
        result.elements[column * rows + row] = elements[row * columns + column]
      }
    }
    return result
  }

  /// The product of two matrices, the columns of one being as many as the rows of the other.
  public static func * (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
    precondition(
      a.columns == b.rows,
      "no product of \(a.rows) × \(a.columns) and \(b.rows) × \(b.columns)")
    var product = DenseMatrix(rows: a.rows, columns: b.columns)
    a.elements.withUnsafeBufferPointer { a1 in
      b.elements.withUnsafeBufferPointer { b1 in
        product.elements.withUnsafeMutableBufferPointer { c1 in
          guard let a0 = a1.baseAddress, let b0 = b1.baseAddress, let c0 = c1.baseAddress,
            a.columns > 0, c1.count > 0
          else { return }
          Double.multiply(
            transposeA: false, transposeB: false, rows: a.rows, columns: b.columns,
            inner: a.columns, alpha: 1, a0, a.columns, b0, b.columns, beta: 0, c0, b.columns)
        }
      }
    }
    return product
  }

  /// The product with a column of as many elements as the matrix has columns.
  public static func * (a: DenseMatrix, x: ContiguousArray<Double>) -> ContiguousArray<Double> {
    (a * DenseMatrix(rows: x.count, columns: 1, elements: x)).elements
  }

  /// Throws `nonFinite` for the first element that is NaN or infinite. LAPACK may return nonsense
  /// or never return for such a matrix.
  public func checkFinite() throws(LinearAlgebraError) {
    let index = elements.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap { Double.firstNonFinite($0, count: buffer.count) }
    }
    if let index { throw .nonFinite(row: index / columns, column: index % columns) }
  }

  /// The order of a square matrix.
  var order: Int {
    precondition(rows == columns, "a square matrix is needed, not \(rows) × \(columns)")
    return rows
  }

  private func checkPosition(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "no element (\(row), \(column)) in \(rows) × \(columns)")
  }
}
