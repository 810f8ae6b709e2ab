internal import CZlib

/// Decompresses gzip (RFC 1952) piece by piece: the caller decides how much memory it takes.
///
/// Several members one after the other are one content, as `gzip` has it. Checksums and lengths are
/// verified by zlib at the end of each member.
final class GunzipStream {
  private let compressed: [UInt8]
  private let file: String
  private var position = 0
  private var isFinished = false
  // zlib keeps the address of this record and compares it on every call, so it may not move.
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ compressed: [UInt8], file: String) throws(InputError) {
    self.compressed = compressed
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 + the largest window: a gzip wrapping and nothing else.
    let code = inflateInit2_(
      stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    if code != Z_OK {
      throw InputError(file, .whole, "cannot be decompressed: zlib does not start (\(code))")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Appends up to `count` bytes of content to `output`.
  ///
  /// - Returns: how many; fewer than `count` only at the end of the content.
  /// - Throws: ``InputError`` where the compressed bytes are damaged, cut short, or followed by
  ///   something else.
  func read(_ count: Int, appendingTo output: inout [UInt8]) throws(InputError) -> Int {
    var total = 0
    var piece = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 18))
    while total < count, !isFinished {
      let produced = try inflate(into: &piece, atMost: min(count - total, piece.count))
      output += piece[..<produced]
      total += produced
    }
    return total
  }

  /// Throws unless the content is at its end and its checksum is right.
  func expectEnd(orElse error: @autoclosure () -> InputError) throws(InputError) {
    var beyond: [UInt8] = []
    if try read(1, appendingTo: &beyond) > 0 { throw error() }
  }

  private func inflate(into piece: inout [UInt8], atMost count: Int) throws(InputError) -> Int {
    // zlib counts in 32 bits: hand it at most a gigabyte.
    let available = min(compressed.count - position, 1 << 30)
    let code = compressed.withUnsafeBufferPointer { input in
      piece.withUnsafeMutableBufferPointer { output in
        // zlib's interface lacks a `const`; it does not write through `next_in`.
        stream.pointee.next_in = input.baseAddress.map {
          UnsafeMutablePointer(mutating: $0 + position)
        }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(count)
        return CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    position += available - Int(stream.pointee.avail_in)
    let produced = count - Int(stream.pointee.avail_out)
    switch code {
    case Z_OK: break
    case Z_STREAM_END: try startNextMember()
    case Z_BUF_ERROR where position == compressed.count:
      throw InputError(
        file, .byte(position), "is cut short: the compressed data have no end",
        try: "copy or download it again")
    case Z_MEM_ERROR:
      throw InputError(file, .byte(position), "cannot be decompressed: zlib is out of memory")
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"
      throw InputError(
        file, .byte(position), "is damaged: \(reason)", try: "copy or download it again")
    }
    return produced
  }

  private func startNextMember() throws(InputError) {
    let rest = compressed[position...]
    if Gzip.isCompressed(rest) {
      inflateReset(stream)
    } else if rest.allSatisfy({ $0 == 0 }) {
      // Tapes and some tools pad with zeros; `gzip` ignores them as well.
      isFinished = true
    } else {
      throw InputError(
        file, .byte(position),
        "has \(rest.count) bytes of something else after the compressed data",
        try: "copy or download it again")
    }
  }
}
