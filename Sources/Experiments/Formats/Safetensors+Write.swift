extension Safetensors {
  /// The content of the file.
  ///
  /// The header keeps the order of ``tensors`` and sorts the metadata, so equal values give equal
  /// bytes.
  public func encoded() -> [UInt8] {
    var names: Set<String> = ["__metadata__"]
    for tensor in tensors {
      precondition(
        names.insert(tensor.name).inserted, "two tensors have the name '\(tensor.name)'")
    }
    // Doubles first, then singles: every tensor begins at a multiple of its element's size, without
    // which PyTorch refuses to view it. The sort keeps the order among equals.
    let layout = tensors.indices.sorted {
      (-tensors[$0].type.size, $0) < (-tensors[$1].type.size, $1)
    }
    var offsets = [Int](repeating: 0, count: tensors.count)
    var total = 0
    for index in layout {
      offsets[index] = total
      total += tensors[index].array.values.count * tensors[index].type.size
    }

    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        .init("__metadata__", .object(texts.map { .init($0.key, .string($0.value)) })))
    }
    for (tensor, offset) in zip(tensors, offsets) {
      let end = offset + tensor.array.values.count * tensor.type.size
      members.append(
        .init(
          tensor.name,
          [
            "dtype": .string(Self.name(of: tensor.type)),
            "shape": .array(tensor.array.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
    }
    var header = Array(JSONValue.object(members).encoded(indented: false).utf8)
    header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + total)
    bytes.append(littleEndian: UInt64(header.count))
    bytes += header
    for index in layout {
      let tensor = tensors[index]
      for value in tensor.array.values {
        switch tensor.type {
        case .float32: bytes.append(littleEndian: Float(value).bitPattern)
        case .float64: bytes.append(littleEndian: value.bitPattern)
        default:
          guard let integer = Int64(exactly: value) else {
            preconditionFailure("\(value) in '\(tensor.name)' cannot be written as an integer")
          }
          bytes.append(littleEndian: integer)
        }
      }
    }
    return bytes
  }

  /// Writes the file at `path`, which appears whole or not at all.
  ///
  /// - Throws: ``OutputError`` where it cannot be written.
  public func write(to path: String, overwrite: Bool = true) throws(OutputError) {
    try AtomicFile.write(encoded(), to: path, overwrite: overwrite)
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
