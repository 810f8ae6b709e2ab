/// NumPy's `.npy` files: one array of numbers.
///
/// Format: versions 1.0 to 3.0 of numpy.lib.format, real number types only.
public enum NPY {
  /// The array in the file at `path`, as doubles in row-major order.
  ///
  /// - Throws: ``InputError`` where the file is not a whole, plain array of real numbers.
  public static func read(_ path: String) throws(InputError) -> NumericArray {
    try parse(FileBytes.read(path), file: path)
  }

  /// The array in the content of a file; `file` names it in errors.
  public static func parse(_ bytes: [UInt8], file: String) throws(InputError) -> NumericArray {
    let (header, count) = try checkedHeader(bytes, file: file)
    let values = try header.type.decode(
      bytes, at: header.dataOffset, count: count, isBigEndian: header.isBigEndian, file: file)
    return NumericArray(
      shape: header.shape,
      values: header.isFortranOrder
        ? NumericArray.rowMajor(fromFortran: values, shape: header.shape) : values)
  }

  /// As ``parse(_:file:)``, but an array of bytes stays one: images take an eighth of the memory.
  static func parseKeepingBytes(_ bytes: [UInt8], file: String) throws(InputError) -> RawArray {
    let (header, count) = try checkedHeader(bytes, file: file)
    guard header.type == .uint8 else {
      let array = try parse(bytes, file: file)
      return RawArray(shape: array.shape, storage: .doubles(array.values))
    }
    let values = Array(bytes[header.dataOffset..<header.dataOffset + count])
    return RawArray(
      shape: header.shape,
      storage: .bytes(
        header.isFortranOrder
          ? NumericArray.rowMajor(fromFortran: values, shape: header.shape) : values))
  }

  private static func checkedHeader(
    _ bytes: [UInt8], file: String
  ) throws(InputError) -> (NPYHeader, count: Int) {
    let header = try NPYHeader(bytes, file: file)
    let available = bytes.count - header.dataOffset
    guard let count = NumericArray.count(of: header.shape),
      case (let size, let overflow) = count.multipliedReportingOverflow(by: header.type.size),
      !overflow
    else {
      throw InputError(
        file, .byte(10), "claims the shape \(header.shape), more numbers than memory can hold")
    }
    if size > available {
      throw InputError(
        file, .byte(bytes.count),
        "is cut short: the shape \(header.shape) needs \(size) bytes of numbers, \(available) are"
          + " there", try: "copy or save it again")
    }
    if size < available {
      throw InputError(
        file, .byte(header.dataOffset + size),
        "has \(available - size) bytes after the numbers that the shape \(header.shape) announces",
        try: "save one array per file")
    }
    return (header, count)
  }

  /// The number types that are written, always little-endian and in row-major order.
  public enum WrittenType: String, Sendable {
    /// IEEE double precision, little-endian.
    case float64 = "<f8"
    /// IEEE single precision, little-endian.
    case float32 = "<f4"
    /// Signed, 64 bits, little-endian.
    case int64 = "<i8"
  }

  /// The content of a `.npy` file, version 1.0, byte for byte what `numpy.save` writes.
  ///
  /// With ``WrittenType/int64`` the values must be integers that `Int64` holds.
  public static func encode(_ array: NumericArray, as type: WrittenType = .float64) -> [UInt8] {
    let axes = array.shape.map(String.init).joined(separator: ", ")
    let shape = array.shape.count == 1 ? "(\(axes),)" : "(\(axes))"
    var header = "{'descr': '\(type.rawValue)', 'fortran_order': False, 'shape': \(shape), }"
    // The numbers begin at a multiple of 64, so that a mapped file is aligned for any processor.
    // NumPy leaves space for the first axis to grow, up to 21 digits.
    if let first = array.shape.first {
      header += String(repeating: " ", count: max(0, 21 - String(first).count))
    }
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    precondition(header.utf8.count <= Int(UInt16.max), "\(array.shape.count) axes are too many")

    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.reserveCapacity(10 + header.utf8.count + array.values.count * 8)
    bytes.append(littleEndian: UInt16(header.utf8.count))
    bytes += header.utf8
    for value in array.values {
      switch type {
      case .float64: bytes.append(littleEndian: value.bitPattern)
      case .float32: bytes.append(littleEndian: Float(value).bitPattern)
      case .int64:
        guard let integer = Int64(exactly: value) else {
          preconditionFailure("\(value) cannot be written as an integer")
        }
        bytes.append(littleEndian: integer)
      }
    }
    return bytes
  }

  /// Writes the array to `path`, which appears whole or not at all.
  ///
  /// - Throws: ``OutputError`` where it cannot be written.
  public static func write(
    _ array: NumericArray, to path: String, as type: WrittenType = .float64, overwrite: Bool = true
  ) throws(OutputError) {
    try AtomicFile.write(encode(array, as: type), to: path, overwrite: overwrite)
  }
}
