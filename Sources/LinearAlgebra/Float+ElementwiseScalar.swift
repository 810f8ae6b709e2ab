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

  public static func affine(
    _ a: Double, _ x: UnsafePointer<Float>, plus b: Double, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let a = Float(a)
    let b = Float(b)
    for i in 0..<count { y[i] = a * x[i] + b }
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
