internal import COpenBLAS

extension DenseMatrix {
  /// The matrix with orthonormal columns (orthonormal rows, if it has fewer rows than columns) that
  /// QR factorization makes of this one, R's diagonal being made positive.
  ///
  /// That sign makes the answer unique, and uniformly distributed (Haar) if the elements of this
  /// matrix are independent standard normal: Mezzadri, How to generate random matrices from the
  /// classical compact groups, Notices of the AMS 54 (2007), section 4.
  ///
  /// - Throws: `singular` where R has an exact zero on its diagonal; `nonFinite`.
  public func orthonormalized() throws(LinearAlgebraError) -> DenseMatrix {
    try checkFinite()
    guard rows < columns else { return try transposed.orthonormalRows().transposed }
    return try orthonormalRows()
  }

  /// Rows made orthonormal; there are at most as many of them as columns. By columns, as LAPACK
  /// stores, they are the columns of a tall matrix.
  private func orthonormalRows() throws(LinearAlgebraError) -> DenseMatrix {
    guard rows > 0 else { return self }
    var q = elements
    var scales = ContiguousArray(repeating: 0.0, count: rows)
    var diagonal = scales
    q.withUnsafeMutableBufferPointer { q in
      scales.withUnsafeMutableBufferPointer { scales in
        _ = withWorkspace { work, length in
          var (m, n) = (Int32(columns), Int32(rows))
          var leading = m
          var info: Int32 = 0
          dgeqrf_(&m, &n, q.baseAddress, &leading, scales.baseAddress, work, length, &info)
          return info
        }
        for row in 0..<rows { diagonal[row] = q[row * columns + row] }
        _ = withWorkspace { work, length in
          var (m, n, k) = (Int32(columns), Int32(rows), Int32(rows))
          var leading = m
          var info: Int32 = 0
          dorgqr_(&m, &n, &k, q.baseAddress, &leading, scales.baseAddress, work, length, &info)
          return info
        }
      }
    }
    for row in 0..<rows {
      if diagonal[row] == 0 { throw .singular(pivot: row) }
      if diagonal[row] < 0 {
        for i in (row * columns)..<((row + 1) * columns) { q[i] = -q[i] }
      }
    }
    return DenseMatrix(rows: rows, columns: columns, elements: q)
  }
}
