/// An array that keeps the bytes of images as bytes: MNIST takes 47 MB instead of 376.
public struct RawArray: Hashable, Sendable {
  /// Numbers as they lay in the file.
  public enum Storage: Hashable, Sendable {
    /// Unsigned bytes.
    case bytes([UInt8])
    /// Of any other type.
    case doubles([Double])
  }

  /// The lengths of the axes, row-major.
  public var shape: [Int]
  /// The numbers, row by row.
  public var storage: Storage

  /// Numbers, row by row, as many as the shape has.
  public init(shape: [Int], storage: Storage) {
    self.shape = shape
    self.storage = storage
    precondition(
      NumericArray.count(of: shape) == count, "\(count) values do not fill the shape \(shape)")
  }

  /// The number of elements.
  public var count: Int {
    switch storage {
    case .bytes(let values): values.count
    case .doubles(let values): values.count
    }
  }

  /// The number at a row-major offset.
  public subscript(offset: Int) -> Double {
    switch storage {
    case .bytes(let values): Double(values[offset])
    case .doubles(let values): values[offset]
    }
  }
}
