extension Float: KrylovScalar {
  public static func combination(
    _ terms: Int, _ c: UnsafePointer<Double>, _ x: UnsafePointer<UnsafePointer<Float>>,
    into z: UnsafeMutablePointer<Float>, count: Int
  ) {
    @inline(__always)
    func formula(_ sum: SIMD16<Float>, _ c: Double, _ x: SIMD16<Float>) -> SIMD16<Float> {
      sum + Float(c) * x
    }
    combineBlocks(terms, c, x, z, count, formula)
  }

  public static func squareWeighted(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, into t: UnsafeMutablePointer<Double>,
    count: Int
  ) -> Double {
    @inline(__always)
    func formula(_ x: SIMD8<Float>, _ w: SIMD8<Float>) -> (
      block: SIMD8<Double>, term: SIMD8<Double>
    ) {
      let w = SIMD8<Double>(w)
      let x = SIMD8<Double>(x)
      let weighted = w * x
      return (w * weighted, weighted * weighted)
    }
    return mapAndSumBlocks(x, w, t, count, formula)
  }

  public static func wideDot(
    _ t: UnsafePointer<Double>, _ x: UnsafePointer<Float>, count: Int
  ) -> Double {
    foldBlocks(t, x, count, SIMD8<Double>()) { (sum, t: SIMD8<Double>, x: SIMD8<Float>) in
      sum + t * SIMD8<Double>(x)
    }.pairwiseSum
  }
}
