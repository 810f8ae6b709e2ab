/// Gzip files made by hand, right in every checksum.
enum GzipFile {
  private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  /// One member with a block that is not compressed; at most 65535 bytes.
  static func stored(_ content: [UInt8]) -> [UInt8] {
    let content = content.prefix(0xFFFF)
    let length = UInt16(content.count)
    var bytes = header + [1, UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes += [UInt8(~length & 0xFF), UInt8(~length >> 8)] + content
    append(crc(content), &bytes)
    append(UInt32(content.count), &bytes)
    return bytes
  }

  /// `content`, a zero and 258·`copies` more of them, in 13 bits each: a small bomb.
  static func zeros(after content: [UInt8], _ copies: Int) -> [UInt8] {
    var bytes = header
    var bits: UInt64 = 0
    var count = 0
    func put(_ value: Int, _ width: Int) {
      // Huffman codes stand with their first bit first.
      for bit in (0..<width).reversed() {
        bits |= UInt64(value >> bit & 1) << UInt64(count)
        count += 1
        if count == 8 {
          bytes.append(UInt8(bits))
          bits = 0
          count = 0
        }
      }
    }
    put(1, 1)  // the last block
    put(0b10, 2)  // fixed codes, the first bit first
    for byte in content + [0] {
      if byte < 144 { put(0x30 + Int(byte), 8) } else { put(0x190 + Int(byte) - 144, 9) }
    }
    for _ in 0..<copies {
      put(0xC5, 8)  // a copy of 258 bytes
      put(0, 5)  // from one byte back
    }
    put(0, 7)  // the end of the block
    while count > 0 { put(0, 1) }
    let all = content + [UInt8](repeating: 0, count: 1 + 258 * copies)
    append(crc(all[...]), &bytes)
    append(UInt32(all.count), &bytes)
    return bytes
  }

  private static func append(_ word: UInt32, _ bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
    }
  }

  private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes { crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
    return ~crc
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
}
