internal import CSUNDIALS
internal import LinearAlgebra

extension VectorKernels {
  static func dot(_ x: N_Vector, _ y: N_Vector) -> Double {
    Element.dot(pointer(x), pointer(y), count: x.shape.count)
  }

  static func maximumNorm(_ x: N_Vector) -> Double {
    Element.absoluteMaximum(pointer(x), count: x.shape.count)
  }

  static func absoluteSum(_ x: N_Vector) -> Double {
    Element.absoluteSum(pointer(x), count: x.shape.count)
  }

  static func weightedNorm(_ x: N_Vector, _ w: N_Vector) -> Double {
    Element.weightedSquareSum(pointer(x), pointer(w), count: x.shape.count).squareRoot()
  }

  /// The largest weighted root mean square of any row.
  ///
  /// Over the whole batch, one bad sample among B would count 1/√B only: with the maximum over rows a
  /// step is accepted when every sample accepts it, as if each had been alone. NaN comes back as
  /// infinity, because CVODE takes a step whose norm is NaN for neither good nor bad, while infinity
  /// makes it try a smaller one.
  static func wrmsNorm(_ x: N_Vector, _ w: N_Vector) -> Double {
    let shape = x.shape
    let x = pointer(x)
    let w = pointer(w)
    var largest = 0.0
    for row in 0..<shape.rows {
      let start = row * shape.width
      let sum = Element.weightedSquareSum(x + start, w + start, count: shape.width)
      if !(sum <= largest) { largest = sum }
      if largest.isNaN { return .infinity }
    }
    return (largest / Double(shape.width)).squareRoot()
  }

  /// As ``wrmsNorm(_:_:)``, over the elements whose mask is positive; still divided by the width.
  static func wrmsNorm(_ x: N_Vector, _ w: N_Vector, mask: N_Vector) -> Double {
    let shape = x.shape
    let x = pointer(x)
    let w = pointer(w)
    let mask = pointer(mask)
    var largest = 0.0
    for row in 0..<shape.rows {
      var sum = 0.0
      for i in row * shape.width..<(row + 1) * shape.width where mask[i] > 0 {
        let term = Double(x[i]) * Double(w[i])
        sum += term * term
      }
      if !(sum <= largest) { largest = sum }
      if largest.isNaN { return .infinity }
    }
    return (largest / Double(shape.width)).squareRoot()
  }

  static func minimum(_ x: N_Vector) -> Double {
    let count = x.shape.count
    let x = pointer(x)
    var smallest = x[0]
    for i in 1..<max(count, 1) where x[i] < smallest { smallest = x[i] }
    return Double(smallest)
  }

  /// min xᵢ/yᵢ over yᵢ ≠ 0; the largest number where all yᵢ are 0.
  static func minimumQuotient(_ x: N_Vector, _ y: N_Vector) -> Double {
    let count = x.shape.count
    let x = pointer(x)
    let y = pointer(y)
    var smallest = Double.greatestFiniteMagnitude
    for i in 0..<count where y[i] != 0 {
      smallest = Swift.min(smallest, Double(x[i]) / Double(y[i]))
    }
    return smallest
  }
}
