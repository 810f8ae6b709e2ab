internal import CSUNDIALS
internal import LinearAlgebra

/// Elements worked on at a time, so that what is read and written again stays in the first-level
/// cache.
private let blockLength = 1024

extension VectorKernels {
  /// z ← Σ cᵢ·xᵢ. Any of the xᵢ may be z.
  static func linearCombination(
    _ count: Int, _ c: UnsafePointer<Double>, _ vectors: UnsafePointer<N_Vector?>, _ z: N_Vector
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Element>.self, capacity: count) { terms in
      for k in 0..<count { terms.initializeElement(at: k, to: pointer(vectors[k]!)) }
      guard let terms = terms.baseAddress else { return }
      Element.combination(count, c, terms, into: pointer(z), count: z.shape.count)
    }
  }

  /// zᵢ ← aᵢ·x + yᵢ, where zᵢ may be yᵢ.
  static func scaleAddMulti(
    _ count: Int, _ a: UnsafePointer<Double>, _ x: N_Vector, _ y: UnsafePointer<N_Vector?>,
    _ z: UnsafePointer<N_Vector?>
  ) {
    let length = x.shape.count
    let x0 = pointer(x)
    var start = 0
    while start < length {
      let block = Swift.min(blockLength, length - start)
      for k in 0..<count {
        Element.linearSum(
          a[k], x0 + start, 1, pointer(y[k]!) + start, into: pointer(z[k]!) + start, count: block)
      }
      start += block
    }
  }

  /// The dot products of x with each yᵢ.
  static func dotMulti(
    _ count: Int, _ x: N_Vector, _ y: UnsafePointer<N_Vector?>,
    _ products: UnsafeMutablePointer<Double>
  ) {
    let length = x.shape.count
    for k in 0..<count {
      products[k] = Element.dot(pointer(x), pointer(y[k]!), count: length)
    }
  }
}
