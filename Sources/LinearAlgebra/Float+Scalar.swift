internal import COpenBLAS

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Float: Scalar {
  public static var precisionName: String { "single" }

  public static func multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Float, _ a: UnsafePointer<Float>, _ strideA: Int,
    _ b: UnsafePointer<Float>, _ strideB: Int,
    beta: Float, _ c: UnsafeMutablePointer<Float>, _ strideC: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner),
      alpha, a, Int32(strideA), b, Int32(strideB), beta, c, Int32(strideC))
  }

  public static func linearSum(
    _ a: Double, _ x: UnsafePointer<Float>, _ b: Double, _ y: UnsafePointer<Float>,
    into z: UnsafeMutablePointer<Float>, count: Int
  ) { linearSumLoop(a, x, b, y, z, count) }

  public static func scale(
    _ c: Double, _ x: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>, count: Int
  ) { scaleLoop(c, x, z, count) }

  public static func product(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>, count: Int
  ) { productLoop(x, y, z, count) }

  public static func addProduct(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to z: UnsafeMutablePointer<Float>, count: Int
  ) { addProductLoop(x, y, z, count) }

  public static func dot(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int
  ) -> Double { laneSum(count) { Double(x[$0]) * Double(y[$0]) } }

  public static func weightedSquareSum(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, count: Int
  ) -> Double {
    laneSum(count) {
      let term = Double(x[$0]) * Double(w[$0])
      return term * term
    }
  }

  public static func absoluteSum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    laneSum(count) { Double(x[$0].magnitude) }
  }

  public static func absoluteMaximum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    absoluteMaximumLoop(x, count)
  }

  public static func firstNonFinite(_ x: UnsafePointer<Float>, count: Int) -> Int? {
    firstNonFiniteLoop(x, count)
  }

  public static func hyperbolicTangent(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = tanhf(x[i]) }
  }

  public static func exponential(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = expf(x[i]) }
  }

  public static func logarithmOnePlus(_ x: Float) -> Float { log1pf(x) }
}
