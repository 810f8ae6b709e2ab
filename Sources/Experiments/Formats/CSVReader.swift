/// Reads a comma-separated table (RFC 4180) record by record, in memory that does not grow with it.
///
/// The first line names the columns. Quoted fields may hold commas, quotes written twice, and line
/// breaks; lines end in `\n` or `\r\n`; a byte-order mark and blank lines at the end are ignored.
/// Everything else that the format forbids is an error with line and column.
public final class CSVReader {
  /// The names of the columns: unique and not empty.
  public private(set) var header: [String] = []
  /// The file's name in errors.
  public let file: String

  private let input: InputBuffer
  /// The line of the next byte, and its column less one.
  private var line = 1
  private var column = 0

  /// Opens the file at `path` and reads the header.
  public convenience init(_ path: String) throws(InputError) {
    try self.init(InputBuffer(InputFile(path)), file: path)
  }

  /// Reads a table that is in memory; `file` names it in errors.
  public convenience init(parsing bytes: [UInt8], file: String) throws(InputError) {
    try self.init(InputBuffer(bytes), file: file)
  }

  private init(_ input: InputBuffer, file: String) throws(InputError) {
    self.file = file
    self.input = input
    try checkKind()
    var record = CSVRecord()
    guard try readRecord(&record) else {
      throw InputError(file, .whole, "is empty", try: "its first line must name the columns")
    }
    var names: Set<String> = []
    for index in 0..<record.count {
      let name = record[index]
      if name.isEmpty {
        throw InputError(
          file, record.place(index), "column \(index + 1) has no name", try: "name every column")
      }
      if !names.insert(name).inserted {
        throw InputError(
          file, record.place(index), "two columns have the name '\(name)'", try: "rename one")
      }
      header.append(name)
    }
    if (0..<record.count).allSatisfy({ record.number($0) != nil }) {
      throw InputError(
        file, .line(1, column: nil), "the first line holds numbers where it must name the columns",
        try: "put a line with the names above it")
    }
  }

  /// Reads the next record, which has as many fields as the header.
  ///
  /// - Returns: false at the end of the table.
  public func next(_ record: inout CSVRecord) throws(InputError) -> Bool {
    guard try readRecord(&record) else { return false }
    if record.count != header.count {
      let place: InputError.Place =
        record.count > header.count
        ? record.place(header.count) : .line(record.fields[0].line, column: nil)
      throw InputError(
        file, place, "has \(record.count) fields; the header names \(header.count) columns",
        try: "quote fields that contain commas")
    }
    return true
  }

  private func checkKind() throws(InputError) {
    let start = try input.peek(4)
    if start.starts(with: [0xEF, 0xBB, 0xBF]) {
      input.skip(3)
    } else if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
      throw InputError(file, .byte(0), "is UTF-16 text", try: "save it as UTF-8")
    } else if Gzip.isCompressed(start) {
      throw InputError(file, .byte(0), "is compressed", try: "decompress it (gunzip)")
    } else if start.starts(with: [0x50, 0x4B, 3, 4]) {
      throw InputError(
        file, .byte(0), "is a ZIP archive or a spreadsheet", try: "export the table as CSV")
    }
  }

  /// Reads one record of any width; blank lines are passed over at the end and refused elsewhere.
  private func readRecord(_ record: inout CSVRecord) throws(InputError) -> Bool {
    var blank: Int?
    while try input.byte() != nil {
      let start = line
      record.clear()
      try readFields(&record)
      let isBlank = record.count == 1 && record.text.isEmpty && !wasQuoted
      if !isBlank {
        if let blank {
          throw InputError(
            file, .line(blank, column: nil), "is a blank line inside the table", try: "remove it")
        }
        // Plain ASCII is the rule, and cannot be wrong.
        if record.text.contains(where: { $0 >= 0x80 }),
          String(validating: record.text, as: UTF8.self) == nil
        {
          throw InputError(
            file, .line(start, column: nil), "is not valid UTF-8", try: "save the file as UTF-8")
        }
        return true
      }
      blank = blank ?? start
    }
    return false
  }

  /// Whether the last field read was in quotes.
  private var wasQuoted = false

  private func readFields(_ record: inout CSVRecord) throws(InputError) {
    while true {
      var field = CSVRecord.Field(
        start: record.text.count, end: 0, line: line, column: column + 1)
      wasQuoted = try input.byte() == UInt8(ascii: "\"")
      if wasQuoted {
        try readQuoted(into: &record, from: field)
      } else {
        column += try input.takePlain(into: &record.text)
      }
      field.end = record.text.count
      record.fields.append(field)
      if field.end > InputBuffer.greatestRecord {
        throw InputError(
          file, .line(field.line, column: field.column),
          "a record of more than \(InputBuffer.greatestRecord >> 20) MiB",
          try: "look for a quote that is not closed")
      }
      switch try input.byte() {
      case UInt8(ascii: ","):
        input.skip(1)
        column += 1
      case UInt8(ascii: "\n"), nil:
        endLine()
        return
      case UInt8(ascii: "\r"):
        input.skip(1)
        guard try input.byte() == UInt8(ascii: "\n") else {
          throw error("a carriage return without a line feed", "end lines with \\n or \\r\\n")
        }
        endLine()
        return
      case UInt8(ascii: "\""):
        throw error(
          wasQuoted ? "a quote after a closed field" : "a quote inside a field without quotes",
          "put the whole field in quotes and write its quotes twice")
      case 0: throw error("a zero byte", "save the file as UTF-8 text")
      case _?:
        throw error(
          "text after a closing quote", "put the whole field in quotes and write its quotes twice")
      }
    }
  }

  private func readQuoted(
    into record: inout CSVRecord, from field: CSVRecord.Field
  ) throws(InputError) {
    input.skip(1)
    column += 1
    while true {
      column += try input.takeQuoted(into: &record.text)
      if record.text.count > InputBuffer.greatestRecord {
        throw InputError(
          file, .line(field.line, column: field.column),
          "a quoted field of more than \(InputBuffer.greatestRecord >> 20) MiB",
          try: "look for a quote that is not closed")
      }
      switch try input.byte() {
      case UInt8(ascii: "\""):
        input.skip(1)
        column += 1
        guard try input.byte() == UInt8(ascii: "\"") else { return }
        record.text.append(UInt8(ascii: "\""))
        input.skip(1)
        column += 1
      case UInt8(ascii: "\n"):
        record.text.append(UInt8(ascii: "\n"))
        endLine()
      default:
        throw InputError(
          file, .line(field.line, column: field.column), "a quote that is not closed",
          try: "close it, or write quotes that belong to the text twice")
      }
    }
  }

  private func endLine() {
    input.skip(1)
    line += 1
    column = 0
  }

  private func error(_ problem: String, _ remedy: String) -> InputError {
    InputError(file, .line(line, column: column + 1), problem, try: remedy)
  }
}
