/// Files of binary formats, made by hand byte by byte.
enum BinaryFixtures {
  /// An IDX file of unsigned bytes.
  static func idx(
    _ shape: [Int], _ values: [UInt8]? = nil, type: UInt8 = 8, magic: UInt8 = 0
  ) -> [UInt8] {
    var bytes: [UInt8] = [magic, 0, type, UInt8(shape.count)]
    for size in shape {
      bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
    }
    return bytes + (values ?? [UInt8](repeating: 0, count: shape.reduce(1, *)))
  }

  /// A NumPy file of doubles.
  static func npy(_ shape: [Int], _ values: [Double], type: String = "<f8") -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined()
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let count = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)]
      + Array(header.utf8)
      + values.flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
      }
  }

  /// A gzip file of 13 bits for every 258 bytes that it would become: `prefix`, then zeros.
  static func bomb(prefix: [UInt8], copies: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var bits: UInt64 = 0
    var count = 0
    func put(_ value: UInt64, _ width: Int) {
      bits |= value << UInt64(count)
      count += width
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
        count -= 8
      }
    }
    // The fixed Huffman codes stand with their first bit first.
    func code(_ value: Int, _ width: Int) {
      for bit in (0..<width).reversed() { put(UInt64(value >> bit & 1), 1) }
    }
    put(0b011, 3)  // the last block, of fixed codes
    for byte in prefix + [0] {
      if byte < 144 { code(0x30 + Int(byte), 8) } else { code(0x190 + Int(byte) - 144, 9) }
    }
    for _ in 0..<copies {
      code(0xC5, 8)  // a copy of 258 bytes
      code(0, 5)  // from one byte back
    }
    code(0, 7)
    put(0, 8)
    return bytes + [UInt8](repeating: 0, count: 8)
  }
}
