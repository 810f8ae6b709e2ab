/// The header of a `.npy` file: a Python dictionary with exactly the keys `descr`,
/// `fortran_order` and `shape`.
struct NPYHeader {
  var type: ElementType
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]
  /// Where the numbers begin.
  var dataOffset: Int

  /// Headers of plain arrays have about 100 bytes; longer ones are not of this kind.
  private static let ceiling = 1 << 16
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  init(_ bytes: [UInt8], file: String) throws(InputError) {
    guard bytes.count >= 10, Array(bytes[..<6]) == Self.magic else {
      throw InputError(
        file, .byte(0), "is not a .npy file: the first bytes are not \\x93NUMPY",
        try: "write it with numpy.save")
    }
    let length: Int
    let start: Int
    switch (bytes[6], bytes[7]) {
    case (1, 0):
      length = Int(bytes.integer(UInt16.self, littleEndianAt: 8))
      start = 10
    case (2, 0), (3, 0):
      guard bytes.count >= 12 else {
        throw InputError(file, .byte(8), "is cut short in the length of its header")
      }
      length = Int(bytes.integer(UInt32.self, littleEndianAt: 8))
      start = 12
    case (let major, let minor):
      throw InputError(
        file, .byte(6), "has version \(major).\(minor) of the .npy format",
        try: "write version 1.0, 2.0 or 3.0 (numpy.save does)")
    }
    if length > Self.ceiling {
      throw InputError(
        file, .byte(8), "claims a header of \(length) bytes; \(Self.ceiling) are the most allowed",
        try: "save a plain array of numbers")
    }
    if start + length > bytes.count {
      throw InputError(
        file, .byte(bytes.count),
        "is cut short: its header should end at byte \(start + length)", try: "copy it again")
    }
    var parser = PythonLiteralParser(bytes[start..<start + length], file: file)
    let dictionary = try parser.dictionary()
    dataOffset = start + length
    (type, isBigEndian) = try Self.elementType(dictionary.descr, file, at: start)
    isFortranOrder = dictionary.isFortranOrder
    shape = dictionary.shape
  }

  private static func elementType(
    _ text: String, _ file: String, at offset: Int
  ) throws(InputError) -> (ElementType, Bool) {
    let type: ElementType? =
      switch text.dropFirst() {
      case "b1": .bool
      case "u1": .uint8
      case "i1": .int8
      case "u2": .uint16
      case "i2": .int16
      case "u4": .uint32
      case "i4": .int32
      case "u8": .uint64
      case "i8": .int64
      case "f2": .float16
      case "f4": .float32
      case "f8": .float64
      default: nil
      }
    guard let type, let order = text.first, "<>|=".contains(order), order != "|" || type.size == 1
    else {
      throw InputError(
        file, .byte(offset), "has elements of type '\(text)', which are not real numbers",
        try: "convert with array.astype('<f8') before saving")
    }
    // '=' means the order of the machine that wrote the file; every machine we run on is little.
    return (type, order == ">")
  }
}
