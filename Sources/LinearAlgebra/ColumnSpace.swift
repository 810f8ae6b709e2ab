#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What spans the columns of a matrix, by its singular value decomposition.
package struct ColumnSpace {
  /// Orthonormal columns.
  package let basis: DenseMatrix
  private let values: ContiguousArray<Double>
  private let right: DenseMatrix

  /// What is below the rounding of the largest singular value counts as zero.
  package init(_ matrix: DenseMatrix) throws {
    let parts = try matrix.singularValueDecomposition()
    let floor = (parts.values.first ?? 0) * 0x1p-52 * Double(max(matrix.rows, matrix.columns))
    let rank = parts.values.prefix { $0 > floor }.count
    var basis = DenseMatrix(rows: matrix.rows, columns: rank)
    for row in 0..<matrix.rows {
      for column in 0..<rank { basis[row, column] = parts.left[row, column] }
    }
    self.basis = basis
    values = ContiguousArray(parts.values.prefix(rank))
    right = parts.rightTransposed
  }

  package var rank: Int { values.count }

  /// The nearest point of the space, for each column.
  package func projection(_ matrix: DenseMatrix) -> DenseMatrix {
    basis * (basis.transposed * matrix)
  }

  /// The shortest x with the matrix times x nearest to `vector`.
  package func leastSquares(_ vector: ContiguousArray<Double>) -> ContiguousArray<Double> {
    let coefficients = basis.transposed * vector
    var x = ContiguousArray<Double>(repeating: 0, count: right.columns)
    for k in 0..<rank {
      for i in x.indices { x[i] += right[k, i] * coefficients[k] / values[k] }
    }
    return x
  }

  /// The principal angles between two spaces in radians, the largest first (Björck and Golub, Numerical
  /// methods for computing angles between linear subspaces, 1973): cosines and sines together, so that
  /// small angles keep their digits.
  package func principalAngles(to other: ColumnSpace) throws -> [Double] {
    let (small, large) = rank <= other.rank ? (self, other) : (other, self)
    guard small.rank > 0 else { return [] }
    let cosines = try (large.basis.transposed * small.basis).singularValues()
    var rest = small.basis
    let inside = large.projection(small.basis)
    for row in 0..<rest.rows {
      for column in 0..<rest.columns { rest[row, column] -= inside[row, column] }
    }
    let sines = try rest.singularValues()
    return zip(sines, cosines.reversed()).map { sine, cosine in atan2(sine, cosine) }
  }
}
