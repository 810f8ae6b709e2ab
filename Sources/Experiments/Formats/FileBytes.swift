/// Whole files in memory.
public enum FileBytes {
  /// The largest file that is read whole, unless the caller says otherwise: 16 GiB.
  public static let ceiling = 1 << 34

  /// The content of the file at `path`.
  ///
  /// - Throws: ``InputError`` where it cannot be read or has more than `limit` bytes.
  public static func read(_ path: String, limit: Int = ceiling) throws(InputError) -> [UInt8] {
    let file = try InputFile(path)
    if let size = file.size, size > limit { throw tooLarge(path, limit) }
    var content: [UInt8] = []
    content.reserveCapacity(file.size ?? 0)
    // Read to the end rather than to the size: a file may grow, and a pipe has no size.
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let received = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(InputError) in
        try file.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
      if received == 0 { return content }
      if content.count + received > limit { throw tooLarge(path, limit) }
      content += buffer[..<received]
    }
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> InputError {
    InputError(path, .whole, "has more than the \(limit) bytes that are read at most")
  }
}
