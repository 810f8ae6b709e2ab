/// The IDX files of MNIST and its relatives, plain or compressed with gzip.
///
/// Layout (Y. LeCun, C. Cortes, C. Burges, "The MNIST database"): two zero bytes, a type, the
/// number of axes, the length of each axis as a big-endian 32-bit integer, then the numbers,
/// big-endian and row-major.
public enum IDX {
  /// The largest content that is read, unless the caller says otherwise: 4 GiB.
  public static let ceiling = 1 << 32

  /// The array in the file at `path`; bytes (type 0x08) stay bytes.
  ///
  /// - Throws: ``InputError`` where the file is damaged, or its size is not what its header says.
  public static func read(_ path: String, ceiling: Int = ceiling) throws(InputError) -> RawArray {
    try parse(FileBytes.read(path), file: path, ceiling: ceiling)
  }

  /// The array in the content of a file; `file` names it in errors.
  public static func parse(
    _ bytes: [UInt8], file: String, ceiling: Int = ceiling
  ) throws(InputError) -> RawArray {
    guard Gzip.isCompressed(bytes) else {
      let header = try header(bytes, file, ceiling)
      let size = bytes.count - header.end
      if size != header.size { throw wrongSize(file, header, found: size) }
      return try array(bytes, header, file)
    }
    let stream = try GunzipStream(bytes, file: file)
    var content: [UInt8] = []
    _ = try stream.read(4, appendingTo: &content)
    if content.count == 4 { _ = try stream.read(4 * Int(content[3]), appendingTo: &content) }
    let header = try header(content, file, ceiling)
    if header.size / Gzip.greatestRatio > bytes.count {
      throw InputError(
        file, .whole,
        "promises \(header.size) bytes, more than its \(bytes.count) compressed bytes can hold",
        try: "copy or download it again")
    }
    content.reserveCapacity(header.end + header.size)
    let size = try stream.read(header.size, appendingTo: &content)
    if size < header.size { throw wrongSize(file, header, found: size) }
    try stream.expectEnd(orElse: wrongSize(file, header, found: nil))
    return try array(content, header, file)
  }

  private struct Header {
    var type: ElementType
    var shape: [Int]
    /// Bytes of numbers.
    var size: Int
    /// Where the numbers begin.
    var end: Int
  }

  private static func header(
    _ bytes: [UInt8], _ file: String, _ ceiling: Int
  ) throws(InputError) -> Header {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      throw InputError(
        file, .byte(0), "is not an IDX file: it does not begin with two zero bytes and a type",
        try: "give the path of a file such as train-images-idx3-ubyte.gz")
    }
    let type: ElementType
    switch bytes[2] {
    case 0x08: type = .uint8
    case 0x09: type = .int8
    case 0x0B: type = .int16
    case 0x0C: type = .int32
    case 0x0D: type = .float32
    case 0x0E: type = .float64
    default:
      throw InputError(
        file, .byte(2),
        "has the unknown IDX type 0x\(String(bytes[2], radix: 16, uppercase: true))",
        try: "the types are 08, 09, 0B, 0C, 0D and 0E")
    }
    let axes = Int(bytes[3])
    if axes == 0 { throw InputError(file, .byte(3), "has no axes, so it holds no samples") }
    let end = 4 + 4 * axes
    if bytes.count < end {
      throw InputError(
        file, .byte(bytes.count), "is cut short: the lengths of \(axes) axes end at byte \(end)",
        try: "copy or download it again")
    }
    let shape = (0..<axes).map { axis in
      Int(
        UInt32(
          bigEndian: bytes.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: 4 + 4 * axis, as: UInt32.self)
          }))
    }
    guard let count = NumericArray.count(of: shape), count <= ceiling / type.size else {
      throw InputError(
        file, .byte(4), "promises the shape \(shape), more than the \(ceiling) bytes allowed",
        try: "check that it is the right file")
    }
    return Header(type: type, shape: shape, size: count * type.size, end: end)
  }

  private static func array(
    _ bytes: [UInt8], _ header: Header, _ file: String
  ) throws(InputError) -> RawArray {
    if header.type == .uint8 {
      return RawArray(shape: header.shape, storage: .bytes(Array(bytes[header.end...])))
    }
    let values = try header.type.decode(
      bytes, at: header.end, count: header.size / header.type.size, isBigEndian: true, file: file)
    return RawArray(shape: header.shape, storage: .doubles(values))
  }

  private static func wrongSize(
    _ file: String, _ header: Header, found size: Int?
  ) -> InputError {
    if let size, size < header.size {
      return InputError(
        file, .byte(header.end + size),
        "is cut short: the shape \(header.shape) needs \(header.size) bytes of numbers, \(size) are"
          + " there", try: "copy or download it again")
    }
    return InputError(
      file, .byte(header.end + header.size),
      "has more than the \(header.size) bytes of numbers that the shape \(header.shape) announces",
      try: "copy or download it again")
  }
}
