extension Safetensors {
  /// A tensor that is asked for its numbers piece by piece as it is written, so that a large one need not
  /// be copied first.
  struct Source {
    var name: String
    /// As which it is written: ``ElementType/float64``, ``ElementType/float32`` or
    /// ``ElementType/int64``.
    var type: ElementType
    var shape: [Int]
    /// The numbers in a range of row-major offsets.
    var values: (Range<Int>) -> [Double]

    init(
      _ name: String, _ shape: [Int], as type: ElementType = .float64,
      _ values: @escaping (Range<Int>) -> [Double]
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.values = values
    }

    init(_ tensor: Tensor) {
      self.init(tensor.name, tensor.array.shape, as: tensor.type) { Array(tensor.array.values[$0]) }
    }

    var count: Int { NumericArray.count(of: shape) ?? 0 }
  }

  /// The numbers of a piece.
  static let pieceSize = 1 << 17

  /// The content of the file.
  ///
  /// The header keeps the order of ``tensors`` and sorts the metadata, so equal values give equal
  /// bytes.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    Self.encode(tensors.map(Source.init), metadata: metadata) { bytes += $0 }
    return bytes
  }

  /// Writes the file at `path`, which appears whole or not at all.
  ///
  /// - Throws: ``OutputError`` where it cannot be written.
  public func write(to path: String, overwrite: Bool = true) throws(OutputError) {
    try Self.write(
      tensors.map(Source.init), metadata: metadata, to: path, overwrite: overwrite)
  }

  /// As ``write(to:overwrite:)``, from sources.
  static func write(
    _ sources: [Source], metadata: [String: String], to path: String, overwrite: Bool = true
  ) throws(OutputError) {
    try AtomicFile.write(to: path, overwrite: overwrite) { (append) throws(OutputError) in
      try encode(sources, metadata: metadata, append)
    }
  }

  /// Hands the content of the file to `append`, piece by piece.
  private static func encode<Failure: Error>(
    _ sources: [Source], metadata: [String: String],
    _ append: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var names: Set<String> = ["__metadata__"]
    for source in sources {
      precondition(
        names.insert(source.name).inserted, "two tensors have the name '\(source.name)'")
    }
    // Doubles first, then singles: every tensor begins at a multiple of its element's size, without
    // which PyTorch refuses to view it. The sort keeps the order among equals.
    let layout = sources.indices.sorted {
      (-sources[$0].type.size, $0) < (-sources[$1].type.size, $1)
    }
    try append(header(sources, layout: layout, metadata))
    for index in layout {
      let source = sources[index]
      for start in stride(from: 0, to: source.count, by: pieceSize) {
        let values = source.values(start..<min(start + pieceSize, source.count))
        try append(bytes(of: values, as: source.type, source.name))
      }
    }
  }

  private static func header(
    _ sources: [Source], layout: [Int], _ metadata: [String: String]
  ) -> [UInt8] {
    var offsets = [Int](repeating: 0, count: sources.count)
    var total = 0
    for index in layout {
      offsets[index] = total
      total += sources[index].count * sources[index].type.size
    }
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        .init("__metadata__", .object(texts.map { .init($0.key, .string($0.value)) })))
    }
    for (source, offset) in zip(sources, offsets) {
      let end = offset + source.count * source.type.size
      members.append(
        .init(
          source.name,
          [
            "dtype": .string(name(of: source.type)),
            "shape": .array(source.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
    }
    var header = Array(JSONValue.object(members).encoded(indented: false).utf8)
    header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(header.count))
    return bytes + header
  }

  private static func bytes(
    of values: [Double], as type: ElementType, _ name: String
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.size)
    for value in values {
      switch type {
      case .float32: bytes.append(littleEndian: Float(value).bitPattern)
      case .float64: bytes.append(littleEndian: value.bitPattern)
      default:
        guard let integer = Int64(exactly: value) else {
          preconditionFailure("\(value) in '\(name)' cannot be written as an integer")
        }
        bytes.append(littleEndian: integer)
      }
    }
    return bytes
  }

  private static func name(of type: ElementType) -> String {
    switch type {
    case .float64: "F64"
    case .float32: "F32"
    case .int64: "I64"
    default: preconditionFailure("tensors are written as F64, F32 or I64, not as \(type)")
    }
  }
}
