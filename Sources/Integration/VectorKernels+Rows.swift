internal import CSUNDIALS
internal import LinearAlgebra

/// Operations on the rows of a batch that SUNDIALS knows nothing of.
extension VectorKernels {
  /// wᵢ ← 1 / (rtol·|yᵢ| + atol). Returns the first element whose weight is not finite and positive.
  static func weights(
    of y: N_Vector, relative: UnsafePointer<Double>, absolute: UnsafePointer<Double>,
    into w: N_Vector
  ) -> Int? {
    let shape = y.shape
    let y = pointer(y)
    let w = pointer(w)
    for row in 0..<shape.rows {
      let start = row * shape.width
      Element.errorWeights(
        y + start, relative: relative, absolute: absolute, into: w + start, count: shape.width)
    }
    return Element.firstNonFinite(w, count: shape.count)
  }

  /// norms[s] ← weighted root mean square of row s.
  static func rowNorms(_ x: N_Vector, _ w: N_Vector, into norms: UnsafeMutablePointer<Double>) {
    let shape = x.shape
    for row in 0..<shape.rows {
      let start = row * shape.width
      let sum = Element.weightedSquareSum(
        pointer(x) + start, pointer(w) + start, count: shape.width)
      norms[row] = (sum / Double(shape.width)).squareRoot()
    }
  }

  /// Row s of z ← y + scales[s]·v
  static func addScaledRows(
    _ y: N_Vector, _ scales: UnsafePointer<Double>, _ v: N_Vector, into z: N_Vector
  ) {
    let shape = y.shape
    for row in 0..<shape.rows {
      let start = row * shape.width
      Element.linearSum(
        scales[row], pointer(v) + start, 1, pointer(y) + start, into: pointer(z) + start,
        count: shape.width)
    }
  }

  /// Row s of z ← (z − f) / scales[s], and 0 where that scale is 0.
  static func differenceQuotientRows(
    _ z: N_Vector, minus f: N_Vector, over scales: UnsafePointer<Double>
  ) {
    let shape = z.shape
    for row in 0..<shape.rows {
      let start = row * shape.width
      let target = pointer(z) + start
      guard scales[row] != 0 else {
        target.update(repeating: 0, count: shape.width)
        continue
      }
      // Subtracted first: what is left of F(z + σv) − F(z) is exact, and only then scaled.
      Element.linearSum(1, target, -1, pointer(f) + start, into: target, count: shape.width)
      Element.scale(1 / scales[row], target, into: target, count: shape.width)
    }
  }

  /// Sets one column of all rows.
  static func fillColumn(_ column: Int, of x: N_Vector, with value: Double) {
    let shape = x.shape
    let x = pointer(x)
    for row in 0..<shape.rows { x[row * shape.width + column] = Element(value) }
  }

  static func copyColumn(_ column: Int, from x: N_Vector, to z: N_Vector) {
    let shape = x.shape
    let x = pointer(x)
    let z = pointer(z)
    for row in 0..<shape.rows { z[row * shape.width + column] = x[row * shape.width + column] }
  }

  /// Copies rows into columns: block s, column j ← row s of x.
  static func copyRows(of x: N_Vector, toColumn column: Int, of blocks: BlockMatrixContent) {
    let shape = x.shape
    let x = pointer(x)
    for row in 0..<shape.rows {
      let block = blocks.elements + row * blocks.blockCount
      for i in 0..<shape.width {
        block[i * shape.width + column] = Double(x[row * shape.width + i])
      }
    }
  }

  /// Moves one column of x by increments, and returns through `increments` what was really added.
  ///
  /// The increment is √ε·|y|, but at least `smallest[s]` in units of the error allowed.
  static func perturbColumn(
    _ column: Int, of x: N_Vector, weights w: N_Vector, smallest: UnsafePointer<Double>,
    increments: UnsafeMutablePointer<Double>
  ) {
    let shape = x.shape
    let x = pointer(x)
    let w = pointer(w)
    let root = Double(Element.ulpOfOne).squareRoot()
    for row in 0..<shape.rows {
      let i = row * shape.width + column
      let wanted = max(root * Double(x[i].magnitude), smallest[row] / Double(w[i]))
      let moved = Element(Double(x[i]) + wanted)
      increments[row] = Double(moved) - Double(x[i])
      x[i] = moved
    }
  }

  /// Sets every element to the number of its column.
  static func fillRows(of x: N_Vector, with columns: [Double]) {
    let shape = x.shape
    let x = pointer(x)
    for row in 0..<shape.rows {
      for j in 0..<shape.width { x[row * shape.width + j] = Element(columns[j]) }
    }
  }

  /// z ← u + s∘f, with s by column.
  static func addScaledColumns(_ u: N_Vector, _ s: [Double], _ f: N_Vector, into z: N_Vector) {
    let shape = u.shape
    let u = pointer(u)
    let f = pointer(f)
    let z = pointer(z)
    for row in 0..<shape.rows {
      for j in 0..<shape.width {
        let i = row * shape.width + j
        z[i] = u[i] + Element(s[j]) * f[i]
      }
    }
  }

  /// The element with the largest |x·w|, or nil where all are 0 or one is not finite.
  static func largestWeighted(_ x: N_Vector, _ w: N_Vector) -> Int? {
    let count = x.shape.count
    let x = pointer(x)
    let w = pointer(w)
    var largest = 0.0
    var index: Int?
    for i in 0..<count {
      let term = (Double(x[i]) * Double(w[i])).magnitude
      guard term.isFinite else { return nil }
      if term > largest {
        largest = term
        index = i
      }
    }
    return index
  }
}
