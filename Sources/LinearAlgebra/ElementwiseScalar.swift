/// Elementwise loops that assemble right-hand sides, and the passage between precisions.
///
/// Same conventions as ``Scalar``: `count` initialised elements, in place allowed.
public protocol ElementwiseScalar {
  /// y ← x, widened to double precision.
  static func widen(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Double>, count: Int)
  /// y ← x, rounded to this precision.
  static func narrow(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// z ← c
  ///
  /// Where the element type is not known at compile time, `update(repeating:)` makes a call of the
  /// runtime for every element; this makes one for all.
  static func fill(_ c: Double, into z: UnsafeMutablePointer<Self>, count: Int)
  /// z ← x / y
  static func quotient(
    _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, into z: UnsafeMutablePointer<Self>,
    count: Int)
  /// y ← 1 / x
  static func reciprocal(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// y ← |x|
  static func absolute(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// w ← 1 / (r·|y| + a), in double precision and then rounded.
  static func errorWeights(
    _ y: UnsafePointer<Self>, relative r: UnsafePointer<Double>,
    absolute a: UnsafePointer<Double>, into w: UnsafeMutablePointer<Self>, count: Int)
  /// y ← a·x + b
  static func affine(
    _ a: Double, _ x: UnsafePointer<Self>, plus b: Double, into y: UnsafeMutablePointer<Self>,
    count: Int)
  /// y ← max(x, 0); NaN stays NaN.
  static func rectify(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// y ← 1 where x > 0, else 0.
  static func rectifierSlope(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// z ← a − x + b, the right-hand side of a leaky unit.
  static func leak(
    _ x: UnsafePointer<Self>, drive a: UnsafePointer<Self>, control b: UnsafePointer<Self>,
    into z: UnsafeMutablePointer<Self>, count: Int)
  /// z ← s∘g − x
  static func gatedLeak(
    _ x: UnsafePointer<Self>, slope s: UnsafePointer<Self>, signal g: UnsafePointer<Self>,
    into z: UnsafeMutablePointer<Self>, count: Int)
  /// Σ xᵢ²
  static func squareSum(_ x: UnsafePointer<Self>, count: Int) -> Double
}
