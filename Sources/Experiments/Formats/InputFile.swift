#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file opened for reading, closed when it goes out of scope.
struct InputFile: ~Copyable {
  let path: String
  /// Its size where it is a regular file; pipes have none.
  let size: Int?
  private let descriptor: Int32

  /// - Throws: ``InputError`` where it is missing, a folder, or not readable.
  init(_ path: String) throws(InputError) {
    if path.utf8.contains(0) || path.isEmpty {
      throw InputError(path.debugDescription, .whole, "is not a file name")
    }
    let (descriptor, code) = SystemCall.retrying { open(path, O_RDONLY | O_CLOEXEC) }
    if descriptor < 0 {
      let remedy =
        code == ENOENT || code == ENOTDIR
        ? "check the path" : code == EACCES ? "check the file's permissions" : ""
      throw InputError(path, .whole, "cannot be opened: \(SystemCall.text(code))", try: remedy)
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    if isKnown, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw InputError(path, .whole, "is a folder", try: "give the path of a file")
    }
    self.path = path
    self.size = isKnown && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from its beginning with up to its size.
  ///
  /// - Returns: the number of bytes read; 0 at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
    // Some systems refuse more than 2^31 - 1 bytes in a call.
    let count = min(buffer.count, 1 << 30)
    let descriptor = self.descriptor
    let (received, code) = SystemCall.retrying {
      #if canImport(Glibc)
        Glibc.read(descriptor, base, count)
      #else
        Darwin.read(descriptor, base, count)
      #endif
    }
    if received < 0 { throw InputError(path, .whole, "cannot be read: \(SystemCall.text(code))") }
    return received
  }
}
