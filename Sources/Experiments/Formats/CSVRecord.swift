/// One record of a table: its fields and where they stand in the file.
///
/// Made to be used again for the next record, so that reading a large file allocates nothing.
public struct CSVRecord: Sendable {
  struct Field {
    /// Where the field's text lies in `text`, quotes removed.
    var start: Int
    var end: Int
    var line: Int
    var column: Int
  }

  var text: [UInt8] = []
  var fields: [Field] = []

  /// No fields.
  public init() {}

  /// The number of fields.
  public var count: Int { fields.count }

  /// The text of a field.
  public subscript(index: Int) -> String {
    let field = fields[index]
    return String(decoding: text[field.start..<field.end], as: UTF8.self)
  }

  /// The number that a field is, space around it aside; NaN and infinities are numbers here.
  ///
  /// Nil where the text is no decimal number.
  public func number(_ index: Int) -> Double? {
    let field = fields[index]
    return text.withUnsafeBufferPointer { text in
      var start = field.start
      var end = field.end
      while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
      while start < end, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
      return DecimalNumber.parse(UnsafeBufferPointer(rebasing: text[start..<end]))
    }
  }

  /// Where a field begins, for errors.
  public func place(_ index: Int) -> InputError.Place {
    .line(fields[index].line, column: fields[index].column)
  }

  mutating func clear() {
    text.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }
}
