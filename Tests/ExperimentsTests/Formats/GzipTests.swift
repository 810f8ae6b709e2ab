import Experiments
import Testing

@Suite struct GzipTests {
  @Test("what was compressed comes back", arguments: [0, 1, 1000, 70_000, 300_000])
  func roundTrip(count: Int) throws {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let compressed = GzipFixtures.stored(content)
    #expect(Gzip.isCompressed(compressed))
    #expect(try Gzip.decompress(compressed, limit: count, file: "a.gz") == content)
  }

  @Test("members one after the other are one content, and zeros may follow")
  func members() throws {
    let compressed =
      GzipFixtures.stored([1, 2]) + GzipFixtures.stored([]) + GzipFixtures.stored([3]) + [0, 0, 0]
    #expect(try Gzip.decompress(compressed, limit: 10, file: "a.gz") == [1, 2, 3])
  }

  @Test("content beyond the limit is refused, even by one byte")
  func limit() {
    let compressed = GzipFixtures.stored([UInt8](repeating: 7, count: 1000))
    #expect(throws: InputError.self) {
      try Gzip.decompress(compressed, limit: 999, file: "a.gz")
    }
  }

  @Test("a bomb is refused at the limit")
  func bomb() throws {
    // 258 million bytes from 1.6 million.
    let bomb = GzipFixtures.bomb(copies: 1_000_000)
    let error = #expect(throws: InputError.self) {
      try Gzip.decompress(bomb, limit: 1_000_000, file: "bomb.gz")
    }
    #expect(error?.problem.contains("1000000 bytes that are allowed") == true)
  }

  @Test("a file cut anywhere is an error, never a shorter content")
  func truncation() {
    let compressed = GzipFixtures.stored(Array(0..<100))
    for count in 0..<compressed.count {
      #expect(throws: InputError.self, "\(count) bytes") {
        try Gzip.decompress(Array(compressed[..<count]), limit: 1000, file: "a.gz")
      }
    }
  }

  @Test("damage to any byte after the header's variable part is noticed")
  func damage() {
    let compressed = GzipFixtures.stored(Array(0..<100))
    for position in 10..<compressed.count {
      var damaged = compressed
      damaged[position] ^= 0x40
      // Bits that only pad the three of a block's head to a byte have no meaning.
      if position == 10 { continue }
      #expect(throws: InputError.self, "byte \(position)") {
        try Gzip.decompress(damaged, limit: 1000, file: "a.gz")
      }
    }
  }

  @Test("something else after the compressed data is an error")
  func garbage() {
    #expect(throws: InputError.self) {
      try Gzip.decompress(GzipFixtures.stored([1]) + [0, 5], limit: 10, file: "a.gz")
    }
  }
}
