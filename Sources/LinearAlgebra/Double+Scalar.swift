internal import COpenBLAS

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Double: Scalar {
  public static var precisionName: String { "double" }

  public static func multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Double, _ a: UnsafePointer<Double>, _ strideA: Int,
    _ b: UnsafePointer<Double>, _ strideB: Int,
    beta: Double, _ c: UnsafeMutablePointer<Double>, _ strideC: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner),
      alpha, a, Int32(strideA), b, Int32(strideB), beta, c, Int32(strideC))
  }

  public static func linearSum(
    _ a: Double, _ x: UnsafePointer<Double>, _ b: Double, _ y: UnsafePointer<Double>,
    into z: UnsafeMutablePointer<Double>, count: Int
  ) { linearSumLoop(a, x, b, y, z, count) }

  public static func scale(
    _ c: Double, _ x: UnsafePointer<Double>, into z: UnsafeMutablePointer<Double>, count: Int
  ) { scaleLoop(c, x, z, count) }

  public static func product(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, into z: UnsafeMutablePointer<Double>, count: Int
  ) { productLoop(x, y, z, count) }

  public static func addProduct(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, to z: UnsafeMutablePointer<Double>, count: Int
  ) { addProductLoop(x, y, z, count) }

  public static func dot(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int
  ) -> Double { laneSum(count) { Double(x[$0]) * Double(y[$0]) } }

  public static func weightedSquareSum(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Double>, count: Int
  ) -> Double {
    laneSum(count) {
      let term = Double(x[$0]) * Double(w[$0])
      return term * term
    }
  }

  public static func absoluteSum(_ x: UnsafePointer<Double>, count: Int) -> Double {
    laneSum(count) { Double(x[$0].magnitude) }
  }

  public static func absoluteMaximum(_ x: UnsafePointer<Double>, count: Int) -> Double {
    absoluteMaximumLoop(x, count)
  }

  public static func firstNonFinite(_ x: UnsafePointer<Double>, count: Int) -> Int? {
    firstNonFiniteLoop(x, count)
  }

  public static func hyperbolicTangent(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = tanh(x[i]) }
  }

  public static func exponential(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = exp(x[i]) }
  }

  public static func logarithmOnePlus(_ x: Double) -> Double { log1p(x) }
}
