/// Gzip files made by hand, since the module only decompresses.
enum GzipFixtures {
  static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  /// One member with uncompressed blocks.
  static func stored(_ content: [UInt8]) -> [UInt8] {
    var bytes = header
    var rest = content[...]
    repeat {
      let block = rest.prefix(0xFFFF)
      rest = rest.dropFirst(block.count)
      let length = UInt16(block.count)
      bytes.append(rest.isEmpty ? 1 : 0)
      bytes += [UInt8(length & 0xFF), UInt8(length >> 8)]
      bytes += [UInt8(~length & 0xFF), UInt8(~length >> 8)]
      bytes += block
    } while !rest.isEmpty
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: crc32(content) >> UInt32(shift)))
    }
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: content.count >> shift))
    }
    return bytes
  }

  /// `prefix`, then about 258·`copies` zeros in 13 bits per 258: a bomb, without a proper end.
  static func bomb(prefix: [UInt8] = [], copies: Int) -> [UInt8] {
    var bytes = header
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
    /// Huffman codes stand with their first bit first.
    func code(_ value: Int, _ width: Int) {
      for bit in (0..<width).reversed() { put(UInt64(value >> bit & 1), 1) }
    }
    func literal(_ byte: UInt8) {
      if byte < 144 { code(0x30 + Int(byte), 8) } else { code(0x190 + Int(byte) - 144, 9) }
    }
    put(1, 1)  // the last block
    put(1, 2)  // fixed codes
    for byte in prefix + [0] { literal(byte) }
    for _ in 0..<copies {
      code(0xC5, 8)  // a copy of 258 bytes
      code(0, 5)  // from one byte back
    }
    code(0, 7)  // the end of the block
    put(0, 8)
    return bytes + [UInt8](repeating: 0, count: 8)
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~crc
  }
}
