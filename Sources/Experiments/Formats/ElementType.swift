/// The number types of binary files, and how their bytes become `Double`.
public enum ElementType: Hashable, Sendable {
  /// One byte, 0 or not.
  case bool
  /// Unsigned, 8 bits.
  case uint8
  /// Signed, 8 bits.
  case int8
  /// Unsigned, 16 bits.
  case uint16
  /// Signed, 16 bits.
  case int16
  /// Unsigned, 32 bits.
  case uint32
  /// Signed, 32 bits.
  case int32
  /// Unsigned, 64 bits.
  case uint64
  /// Signed, 64 bits.
  case int64
  /// IEEE half precision.
  case float16
  /// The upper half of a single.
  case bfloat16
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Turns `count` elements that begin at `offset` into numbers.
  ///
  /// - Throws: ``InputError`` at an integer beyond 2^53 that `Double` cannot hold exactly, or at a
  ///   truth value that is neither 0 nor 1.
  func decode(
    _ bytes: [UInt8], at offset: Int, count: Int, isBigEndian: Bool, file: String
  ) throws(InputError) -> [Double] {
    precondition(
      offset >= 0 && count >= 0 && offset + count * size <= bytes.count,
      "\(count) elements of \(size) bytes at \(offset) lie outside the \(bytes.count) bytes")
    // One generic loop per storage type; the conversion is inlined into each.
    func floats<Bits: FixedWidthInteger>(_ convert: (Bits) -> Double) -> [Double] {
      Self.convert(bytes, offset, count, isBigEndian, convert)
    }
    var unrepresentable: Int?
    func integers<Bits: FixedWidthInteger>(_: Bits.Type) -> [Double] {
      let result = Self.convert(bytes, offset, count, isBigEndian) { (bits: Bits) -> Double in
        Double(exactly: bits) ?? .nan
      }
      if Bits.bitWidth == 64 { unrepresentable = result.firstIndex { $0.isNaN } }
      return result
    }
    let values: [Double] =
      switch self {
      case .bool: floats { (bits: UInt8) in bits <= 1 ? Double(bits) : .nan }
      case .uint8: integers(UInt8.self)
      case .int8: integers(Int8.self)
      case .uint16: integers(UInt16.self)
      case .int16: integers(Int16.self)
      case .uint32: integers(UInt32.self)
      case .int32: integers(Int32.self)
      case .uint64: integers(UInt64.self)
      case .int64: integers(Int64.self)
      case .float16: floats(Self.half)
      case .bfloat16:
        floats { (bits: UInt16) in Double(Float(bitPattern: UInt32(bits) << 16)) }
      case .float32: floats { (bits: UInt32) in Double(Float(bitPattern: bits)) }
      case .float64: floats { (bits: UInt64) in Double(bitPattern: bits) }
      }
    if let element = unrepresentable {
      throw InputError(
        file, .byte(offset + element * size),
        "the integer of element \(element) cannot be held exactly as a double",
        try: "store it as a 64-bit float if rounding is acceptable")
    }
    if self == .bool, let element = values.firstIndex(where: { $0.isNaN }) {
      throw InputError(
        file, .byte(offset + element), "the truth value of element \(element) is neither 0 nor 1")
    }
    return values
  }

  @inline(__always)
  private static func convert<Bits: FixedWidthInteger>(
    _ bytes: [UInt8], _ offset: Int, _ count: Int, _ isBigEndian: Bool,
    _ body: (Bits) -> Double
  ) -> [Double] {
    bytes.withUnsafeBytes { raw in
      [Double](unsafeUninitializedCapacity: count) { values, initialized in
        for i in 0..<count {
          let stored = raw.loadUnaligned(
            fromByteOffset: offset + i * MemoryLayout<Bits>.size, as: Bits.self)
          values.initializeElement(
            at: i, to: body(isBigEndian ? Bits(bigEndian: stored) : Bits(littleEndian: stored)))
        }
        initialized = count
      }
    }
  }

  /// IEEE 754 half precision. Written out because `Float16` is missing on Intel Macs.
  private static func half(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign
        * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
  }
}

extension [UInt8] {
  /// Appends the bytes of an integer in the given order.
  mutating func append<Bits: FixedWidthInteger>(littleEndian value: Bits) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// The integer stored at `offset`.
  func integer<Bits: FixedWidthInteger>(_: Bits.Type, littleEndianAt offset: Int) -> Bits {
    withUnsafeBytes {
      Bits(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Bits.self))
    }
  }
}
