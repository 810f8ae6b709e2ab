extension JSONValue {
  /// Reads a document strictly: no duplicate keys, no comments, no trailing commas, UTF-8 only.
  ///
  /// - Throws: ``InputError`` with line and column.
  public init(parsing bytes: [UInt8], file: String) throws(InputError) {
    do throws(JSONParser.Failure) {
      self = try JSONParser.parse(bytes[...])
    } catch {
      let before = bytes[..<error.offset]
      let line = before.count { $0 == 0x0A } + 1
      let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      // Columns count characters: bytes that go on with one are passed over.
      let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
      throw InputError(
        file, .line(line, column: column), "is not valid JSON: \(error.problem)")
    }
  }

  /// Reads the file at `path`.
  public static func read(_ path: String) throws(InputError) -> JSONValue {
    try JSONValue(parsing: FileBytes.read(path), file: path)
  }
}
