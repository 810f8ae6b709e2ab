/// Named tensors with a dictionary of texts: the parameters of networks, in the format that
/// PyTorch, JAX and NumPy share (huggingface.co/docs/safetensors).
public struct Safetensors: Hashable, Sendable {
  /// A named array and the number type it has in the file.
  public struct Tensor: Hashable, Sendable {
    /// Unique in its file.
    public var name: String
    /// How elements are stored.
    public var type: ElementType
    /// Shape and numbers.
    public var array: NumericArray

    /// - Parameters:
    ///   - name: unique in the file.
    ///   - array: shape and numbers.
    ///   - type: what it is written as: ``ElementType/float64``, ``ElementType/float32`` or
    ///     ``ElementType/int64``.
    public init(_ name: String, _ array: NumericArray, as type: ElementType = .float64) {
      self.name = name
      self.type = type
      self.array = array
    }
  }

  /// In the order of the file's header. Names are unique.
  public var tensors: [Tensor]
  /// The texts under `__metadata__`.
  public var metadata: [String: String]

  /// From its parts.
  public init(_ tensors: [Tensor] = [], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The array of that name.
  public subscript(name: String) -> NumericArray? { tensors.first { $0.name == name }?.array }

  /// The first NaN or infinity, with the indices along the axes.
  public var firstNonFinite: (name: String, indices: [Int])? {
    for tensor in tensors {
      if let offset = tensor.array.firstNonFinite {
        return (tensor.name, tensor.array.indices(at: offset))
      }
    }
    return nil
  }

  /// The names of the format.
  static let types: [(name: String, type: ElementType)] = [
    ("F64", .float64), ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16),
    ("I64", .int64), ("I32", .int32), ("I16", .int16), ("I8", .int8),
    ("U64", .uint64), ("U32", .uint32), ("U16", .uint16), ("U8", .uint8), ("BOOL", .bool),
  ]
}
