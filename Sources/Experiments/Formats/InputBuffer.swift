/// A window onto a file, or a whole text in memory, from which a reader takes bytes in order.
final class InputBuffer {
  private var bytes: [UInt8]
  private var position = 0
  private var end: Int
  private let file: InputFile?

  /// Longer records come from a quote that was not closed; nothing is taken beyond.
  static let greatestRecord = 1 << 26

  /// Reads from a file, 256 KiB at a time.
  init(_ file: consuming InputFile) {
    bytes = [UInt8](repeating: 0, count: 1 << 18)
    end = 0
    self.file = consume file
  }

  /// Reads what is in memory.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
    file = nil
  }

  /// The next byte, not taken; nil at the end.
  func byte() throws(InputError) -> UInt8? {
    if position == end { try refill() }
    return position < end ? bytes[position] : nil
  }

  /// Up to `count` of the first bytes of the input, before any was taken.
  func peek(_ count: Int) throws(InputError) -> ArraySlice<UInt8> {
    // A pipe may deliver its first bytes one at a time.
    while end < count {
      let before = end
      try refill()
      if end == before { break }
    }
    return bytes[position..<min(position + count, end)]
  }

  /// Passes over bytes that were seen; at the end of the input it does nothing.
  func skip(_ count: Int) { position = min(position + count, end) }

  /// Takes bytes up to a comma, quote, line end or zero byte.
  ///
  /// - Returns: the number of characters, bytes that go on with one not counted.
  func takePlain(into text: inout [UInt8]) throws(InputError) -> Int {
    try take(into: &text) { byte in
      // All five lie at or below the comma; digits, the point and letters lie above.
      byte <= UInt8(ascii: ",")
        && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
          || byte == UInt8(ascii: "\"") || byte == 0)
    }
  }

  /// Takes bytes up to a quote or line feed.
  ///
  /// - Returns: the number of characters, bytes that go on with one not counted.
  func takeQuoted(into text: inout [UInt8]) throws(InputError) -> Int {
    try take(into: &text) { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") }
  }

  @inline(__always)
  private func take(
    into text: inout [UInt8], until isStop: (UInt8) -> Bool
  ) throws(InputError) -> Int {
    var characters = 0
    while true {
      if position == end { try refill() }
      if position == end { return characters }
      let start = position
      let stop = bytes.withUnsafeBufferPointer { buffer in
        var index = start
        while index < end, case let byte = buffer[index], !isStop(byte) {
          characters += byte & 0xC0 != 0x80 ? 1 : 0
          index += 1
        }
        return index
      }
      text += bytes[start..<stop]
      position = stop
      if stop < end || text.count > Self.greatestRecord { return characters }
    }
  }

  /// Fills the window behind what is left in it.
  private func refill() throws(InputError) {
    if file == nil { return }
    if position == end {
      position = 0
      end = 0
    }
    let start = end
    end += try bytes.withUnsafeMutableBufferPointer { (buffer) throws(InputError) in
      try self.file?.read(
        into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[start...])))
        ?? 0
    }
  }
}
