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
    // What z itself contributes is taken first, before z is overwritten.
    var own = 0.0
    var isOwn = false
    for k in 0..<count where vectors[k] == z {
      own += c[k]
      isOwn = true
    }
    let length = z.shape.count
    let z0 = pointer(z)
    var start = 0
    while start < length {
      let block = Swift.min(blockLength, length - start)
      let target = z0 + start
      var isEmpty = true
      if isOwn {
        if own != 1 { Element.scale(own, target, into: target, count: block) }
        isEmpty = false
      }
      var k = nextOther(0, count, vectors, z)
      while k < count {
        let second = nextOther(k + 1, count, vectors, z)
        let x = pointer(vectors[k]!) + start
        if second < count {
          let y = pointer(vectors[second]!) + start
          if isEmpty {
            Element.linearSum(c[k], x, c[second], y, into: target, count: block)
          } else {
            addTwo(c[k], x, c[second], y, to: target, block)
          }
        } else if isEmpty {
          Element.scale(c[k], x, into: target, count: block)
        } else {
          Element.linearSum(c[k], x, 1, target, into: target, count: block)
        }
        isEmpty = false
        k = second < count ? nextOther(second + 1, count, vectors, z) : count
      }
      start += block
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

  @inline(__always)
  private static func nextOther(
    _ start: Int, _ count: Int, _ vectors: UnsafePointer<N_Vector?>, _ z: N_Vector
  ) -> Int {
    var k = start
    while k < count, vectors[k] == z { k += 1 }
    return k
  }

  @inline(__always)
  private static func addTwo(
    _ a: Double, _ x: UnsafeMutablePointer<Element>, _ b: Double,
    _ y: UnsafeMutablePointer<Element>, to z: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    let a = Element(a)
    let b = Element(b)
    for i in 0..<count { z[i] += a * x[i] + b * y[i] }
  }
}
