extension Double: KrylovScalar {
  public static func combination(
    _ terms: Int, _ c: UnsafePointer<Double>, _ x: UnsafePointer<UnsafePointer<Double>>,
    into z: UnsafeMutablePointer<Double>, count: Int
  ) {
    @inline(__always)
    func formula(_ sum: SIMD8<Double>, _ c: Double, _ x: SIMD8<Double>) -> SIMD8<Double> {
      sum + c * x
    }
    combineBlocks(terms, c, x, z, count, formula)
  }

  public static func squareWeighted(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Double>, into t: UnsafeMutablePointer<Double>,
    count: Int
  ) -> Double {
    @inline(__always)
    func formula(_ x: SIMD8<Double>, _ w: SIMD8<Double>) -> (
      block: SIMD8<Double>, term: SIMD8<Double>
    ) {
      let weighted = w * x
      return (w * weighted, weighted * weighted)
    }
    return mapAndSumBlocks(x, w, t, count, formula)
  }

  public static func wideDot(
    _ t: UnsafePointer<Double>, _ x: UnsafePointer<Double>, count: Int
  ) -> Double {
    quickDot(t, x, count: count)
  }
}
