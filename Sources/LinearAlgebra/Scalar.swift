/// A number that states, weights and signals are made of: `Float` or `Double`.
///
/// The requirements are the engine's inner loops. Each conformance compiles its own copy of them,
/// so code that is generic over `Scalar` pays one indirect call for a whole row or matrix and
/// nothing for an element. Everything that is summed (norms, dot products) is accumulated in
/// `Double`.
///
/// Pointers refer to `count` initialised elements. Outputs may be the very same pointer as an input
/// (in place) but must not overlap it otherwise.
public protocol Scalar: ElementwiseScalar, KrylovScalar, AdamsScalar, AndersonScalar,
  BinaryFloatingPoint, BitwiseCopyable, Sendable
{
  /// The name used in model files: `single` or `double`.
  static var precisionName: String { get }

  // MARK: Matrix products (OpenBLAS), row-major with leading dimensions

  /// C ← alpha · op(A) · op(B) + beta · C with C of `rows` × `columns` and inner dimension `inner`.
  static func multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Self, _ a: UnsafePointer<Self>, _ strideA: Int,
    _ b: UnsafePointer<Self>, _ strideB: Int,
    beta: Self, _ c: UnsafeMutablePointer<Self>, _ strideC: Int)

  // MARK: Vectors

  /// z ← a·x + b·y
  static func linearSum(
    _ a: Double, _ x: UnsafePointer<Self>, _ b: Double, _ y: UnsafePointer<Self>,
    into z: UnsafeMutablePointer<Self>, count: Int)
  /// z ← c·x
  static func scale(
    _ c: Double, _ x: UnsafePointer<Self>, into z: UnsafeMutablePointer<Self>, count: Int)
  /// z ← x∘y
  static func product(
    _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, into z: UnsafeMutablePointer<Self>,
    count: Int)
  /// z ← z + x∘y
  static func addProduct(
    _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, to z: UnsafeMutablePointer<Self>,
    count: Int)
  /// Σ xᵢ·yᵢ
  static func dot(_ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, count: Int) -> Double
  /// y ← y + a·x by OpenBLAS, which may fuse the operations: faster than ``linearSum(_:_:_:_:into:count:)``,
  /// and the bits of an element depend on its place in the row.
  static func addScaled(
    _ a: Double, _ x: UnsafePointer<Self>, to y: UnsafeMutablePointer<Self>, count: Int)
  /// Σ xᵢ·yᵢ by OpenBLAS, whose wide registers make it many times faster; in single precision it adds
  /// up blocks in that precision. For orthogonalisation and the like, where rounding of the products
  /// is harmless, and never for a norm that something is judged by.
  static func quickDot(_ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, count: Int) -> Double
  /// Σ (xᵢ·wᵢ)²
  static func weightedSquareSum(
    _ x: UnsafePointer<Self>, _ w: UnsafePointer<Self>, count: Int
  ) -> Double
  /// Σ |xᵢ|
  static func absoluteSum(_ x: UnsafePointer<Self>, count: Int) -> Double
  /// max |xᵢ|; NaN where an element is NaN.
  static func absoluteMaximum(_ x: UnsafePointer<Self>, count: Int) -> Double
  /// The index of the first element that is NaN or infinite.
  static func firstNonFinite(_ x: UnsafePointer<Self>, count: Int) -> Int?

  // MARK: Activations
  //
  // Vectorised, without tables or branches, of +, −, ×, ÷ alone: the same bits on every processor
  // and at every position. NaN gives NaN; ±0, ±∞, subnormal and huge arguments give the limits.
  // Largest errors measured in units in the last place, for `Float` over one in 37 of all numbers
  // and for `Double` over 25 million random ones: see `ElementaryFunctionTests` for a smaller such
  // test.

  /// y ← eˣ, to within 1 ulp (0.96 single, 0.98 double measured).
  static func exponential(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// y ← tanh x, to within 2 ulp (1.83 single, 1.86 double measured).
  static func hyperbolicTangent(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// y ← 1 / (1 + e⁻ˣ), to within 2 ulp (1.79 single, 1.78 double measured), its lower tail
  /// included.
  static func logistic(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// y ← log(1 + eˣ), to within 2 ulp (1.99 single, 1.85 double measured), its lower tail included.
  static func softplus(
    _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, count: Int)
  /// log(1 + x) of one number.
  static func logarithmOnePlus(_ x: Self) -> Self
}
