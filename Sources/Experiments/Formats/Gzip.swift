/// Compressed files, with a hard limit on what they may become.
public enum Gzip {
  /// A byte of gzip makes at most 1032 of content (deflate's longest match in its shortest code);
  /// rounded up, this tells a false promise of size from a true one before memory is taken.
  static let greatestRatio = 1040

  /// Whether the bytes begin as gzip does.
  public static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// The content of `compressed`, if it has at most `limit` bytes.
  ///
  /// Memory is taken as content appears, never by the word of a header, and never beyond the limit.
  ///
  /// - Throws: ``InputError`` where the data are damaged, cut short, or become too large.
  public static func decompress(
    _ compressed: [UInt8], limit: Int, file: String
  ) throws(InputError) -> [UInt8] {
    let stream = try GunzipStream(compressed, file: file)
    var content: [UInt8] = []
    _ = try stream.read(limit, appendingTo: &content)
    try stream.expectEnd(
      orElse: InputError(
        file, .whole, "becomes larger than the \(limit) bytes that are allowed when decompressed",
        try: "check that it is the right file"))
    return content
  }
}
