#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Writes a comma-separated table (RFC 4180, UTF-8, `\n`) as it comes, in constant memory.
///
/// Numbers are the shortest decimals that read back as the same number, always with a point or an
/// exponent where they are floating-point (`1.0`), so that a column keeps its type in pandas; NaN
/// is `NaN`, infinities are `inf` and `-inf`.
///
/// Only whole rows are handed to the system, and a file that cannot take all of them is cut back to the
/// last one that it took whole: whoever reads it, whenever, finds no part of a row.
///
/// After an error every further call throws the same one. A reader of a pipe that went away is an
/// error only if the process ignores `SIGPIPE`.
public final class CSVWriter {
  private var buffer: [UInt8] = []
  private var descriptor: Int32
  private let path: String
  private let ownsDescriptor: Bool
  private var failure: OutputError?
  private var fieldsInRow = 0
  /// Where in the buffer the rows end that are whole.
  private var rowEnds: [Int] = []
  /// Bytes handed to the system so far, those of a resumed file included.
  private var flushedBytes = 0

  private static let capacity = 1 << 16
  /// Of the system's files in memory, or less.
  private static let page = 4096

  /// Creates the file at `path`.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - overwrite: whether a file of that name is replaced; if not, it is an error.
  public init(_ path: String, overwrite: Bool = false) throws(OutputError) {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL)
    let (descriptor, code) = SystemCall.retrying { open(path, flags, 0o666) }
    if descriptor < 0 { throw SystemCall.outputError(path, "write", code) }
    self.path = path
    self.descriptor = descriptor
    ownsDescriptor = true
    buffer.reserveCapacity(2 * Self.capacity)
  }

  /// Opens the table at `path` to go on after its first `count` bytes; what follows is cut off.
  ///
  /// So a resumed run goes on where its checkpoint was, whatever was written after it.
  public init(resuming path: String, at count: Int) throws(OutputError) {
    let (descriptor, code) = SystemCall.retrying { open(path, O_WRONLY | O_CLOEXEC) }
    if descriptor < 0 { throw SystemCall.outputError(path, "go on writing", code) }
    self.path = path
    self.descriptor = descriptor
    ownsDescriptor = true
    buffer.reserveCapacity(2 * Self.capacity)
    flushedBytes = count
    // From here on the deinitializer closes the file.
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw SystemCall.outputError(path, "inspect", errno) }
    if Int(status.st_size) < count {
      throw OutputError(
        path, "has \(status.st_size) bytes where the checkpoint knows of \(count)",
        try: "resume from an untouched copy of the run")
    }
    if ftruncate(descriptor, off_t(count)) != 0 || lseek(descriptor, off_t(count), SEEK_SET) < 0 {
      throw SystemCall.outputError(path, "go on writing", errno)
    }
  }

  private init(standardOutput descriptor: Int32) {
    path = "standard output"
    self.descriptor = descriptor
    ownsDescriptor = false
    buffer.reserveCapacity(2 * Self.capacity)
  }

  /// A table on standard output, which stays open when the writer is closed.
  public static func standardOutput() -> CSVWriter { CSVWriter(standardOutput: STDOUT_FILENO) }

  deinit {
    // Without `close()`, what is in the buffer is lost on purpose: the run was abandoned.
    if ownsDescriptor, descriptor >= 0 { _ = close(descriptor) }
  }

  /// The length of the table so far in bytes, what is still in the buffer included. Asked between rows.
  public var byteCount: Int { flushedBytes + buffer.count }

  /// Appends a number to the row.
  public func append(_ value: Double) throws(OutputError) {
    try beginField()
    if value.isFinite {
      buffer += value.description.utf8
    } else {
      buffer += Self.name(ofNonFinite: value).utf8
    }
  }

  /// Appends a single-precision number to the row, by its own shortest decimal.
  public func append(_ value: Float) throws(OutputError) {
    try beginField()
    if value.isFinite {
      buffer += value.description.utf8
    } else {
      buffer += Self.name(ofNonFinite: Double(value)).utf8
    }
  }

  /// Appends an integer to the row, without a point.
  public func append(_ value: Int) throws(OutputError) {
    try beginField()
    buffer += value.description.utf8
  }

  /// Appends a text to the row, in quotes where the format needs them.
  public func append(_ text: String) throws(OutputError) {
    try beginField()
    let needsQuotes = text.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
    // A row of one empty field would be a blank line, and some readers drop space at the ends.
    let isBlank = text.isEmpty && fieldsInRow == 1
    if needsQuotes || isBlank || text.first == " " || text.last == " " {
      buffer.append(UInt8(ascii: "\""))
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") { buffer.append(byte) }
        buffer.append(byte)
      }
      buffer.append(UInt8(ascii: "\""))
    } else {
      buffer += text.utf8
    }
  }

  /// Ends the row.
  public func endRow() throws(OutputError) {
    if let failure { throw failure }
    buffer.append(UInt8(ascii: "\n"))
    fieldsInRow = 0
    rowEnds.append(buffer.count)
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Appends a row of texts, such as the header.
  public func appendRow(_ texts: some Sequence<String>) throws(OutputError) {
    for text in texts { try append(text) }
    try endRow()
  }

  /// Hands all whole rows to the system, so that other programs see them.
  public func flush() throws(OutputError) {
    if let failure { throw failure }
    guard let end = rowEnds.last else { return }
    do throws(OutputError) {
      var start = 0
      for pieceEnd in pieceEnds {
        try Descriptor.write(buffer[start..<pieceEnd], to: descriptor, path: path)
        start = pieceEnd
      }
    } catch {
      failure = error
      cutBack()
      buffer.removeAll()
      rowEnds.removeAll()
      throw error
    }
    flushedBytes += end
    buffer.removeFirst(end)
    rowEnds.removeAll(keepingCapacity: true)
  }

  /// Where to cut what is flushed. The system gives up a write for SIGKILL only between two pages of the file, so
  /// whole rows within a page go in one write, and a row that reaches over its end in one of its own: a killed
  /// run has part of a row at its end only if the signal comes in that instant.
  private var pieceEnds: [Int] {
    guard ownsDescriptor else { return Array(rowEnds.suffix(1)) }
    var ends: [Int] = []
    var start = 0
    // Of the last piece, if it may be continued.
    var page: Int?
    for end in rowEnds {
      let pages = ((flushedBytes + start) / Self.page, (flushedBytes + end - 1) / Self.page)
      let isWithin = pages.0 == pages.1
      if isWithin, page == pages.0 { ends[ends.count - 1] = end } else { ends.append(end) }
      page = isWithin ? pages.0 : nil
      start = end
    }
    return ends
  }

  /// Removes the part of a row that a full disk took. Of a pipe nothing can be taken back.
  private func cutBack() {
    guard ownsDescriptor, case let position = Int(lseek(descriptor, 0, SEEK_CUR)), position >= 0
    else { return }
    let taken = rowEnds.last { flushedBytes + $0 <= position } ?? 0
    if ftruncate(descriptor, off_t(flushedBytes + taken)) == 0 { flushedBytes += taken }
  }

  /// Flushes and waits until the table is on the disk.
  public func synchronize() throws(OutputError) {
    try flush()
    try Descriptor.synchronize(descriptor, path: path)
  }

  /// Flushes and closes the file. A full disk may show only here. A row that was not ended is dropped.
  /// Nothing may be appended after; closing again does nothing.
  public func close() throws(OutputError) {
    guard descriptor >= 0 else { return }
    try flush()
    guard ownsDescriptor else { return }
    let result = close(descriptor)
    let code = errno
    descriptor = -1
    if result != 0 { throw SystemCall.outputError(path, "close", code) }
  }

  private func close(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }

  private func beginField() throws(OutputError) {
    if let failure { throw failure }
    if fieldsInRow > 0 { buffer.append(UInt8(ascii: ",")) }
    fieldsInRow += 1
  }

  private static func name(ofNonFinite value: Double) -> String {
    value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf"
  }
}
