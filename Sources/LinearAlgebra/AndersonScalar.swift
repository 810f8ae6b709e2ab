/// The pass over memory that an iterate takes before Anderson acceleration combines it with those before, over
/// all of its vectors at once.
///
/// Same conventions as ``Scalar``: `count` initialised elements.
public protocol AndersonScalar {
  /// dr ← w·(r − r'), dg ← (x − x') + (r − r'), and of what the history is multiplied with: e ← dr, q ← w·r.
  ///
  /// - Parameters:
  ///   - w: what the residuals of these variables count for.
  ///   - x: the iterate x.
  ///   - y: the iterate before, x'.
  ///   - r: the residual r = G(x) − x.
  ///   - s: the residual before, r'.
  ///   - dr: the weighted change of the residual, for the history.
  ///   - dg: the change of the image G(x), for the history.
  ///   - e: the same as `dr`.
  ///   - q: the weighted residual.
  ///   - count: the number of variables.
  static func andersonDifferences(
    weight w: Double, iterate x: UnsafePointer<Self>, before y: UnsafePointer<Self>,
    residual r: UnsafePointer<Self>, before s: UnsafePointer<Self>,
    residualChange dr: UnsafeMutablePointer<Self>, imageChange dg: UnsafeMutablePointer<Self>,
    latest e: UnsafeMutablePointer<Self>, weighted q: UnsafeMutablePointer<Self>, count: Int)
}

extension Float: AndersonScalar {
  public static func andersonDifferences(
    weight w: Double, iterate x: UnsafePointer<Float>, before y: UnsafePointer<Float>,
    residual r: UnsafePointer<Float>, before s: UnsafePointer<Float>,
    residualChange dr: UnsafeMutablePointer<Float>, imageChange dg: UnsafeMutablePointer<Float>,
    latest e: UnsafeMutablePointer<Float>, weighted q: UnsafeMutablePointer<Float>, count: Int
  ) {
    subtract(SIMD8<Float>.self, Float(w), x, y, r, s, dr, dg, e, q, count)
  }
}

extension Double: AndersonScalar {
  public static func andersonDifferences(
    weight w: Double, iterate x: UnsafePointer<Double>, before y: UnsafePointer<Double>,
    residual r: UnsafePointer<Double>, before s: UnsafePointer<Double>,
    residualChange dr: UnsafeMutablePointer<Double>, imageChange dg: UnsafeMutablePointer<Double>,
    latest e: UnsafeMutablePointer<Double>, weighted q: UnsafeMutablePointer<Double>, count: Int
  ) {
    subtract(SIMD4<Double>.self, w, x, y, r, s, dr, dg, e, q, count)
  }
}

@inline(__always)
private func subtract<V: SIMD>(
  _: V.Type, _ w: V.Scalar, _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<V.Scalar>,
  _ r: UnsafePointer<V.Scalar>, _ s: UnsafePointer<V.Scalar>,
  _ dr: UnsafeMutablePointer<V.Scalar>, _ dg: UnsafeMutablePointer<V.Scalar>,
  _ e: UnsafeMutablePointer<V.Scalar>, _ q: UnsafeMutablePointer<V.Scalar>, _ count: Int
) where V.Scalar: BinaryFloatingPoint {
  var i = 0
  while i &+ V.scalarCount <= count {
    let residual: V = load(r + i)
    let change: V = residual - load(s + i)
    let image: V = load(x + i) - load(y + i) + change
    store(image, dg + i)
    store(w * change, dr + i)
    store(w * change, e + i)
    store(w * residual, q + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 {
    let residual: V = load(r + i, rest)
    let change: V = residual - load(s + i, rest)
    let image: V = load(x + i, rest) - load(y + i, rest) + change
    store(image, dg + i, rest)
    store(w * change, dr + i, rest)
    store(w * change, e + i, rest)
    store(w * residual, q + i, rest)
  }
}
