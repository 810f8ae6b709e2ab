/// The loops of Krylov methods: many vectors are combined, and inner products are weighted.
///
/// Same conventions as ``Scalar``: `count` initialised elements, in place allowed.
public protocol KrylovScalar {
  /// z ← Σ cₖ·xₖ over `terms` vectors, in one pass. Any of the xₖ may be z.
  static func combination(
    _ terms: Int, _ c: UnsafePointer<Double>, _ x: UnsafePointer<UnsafePointer<Self>>,
    into z: UnsafeMutablePointer<Self>, count: Int)
  /// t ← w∘w∘x in double precision; returns Σ (wᵢ·xᵢ)².
  ///
  /// With t at hand the inner product of x with any y in the norm ‖w∘·‖ is ``wideDot(_:_:count:)``.
  static func squareWeighted(
    _ x: UnsafePointer<Self>, _ w: UnsafePointer<Self>, into t: UnsafeMutablePointer<Double>,
    count: Int
  ) -> Double
  /// Σ tᵢ·xᵢ
  static func wideDot(_ t: UnsafePointer<Double>, _ x: UnsafePointer<Self>, count: Int) -> Double
}
