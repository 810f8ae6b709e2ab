import Experiments
import Testing

@Suite struct IDXTests {
  static func file(_ type: UInt8, _ shape: [UInt32], _ numbers: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)]
      + shape.flatMap { length in (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      }
      + numbers
  }

  static let images = file(0x08, [2, 1, 3], [0, 1, 2, 253, 254, 255])

  @Test("bytes stay bytes, plain and compressed")
  func bytes() throws {
    let expected = RawArray(shape: [2, 1, 3], storage: .bytes([0, 1, 2, 253, 254, 255]))
    #expect(try IDX.parse(Self.images, file: "a") == expected)
    #expect(try IDX.parse(GzipFixtures.stored(Self.images), file: "a.gz") == expected)
  }

  @Test(
    "numbers are big-endian",
    arguments: [
      (0x09, [0xFE], -2.0), (0x0B, [0xFF, 0xFE], -2), (0x0C, [0, 1, 0, 0], 65536),
      (0x0D, [0xC0, 0x20, 0, 0], -2.5), (0x0E, [0xC0, 4, 0, 0, 0, 0, 0, 0], -2.5),
    ] as [(UInt8, [UInt8], Double)])
  func types(type: UInt8, bytes: [UInt8], value: Double) throws {
    let array = try IDX.parse(Self.file(type, [1], bytes), file: "a")
    #expect(array == RawArray(shape: [1], storage: .doubles([value])))
  }

  @Test("a file cut anywhere is an error, plain and compressed")
  func truncation() {
    for bytes in [Self.images, GzipFixtures.stored(Self.images)] {
      for count in 0..<bytes.count {
        #expect(throws: InputError.self, "\(count) bytes") {
          try IDX.parse(Array(bytes[..<count]), file: "a")
        }
      }
    }
  }

  @Test("a compressed file whose content is cut is an error at every length")
  func contentTruncation() {
    for count in 0..<Self.images.count {
      let compressed = GzipFixtures.stored(Array(Self.images[..<count]))
      #expect(throws: InputError.self, "\(count) bytes") {
        try IDX.parse(compressed, file: "a.gz")
      }
    }
  }

  @Test("a bomb is refused at the size its header promises")
  func bomb() {
    let header = Self.file(0x08, [10, 28, 28], [])
    let bomb = GzipFixtures.bomb(prefix: header, copies: 1_000_000)
    let error = #expect(throws: InputError.self) { try IDX.parse(bomb, file: "bomb.gz") }
    #expect(error?.problem.contains("more than the 7840 bytes") == true)
  }

  @Test("a promise that the compressed bytes cannot keep is refused before memory is taken")
  func promise() {
    let header = Self.file(0x08, [4_000_000, 1000], [])
    let error = #expect(throws: InputError.self) {
      try IDX.parse(GzipFixtures.stored(header), file: "a.gz")
    }
    #expect(error?.problem.contains("promises 4000000000 bytes") == true)
  }
}
