/// Numbers in row-major order (the last index runs fastest) with their shape.
public struct NumericArray: Hashable, Sendable {
  /// The lengths of the axes; empty for a single number.
  public var shape: [Int]
  /// As many as the product of `shape`.
  public var values: [Double]

  /// Values, row by row, as many as the shape has.
  public init(shape: [Int], values: [Double]) {
    precondition(
      NumericArray.count(of: shape) == values.count,
      "\(values.count) values do not fill the shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// The offset of the first NaN or infinity.
  public var firstNonFinite: Int? { values.firstIndex { !$0.isFinite } }

  /// The indices along each axis of the element at a row-major offset.
  public func indices(at offset: Int) -> [Int] { Self.indices(at: offset, in: shape) }

  static func indices(at offset: Int, in shape: [Int]) -> [Int] {
    var rest = offset
    var indices = shape
    for axis in shape.indices.reversed() {
      indices[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return indices
  }

  /// The number of elements of a shape, or nil where an axis is negative or the product overflows.
  static func count(of shape: [Int]) -> Int? {
    if shape.contains(where: { $0 < 0 }) { return nil }
    // A zero empties the array whatever the others are; without this, the order would matter.
    if shape.contains(0) { return 0 }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// `values`, stored column by column, in row-major order.
  static func rowMajor<Element>(fromFortran values: [Element], shape: [Int]) -> [Element] {
    guard shape.count > 1, let first = values.first else { return values }
    var result = [Element](repeating: first, count: values.count)
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var indices = [Int](repeating: 0, count: shape.count)
    var source = 0
    for target in result.indices {
      result[target] = values[source]
      // Count up as an odometer does, the last axis first.
      var axis = shape.count - 1
      while axis >= 0 {
        indices[axis] += 1
        source += strides[axis]
        if indices[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        indices[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
