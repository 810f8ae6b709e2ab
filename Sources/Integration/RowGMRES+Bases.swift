internal import CSUNDIALS
internal import LinearAlgebra

/// The orthonormal bases of the rows' Krylov spaces (Arnoldi's method).
extension RowGMRES {
  /// The first basis vector of every row that takes part: its residual, scaled to norm 1.
  func startBases<Element: Scalar>(_ type: Element.Type) {
    let width = shape.pointee.width
    for row in 0..<shape.pointee.rows {
      let first = element(0, row, type)
      if isActive[row] {
        Element.scale(1 / firstNorms[row], first, into: first, count: width)
      } else {
        Element.fill(0, into: first, count: width)
      }
    }
  }

  /// One more basis vector for every row that takes part, out of what the product has put in its
  /// place. Returns false where a product is not finite.
  func extendBases<Element: Scalar>(_ k: Int, _ type: Element.Type) -> Bool {
    let width = shape.pointee.width
    let rounding = Double(Element.ulpOfOne)
    for row in 0..<shape.pointee.rows {
      let vector = element(k + 1, row, type)
      if isActive[row] {
        guard let left = orthogonalize(k, row, type) else { return false }
        let problem = problem(row)
        if problem.append(k, column, below: left.norm, smallest: left.smallest) {
          columns[row] = k + 1
          let isExact = problem.residualNorm(k + 1) <= rounding * firstNorms[row]
          isActive[row] = left.norm > 0 && !isExact
        } else {
          isActive[row] = false
        }
        if isActive[row] {
          Element.scale(1 / left.norm, vector, into: vector, count: width)
          continue
        }
      }
      // Takes no part any more: the products go on over all rows, with nothing in this one.
      Element.fill(0, into: vector, count: width)
    }
    return true
  }

  /// Takes from vector k + 1 of a row its components along the k + 1 before it, which become the
  /// column of the Hessenberg matrix.
  ///
  /// Classical Gram–Schmidt, and again where most of the vector went: then what is left is
  /// orthogonal only to the rounding of what was there before (Daniel, Gragg, Kaufman & Stewart,
  /// Math. Comp. 30, 1976). Twice is enough: a vector that shrinks as much once more is nothing but
  /// rounding, and the Krylov space is complete.
  ///
  /// - Returns: the norm of what is left, 0 for nothing, and what a diagonal element of the triangle
  ///   must exceed to be more than rounding; nil where a number is not finite.
  private func orthogonalize<Element: Scalar>(
    _ k: Int, _ row: Int, _ type: Element.Type
  ) -> (norm: Double, smallest: Double)? {
    let width = shape.pointee.width
    let vector = element(k + 1, row, type)
    let w = weightRow(row, type)
    let square = Element.squareWeighted(vector, w, into: weighted, count: width)
    guard square.isFinite else { return nil }
    let start = square.squareRoot()
    let rounding = Double(Element.ulpOfOne)
    for i in 0...k { column[i] = 0 }
    subtractComponents(k, row, vector)
    // By Pythagoras, where that loses less than two bits.
    var rest = square
    for i in 0...k { rest -= column[i] * column[i] }
    if rest >= 0.25 * square { return (rest.squareRoot(), 0) }
    var norm = Element.weightedSquareSum(vector, w, count: width).squareRoot()
    if norm < Self.shrinkage * start {
      let before = norm
      _ = Element.squareWeighted(vector, w, into: weighted, count: width)
      subtractComponents(k, row, vector)
      norm = Element.weightedSquareSum(vector, w, count: width).squareRoot()
      if norm < Self.shrinkage * before || norm <= rounding * start { norm = 0 }
    }
    guard norm.isFinite else { return nil }
    return (norm, norm > 0 ? 0 : Double(width) * rounding * start)
  }

  private static let shrinkage = 0.1

  /// vector ← vector − Σ ⟨vector, vᵢ⟩·vᵢ over the first k + 1 basis vectors of the row.
  private func subtractComponents<Element: Scalar>(
    _ k: Int, _ row: Int, _ vector: UnsafeMutablePointer<Element>
  ) {
    let width = shape.pointee.width
    withUnsafeTemporaryAllocation(of: UnsafePointer<Element>.self, capacity: k + 2) { terms in
      for i in 0...k {
        let v = element(i, row, Element.self)
        terms.initializeElement(at: i, to: v)
        let component = Element.wideDot(weighted, v, count: width)
        column[i] += component
        factors[i] = -component
      }
      terms.initializeElement(at: k + 1, to: vector)
      factors[k + 1] = 1
      guard let terms = terms.baseAddress else { return }
      Element.combination(k + 2, factors, terms, into: vector, count: width)
    }
  }

  /// target ← Σ yᵢ·vᵢ; false where a coefficient is not finite.
  func combineBasis<Element: Scalar>(
    _ row: Int, into target: UnsafeMutablePointer<Element>
  ) -> Bool {
    let count = columns[row]
    let width = shape.pointee.width
    problem(row).solve(count, into: factors)
    for i in 0..<count where !factors[i].isFinite { return false }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Element>.self, capacity: max(count, 1)) {
      terms in
      for i in 0..<count { terms.initializeElement(at: i, to: element(i, row, Element.self)) }
      guard let terms = terms.baseAddress else { return }
      Element.combination(count, factors, terms, into: target, count: width)
    }
    return true
  }

  // MARK: Vectors and rows

  func element<Element: Scalar>(
    _ vector: Int, _ row: Int, _ type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    (elements + vector * stride).assumingMemoryBound(to: type) + row * shape.pointee.width
  }

  func weightRow<Element: Scalar>(
    _ row: Int, _ type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    weights!.elements(type) + row * shape.pointee.width
  }
}
