extension Double: ElementwiseScalar {
  public static func widen(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = Double(x[i]) }
  }

  public static func narrow(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = Double(x[i]) }
  }

  public static func fill(_ c: Double, into z: UnsafeMutablePointer<Double>, count: Int) {
    z.update(repeating: c, count: count)
  }

  public static func quotient(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, into z: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    mapBlocks(x, y, z, count) { (x: SIMD8<Double>, y: SIMD8<Double>) in x / y }
  }

  public static func reciprocal(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in 1 / x }
  }

  public static func absolute(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in x.absolute }
  }

  public static func errorWeights(
    _ y: UnsafePointer<Double>, relative r: UnsafePointer<Double>,
    absolute a: UnsafePointer<Double>, into w: UnsafeMutablePointer<Double>, count: Int
  ) {
    @inline(__always)
    func formula(_ y: SIMD8<Double>, _ r: SIMD8<Double>, _ a: SIMD8<Double>) -> SIMD8<Double> {
      1 / (r * y.absolute + a)
    }
    mapBlocks(y, r, a, w, count, formula)
  }

  public static func affine(
    _ a: Double, _ x: UnsafePointer<Double>, plus b: Double, into y: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Double>) in a * x + b }
  }

  public static func rectify(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = x[i] <= 0 ? 0 : x[i] }
  }

  public static func rectifierSlope(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = x[i] > 0 ? 1 : 0 }
  }

  public static func leak(
    _ x: UnsafePointer<Double>, drive a: UnsafePointer<Double>, control b: UnsafePointer<Double>,
    into z: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { z[i] = a[i] - x[i] + b[i] }
  }

  public static func gatedLeak(
    _ x: UnsafePointer<Double>, slope s: UnsafePointer<Double>, signal g: UnsafePointer<Double>,
    into z: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { z[i] = s[i] * g[i] - x[i] }
  }

  public static func squareSum(_ x: UnsafePointer<Double>, count: Int) -> Double {
    dot(x, x, count: count)
  }
}
