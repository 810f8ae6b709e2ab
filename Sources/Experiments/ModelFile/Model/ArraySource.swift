/// An array as a model file gives it: its numbers, or the file that holds them.
public enum ArraySource: Sendable, Equatable {
  /// Numbers in row-major order. The shape `[]` is a single number that fills the whole array.
  case inline([Double], shape: [Int])
  /// A `.npy` file, as written in the model file (``ModelFile/path(of:)`` resolves it).
  case file(String)

  /// The shape, where it is known without reading a file.
  public var shape: [Int]? {
    guard case .inline(_, let shape) = self else { return nil }
    return shape
  }
}
