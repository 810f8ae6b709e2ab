extension Float: ElementwiseScalar {
  public static func widen(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in 0..<count { y[i] = Double(x[i]) }
  }

  public static func narrow(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = Float(x[i]) }
  }

  public static func fill(_ c: Double, into z: UnsafeMutablePointer<Float>, count: Int) {
    z.update(repeating: Float(c), count: count)
  }

  public static func quotient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    mapBlocks(x, y, z, count) { (x: SIMD8<Float>, y: SIMD8<Float>) in x / y }
  }

  public static func reciprocal(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD8<Float>) in 1 / x }
  }

  public static func absolute(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    mapBlocks(x, y, count) { (x: SIMD16<Float>) in x.absolute }
  }

  public static func errorWeights(
    _ y: UnsafePointer<Float>, relative r: UnsafePointer<Double>,
    absolute a: UnsafePointer<Double>, into w: UnsafeMutablePointer<Float>, count: Int
  ) {
    @inline(__always)
    func formula(_ y: SIMD8<Float>, _ r: SIMD8<Double>, _ a: SIMD8<Double>) -> SIMD8<Float> {
      SIMD8<Float>(1 / (r * SIMD8<Double>(y).absolute + a))
    }
    mapBlocks(y, r, a, w, count, formula)
  }

  public static func affine(
    _ a: Double, _ x: UnsafePointer<Float>, plus b: Double, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let (a, b) = (Float(a), Float(b))
    mapBlocks(x, y, count) { (x: SIMD8<Float>) in a * x + b }
  }

  public static func rectify(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = x[i] <= 0 ? 0 : x[i] }
  }

  public static func rectifierSlope(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = x[i] > 0 ? 1 : 0 }
  }

  public static func leak(
    _ x: UnsafePointer<Float>, drive a: UnsafePointer<Float>, control b: UnsafePointer<Float>,
    into z: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { z[i] = a[i] - x[i] + b[i] }
  }

  public static func gatedLeak(
    _ x: UnsafePointer<Float>, slope s: UnsafePointer<Float>, signal g: UnsafePointer<Float>,
    into z: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { z[i] = s[i] * g[i] - x[i] }
  }

  public static func squareSum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    dot(x, x, count: count)
  }
}
