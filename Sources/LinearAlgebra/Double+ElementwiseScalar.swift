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

  public static func affine(
    _ a: Double, _ x: UnsafePointer<Double>, plus b: Double, into y: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    let a = Double(a)
    let b = Double(b)
    for i in 0..<count { y[i] = a * x[i] + b }
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
