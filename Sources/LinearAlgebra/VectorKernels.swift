// The loops behind `Scalar`. The formula of an element is a closure over a concrete SIMD type,
// written in the two conformances; what is here walks over memory. All is forced inline (the longer
// formulas too, as local functions: a closure cannot be), so that each conformance gets its own
// loops.
//
// Blocks are loaded before the block at the same place is stored, so an output may be its own input
// at full speed (a compiler's own vectorisation would fall back to scalars there). The last,
// partial block is padded with zeros and goes through the same formula: the result of an element
// does not depend on where it stands.

@inline(__always)
func load<V: SIMD>(_ x: UnsafePointer<V.Scalar>) -> V {
  UnsafeRawPointer(x).loadUnaligned(as: V.self)
}

@inline(__always)
func store<V: SIMD>(_ block: V, _ y: UnsafeMutablePointer<V.Scalar>) {
  UnsafeMutableRawPointer(y).storeBytes(of: block, as: V.self)
}

/// The first `count` lanes from memory, the others 0.
@inline(__always)
func load<V: SIMD>(_ x: UnsafePointer<V.Scalar>, _ count: Int) -> V {
  var block = V()
  withUnsafeMutableBytes(of: &block) {
    $0.copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(start: x, count: count)))
  }
  return block
}

@inline(__always)
func store<V: SIMD>(_ block: V, _ y: UnsafeMutablePointer<V.Scalar>, _ count: Int) {
  withUnsafeBytes(of: block) {
    UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: y, count: count))
      .copyMemory(
        from: UnsafeRawBufferPointer(rebasing: $0.prefix(count * MemoryLayout<V.Scalar>.stride)))
  }
}

/// y ← f(x)
@inline(__always)
func mapBlocks<V: SIMD>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafeMutablePointer<V.Scalar>, _ count: Int, _ f: (V) -> V
) {
  var i = 0
  while i &+ V.scalarCount <= count {
    store(f(load(x + i)), y + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 { store(f(load(x + i, rest)), y + i, rest) }
}

/// z ← f(x, y)
@inline(__always)
func mapBlocks<V: SIMD>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<V.Scalar>,
  _ z: UnsafeMutablePointer<V.Scalar>, _ count: Int, _ f: (V, V) -> V
) {
  var i = 0
  while i &+ V.scalarCount <= count {
    store(f(load(x + i), load(y + i)), z + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 { store(f(load(x + i, rest), load(y + i, rest)), z + i, rest) }
}

/// z ← f(z, x, y)
@inline(__always)
func updateBlocks<V: SIMD>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<V.Scalar>,
  _ z: UnsafeMutablePointer<V.Scalar>, _ count: Int, _ f: (V, V, V) -> V
) {
  var i = 0
  while i &+ V.scalarCount <= count {
    store(f(load(z + i), load(x + i), load(y + i)), z + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 { store(f(load(z + i, rest), load(x + i, rest), load(y + i, rest)), z + i, rest) }
}

/// z ← f(x, y, w), where y and w may be of another type than x and z.
@inline(__always)
func mapBlocks<V: SIMD, W: SIMD>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<W.Scalar>, _ w: UnsafePointer<W.Scalar>,
  _ z: UnsafeMutablePointer<V.Scalar>, _ count: Int, _ f: (V, W, W) -> V
) {
  var i = 0
  while i &+ V.scalarCount <= count {
    store(f(load(x + i), load(y + i), load(w + i)), z + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 { store(f(load(x + i, rest), load(y + i, rest), load(w + i, rest)), z + i, rest) }
}

/// t ← the blocks of f(x, y), and the sum of its terms. The last blocks are padded with zeros.
@inline(__always)
func mapAndSumBlocks<V: SIMD>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<V.Scalar>, _ t: UnsafeMutablePointer<Double>,
  _ count: Int, _ f: (V, V) -> (block: SIMD8<Double>, term: SIMD8<Double>)
) -> Double {
  var sum = SIMD8<Double>()
  var i = 0
  while i &+ V.scalarCount <= count {
    let result = f(load(x + i), load(y + i))
    store(result.block, t + i)
    sum += result.term
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 {
    let result = f(load(x + i, rest), load(y + i, rest))
    store(result.block, t + i, rest)
    sum += result.term
  }
  return sum.pairwiseSum
}

/// z ← f(… f(f(0, c₀, x₀), c₁, x₁) …). A block of z is stored when all terms have been read.
@inline(__always)
func combineBlocks<V: SIMD>(
  _ terms: Int, _ c: UnsafePointer<Double>, _ x: UnsafePointer<UnsafePointer<V.Scalar>>,
  _ z: UnsafeMutablePointer<V.Scalar>, _ count: Int, _ f: (V, Double, V) -> V
) {
  var i = 0
  while i &+ V.scalarCount <= count {
    var sum = V()
    var k = 0
    while k < terms {
      sum = f(sum, c[k], load(x[k] + i))
      k &+= 1
    }
    store(sum, z + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  guard rest > 0 else { return }
  var sum = V()
  for k in 0..<terms { sum = f(sum, c[k], load(x[k] + i, rest)) }
  store(sum, z + i, rest)
}

/// Folds the blocks of x into `start`, in order. The last block is padded with zeros.
@inline(__always)
func foldBlocks<V: SIMD, Total>(
  _ x: UnsafePointer<V.Scalar>, _ count: Int, _ start: Total, _ f: (Total, V) -> Total
) -> Total {
  var total = start
  var i = 0
  while i &+ V.scalarCount <= count {
    total = f(total, load(x + i))
    i &+= V.scalarCount
  }
  let rest = count &- i
  return rest > 0 ? f(total, load(x + i, rest)) : total
}

/// Folds the blocks of x and y into `start`, in order. The last blocks are padded with zeros.
@inline(__always)
func foldBlocks<V: SIMD, W: SIMD, Total>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<W.Scalar>, _ count: Int, _ start: Total,
  _ f: (Total, V, W) -> Total
) -> Total {
  var total = start
  var i = 0
  while i &+ V.scalarCount <= count {
    total = f(total, load(x + i), load(y + i))
    i &+= V.scalarCount
  }
  let rest = count &- i
  return rest > 0 ? f(total, load(x + i, rest), load(y + i, rest)) : total
}

extension SIMD8<Double> {
  /// The sum of the lanes, in an order that is fixed here and not by the standard library.
  @inline(__always)
  var pairwiseSum: Double {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}

/// The index of the first of `count` elements that is NaN or infinite. The common answer, none, is
/// found block by block; only a block that holds one is searched.
@inline(__always)
func firstNonFiniteIndex<S: Scalar>(
  _ x: UnsafePointer<S>, _ count: Int, allFinite: (UnsafePointer<S>, Int) -> Bool
) -> Int? {
  let block = 512
  var start = 0
  while start < count {
    let length = min(block, count - start)
    if !allFinite(x + start, length) {
      for i in start..<(start + length) where !x[i].isFinite { return i }
    }
    start += length
  }
  return nil
}
