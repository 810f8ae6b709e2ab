/// SHA-256 (FIPS 180-4): what `sha256sum` prints, so that people can check files without Settle.
///
/// The standard library has no hash of its own, and a package would be one more to build for eighty
/// lines that never change.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  /// What is not yet a whole block.
  private var rest: [UInt8] = []
  private var length: UInt64 = 0
  private var schedule = [UInt32](repeating: 0, count: 64)

  /// Of nothing yet.
  public init() {}

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]

  /// Adds what comes next.
  public mutating func add(_ bytes: [UInt8]) {
    length += UInt64(bytes.count)
    var start = 0
    if !rest.isEmpty {
      start = min(64 - rest.count, bytes.count)
      rest += bytes[..<start]
      if rest.count < 64 { return }
      let block = rest
      rest.removeAll(keepingCapacity: true)
      block.withUnsafeBufferPointer { compress($0[...]) }
    }
    bytes.withUnsafeBufferPointer { bytes in
      while start + 64 <= bytes.count {
        compress(bytes[start..<start + 64])
        start += 64
      }
      rest += bytes[start...]
    }
  }

  /// The hash of all that was added, as 64 hexadecimal digits.
  public func hex() -> String {
    var copy = self
    let bits = length &* 8
    let zeros = (119 - Int(length % 64)) % 64
    copy.add(
      [0x80] + [UInt8](repeating: 0, count: zeros)
        + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) })
    return copy.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func compress(_ block: Slice<UnsafeBufferPointer<UInt8>>) {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    schedule.withUnsafeMutableBufferPointer { w in
      let base = block.startIndex
      for t in 0..<16 {
        let i = base + 4 * t
        w[t] =
          UInt32(block[i]) << 24 | UInt32(block[i + 1]) << 16 | UInt32(block[i + 2]) << 8
          | UInt32(block[i + 3])
      }
      for t in 16..<64 {
        let (x, y) = (w[t - 15], w[t - 2])
        let small = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
        let large = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10
        w[t] = w[t - 16] &+ small &+ w[t - 7] &+ large
      }
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    Self.constants.withUnsafeBufferPointer { k in
      schedule.withUnsafeBufferPointer { w in
        for t in 0..<64 {
          let choice = e & f ^ ~e & g
          let mixed: UInt32 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
          let first: UInt32 = h &+ mixed &+ choice &+ k[t] &+ w[t]
          let majority: UInt32 = a & b ^ a & c ^ b & c
          let second: UInt32 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
          (h, g, f, e) = (g, f, e, d &+ first)
          (d, c, b, a) = (c, b, a, first &+ second)
        }
      }
    }
    for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= word }
  }

  /// The hash of some bytes.
  public static func hex(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.add(bytes)
    return hash.hex()
  }

  /// The hash of a text as UTF-8.
  public static func hex(of text: String) -> String { hex(of: Array(text.utf8)) }

  /// The hash of a file, which is read piece by piece.
  public static func hex(ofFile path: String) throws(InputError) -> String {
    let file = try InputFile(path)
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let received = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(InputError) in
        try file.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
      if received == 0 { return hash.hex() }
      hash.add(received == buffer.count ? buffer : Array(buffer[..<received]))
    }
  }
}
