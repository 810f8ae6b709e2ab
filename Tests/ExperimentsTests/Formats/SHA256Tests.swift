import Experiments
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "has the values that FIPS 180 and NIST print",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
          + "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func vectors(_ text: String, _ wanted: String) {
    #expect(SHA256.hex(of: text) == wanted)
  }

  @Test("a million times a, in pieces of any length", arguments: [1, 63, 64, 65, 1000, 999_999])
  func pieces(length: Int) throws {
    var hash = SHA256()
    var left = 1_000_000
    while left > 0 {
      let count = min(length, left)
      hash.add([UInt8](repeating: 0x61, count: count))
      left -= count
    }
    let wanted = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(hash.hex() == wanted)
    #expect(hash.hex() == wanted, "asking does not change it")
  }

  @Test("of a file is that of its bytes")
  func file() throws {
    let scratch = try ScratchFolder()
    // Longer than what is read at once.
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try scratch.file("bytes", bytes)
    #expect(try SHA256.hex(ofFile: path) == SHA256.hex(of: bytes))
    #expect(throws: InputError.self) { try SHA256.hex(ofFile: path + "-missing") }
  }
}
