internal import COpenBLAS

extension Scalar {
  /// B ← Aᵀ for A of [rows × columns], a cache line of a column at a time.
  @specialized(where Self == Float)
  @specialized(where Self == Double)
  package static func transpose(
    _ a: UnsafePointer<Self>, rows: Int, columns: Int, into b: UnsafeMutablePointer<Self>
  ) {
    for start in stride(from: 0, to: rows, by: 16) {
      let end = min(start + 16, rows)
      for column in 0..<columns {
        let target = b + column * rows
        for row in start..<end { target[row] = a[row * columns + column] }
      }
    }
  }
}

extension Double {
  /// The upper triangle of AAᵀ, by rows, for A of [order × inner]: half the work of the whole product. The lower
  /// triangle of `product` is left alone.
  package static func multiplyByTranspose(
    _ a: UnsafePointer<Double>, order: Int, inner: Int, into product: UnsafeMutablePointer<Double>
  ) {
    guard order > 0 else { return }
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasNoTrans, Int32(order), Int32(inner), 1, a,
      Int32(max(inner, 1)), 0, product, Int32(order))
  }
}
