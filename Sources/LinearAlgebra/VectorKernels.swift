// The loops behind `Scalar`, written once. They are forced inline into the two conformances, so the
// compiler sees a concrete type and vectorises them.

@inline(__always)
func linearSumLoop<S: Scalar>(
  _ a: Double, _ x: UnsafePointer<S>, _ b: Double, _ y: UnsafePointer<S>,
  _ z: UnsafeMutablePointer<S>, _ count: Int
) {
  let a = S(a)
  let b = S(b)
  if a == 1 {
    if b == 1 {
      for i in 0..<count { z[i] = x[i] + y[i] }
    } else if b == -1 {
      for i in 0..<count { z[i] = x[i] - y[i] }
    } else {
      for i in 0..<count { z[i] = x[i] + b * y[i] }
    }
  } else if b == 1 {
    for i in 0..<count { z[i] = a * x[i] + y[i] }
  } else {
    for i in 0..<count { z[i] = a * x[i] + b * y[i] }
  }
}

@inline(__always)
func scaleLoop<S: Scalar>(
  _ c: Double, _ x: UnsafePointer<S>, _ z: UnsafeMutablePointer<S>, _ count: Int
) {
  let c = S(c)
  for i in 0..<count { z[i] = c * x[i] }
}

@inline(__always)
func productLoop<S: Scalar>(
  _ x: UnsafePointer<S>, _ y: UnsafePointer<S>, _ z: UnsafeMutablePointer<S>, _ count: Int
) {
  for i in 0..<count { z[i] = x[i] * y[i] }
}

@inline(__always)
func addProductLoop<S: Scalar>(
  _ x: UnsafePointer<S>, _ y: UnsafePointer<S>, _ z: UnsafeMutablePointer<S>, _ count: Int
) {
  for i in 0..<count { z[i] += x[i] * y[i] }
}

/// Sums `term(i)` over 0..<count in eight lanes of fixed order, so that the sum vectorises and has
/// the same bits wherever it is compiled.
@inline(__always)
func laneSum(_ count: Int, _ term: (Int) -> Double) -> Double {
  var lanes = SIMD8<Double>(repeating: 0)
  let whole = count & ~7
  var i = 0
  while i < whole {
    lanes += SIMD8<Double>(
      term(i), term(i + 1), term(i + 2), term(i + 3), term(i + 4), term(i + 5), term(i + 6),
      term(i + 7))
    i += 8
  }
  var rest = 0.0
  while i < count {
    rest += term(i)
    i += 1
  }
  return lanes.sum() + rest
}

@inline(__always)
func absoluteMaximumLoop<S: Scalar>(_ x: UnsafePointer<S>, _ count: Int) -> Double {
  var largest: S = 0
  for i in 0..<count {
    let magnitude = x[i].magnitude
    // Written so that a NaN, once met, stays.
    if !(magnitude <= largest) { largest = magnitude }
    if largest.isNaN { return .nan }
  }
  return Double(largest)
}

@inline(__always)
func firstNonFiniteLoop<S: Scalar>(_ x: UnsafePointer<S>, _ count: Int) -> Int? {
  // x − x is 0 for a finite x and NaN otherwise: the sum tells in one pass without a branch.
  var probe: S = 0
  for i in 0..<count { probe += x[i] - x[i] }
  if probe == 0 { return nil }
  for i in 0..<count where !x[i].isFinite { return i }
  return nil
}
