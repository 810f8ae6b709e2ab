internal import COpenBLAS

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Eight elements at a time for arithmetic and sums.
private typealias Block = SIMD8<Double>

extension Double: Scalar {
  public static var precisionName: String { "double" }

  public static func multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Double, _ a: UnsafePointer<Double>, _ strideA: Int,
    _ b: UnsafePointer<Double>, _ strideB: Int,
    beta: Double, _ c: UnsafeMutablePointer<Double>, _ strideC: Int
  ) {
    if rows <= fewRows && columns > 1 && inner > 0,
      transposeA || transposeB || !BLAS.isSmall(rows: rows, columns: columns, inner: inner)
    {
      for row in 0..<rows {
        cblas_dgemv(
          CblasRowMajor, transposeB ? CblasNoTrans : CblasTrans,
          Int32(transposeB ? columns : inner), Int32(transposeB ? inner : columns),
          alpha, b, Int32(strideB), a + (transposeA ? row : row * strideA),
          transposeA ? Int32(strideA) : 1, beta, c + row * strideC, 1)
      }
      return
    }
    let block =
      transposeA || transposeB
      ? columns : BLAS.columnsAtATime(rows: rows, columns: columns, inner: inner)
    var start = 0
    repeat {
      let width = min(block, columns - start)
      cblas_dgemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
        transposeB ? CblasTrans : CblasNoTrans, Int32(rows), Int32(width), Int32(inner),
        alpha, a, Int32(strideA), b + start, Int32(strideB), beta, c + start, Int32(strideC))
      start += width
    } while start < columns
  }

  // MARK: Vectors

  public static func linearSum(
    _ a: Double, _ x: UnsafePointer<Double>, _ b: Double, _ y: UnsafePointer<Double>,
    into z: UnsafeMutablePointer<Double>, count: Int
  ) {
    let (a, b) = (Double(a), Double(b))
    @inline(__always) func formula(_ x: Block, _ y: Block) -> Block { a * x + b * y }
    mapBlocks(x, y, z, count, formula)
  }

  public static func scale(
    _ c: Double, _ x: UnsafePointer<Double>, into z: UnsafeMutablePointer<Double>, count: Int
  ) {
    let c = Double(c)
    mapBlocks(x, z, count) { (x: Block) in c * x }
  }

  public static func product(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, into z: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    mapBlocks(x, y, z, count) { (x: Block, y: Block) in x * y }
  }

  public static func addProduct(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, to z: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    updateBlocks(x, y, z, count) { (z: Block, x: Block, y: Block) in z + x * y }
  }

  // MARK: Reductions, in eight lanes of `Double` that are added up pairwise at the end

  public static func dot(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int
  ) -> Double {
    foldBlocks(x, y, count, Block()) { (sum, x: Block, y: Block) in sum + x * y }.pairwiseSum
  }

  public static func addScaled(
    _ a: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
  ) {
    cblas_daxpy(Int32(count), Double(a), x, 1, y, 1)
  }

  public static func quickDot(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int
  ) -> Double {
    cblas_ddot(Int32(count), x, 1, y, 1)
  }

  public static func weightedSquareSum(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Double>, count: Int
  ) -> Double {
    @inline(__always)
    func formula(_ sum: SIMD8<Double>, _ x: Block, _ w: Block) -> SIMD8<Double> {
      let term = x * w
      return sum + term * term
    }
    return foldBlocks(x, w, count, SIMD8(), formula).pairwiseSum
  }

  public static func absoluteSum(_ x: UnsafePointer<Double>, count: Int) -> Double {
    foldBlocks(x, count, SIMD8<Double>()) { (sum, x: Block) in
      sum + x.absolute
    }.pairwiseSum
  }

  public static func absoluteMaximum(_ x: UnsafePointer<Double>, count: Int) -> Double {
    // Two folds in one: a comparison with NaN fails, so the maximum passes NaNs by and `strange`
    // keeps them.
    typealias Fold = (largest: SIMD8<Double>, strange: SIMD8<Double>)
    @inline(__always)
    func formula(_ fold: Fold, _ x: SIMD8<Double>) -> Fold {
      let magnitude = x.absolute
      return (
        fold.largest.replacing(with: magnitude, where: magnitude .> fold.largest),
        fold.strange.replacing(with: x, where: x .!= x)
      )
    }
    let fold = foldBlocks(
      x, count, Fold(largest: SIMD8<Double>(), strange: SIMD8<Double>()), formula)
    return fold.strange.sum().isNaN ? .nan : Double(fold.largest.max())
  }

  public static func firstNonFinite(_ x: UnsafePointer<Double>, count: Int) -> Int? {
    firstNonFiniteIndex(x, count) { (x, count) in
      // x − x is 0 for a finite x and NaN otherwise.
      foldBlocks(x, count, Block()) { (probe, x: Block) in probe + (x - x) }.sum() == 0
    }
  }

  // MARK: Activations

  public static func exponential(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in x.exponential() }
  }

  public static func hyperbolicTangent(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in x.hyperbolicTangent() }
  }

  public static func logistic(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in x.logistic() }
  }

  public static func softplus(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in x.softplus() }
  }

  public static func logarithmOnePlus(_ x: Double) -> Double { log1p(x) }
}
