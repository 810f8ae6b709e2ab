internal import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Files that appear whole or not at all, and stay after a power cut.
///
/// The content goes to a temporary file in the same folder, is flushed to the disk, and takes the
/// name in one step; then the folder is flushed, which makes the name itself durable. A failure
/// removes the temporary file and leaves an older file as it was.
public enum AtomicFile {
  /// Numbers the temporary files of this process.
  private static let serial = Atomic<Int>(0)
  private static let prefix = ".settle-"
  private static let suffix = ".tmp"

  /// Writes `contents` to the file at `path`.
  ///
  /// - Parameters:
  ///   - contents: the bytes.
  ///   - path: the file.
  ///   - overwrite: whether a file of that name is replaced; if not, it is an error.
  /// - Throws: ``OutputError`` with the system's reason.
  public static func write(
    _ contents: [UInt8], to path: String, overwrite: Bool = true
  ) throws(OutputError) {
    try write(to: path, overwrite: overwrite) { (append) throws(OutputError) in
      try append(contents)
    }
  }

  /// Writes a file at `path` piece by piece, so that it need never be in memory whole.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - overwrite: whether a file of that name is replaced; if not, it is an error.
  ///   - body: hands the pieces, in order, to what it is given.
  /// - Throws: ``OutputError`` with the system's reason, or what `body` throws.
  public static func write(
    to path: String, overwrite: Bool = true,
    _ body: (_ append: ([UInt8]) throws(OutputError) -> Void) throws(OutputError) -> Void
  ) throws(OutputError) {
    if path.isEmpty || path.utf8.contains(0) || path.hasSuffix("/") {
      throw OutputError(path.debugDescription, "is not a file name")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let (descriptor, temporary) = try openTemporary(
      beside: path, slash.map { String(path[...$0]) } ?? "", folder)
    do throws(OutputError) {
      do throws(OutputError) {
        try body { (piece) throws(OutputError) in
          try Descriptor.write(piece[...], to: descriptor, path: path)
        }
        try Descriptor.synchronize(descriptor, path: path)
      } catch {
        close(descriptor)
        throw error
      }
      if close(descriptor) != 0 { throw SystemCall.outputError(path, "close", errno) }
      try takeName(path, from: temporary, overwrite: overwrite)
    } catch {
      unlink(temporary)
      throw error
    }
    try synchronizeFolder(folder, path: path)
  }

  /// A new file in the same folder. Numbers of processes come again, in containers with every start: a
  /// name that a killed process of the same number left is passed over.
  private static func openTemporary(
    beside path: String, _ place: String, _ folder: String
  ) throws(OutputError) -> (descriptor: Int32, path: String) {
    while true {
      let number = serial.add(1, ordering: .relaxed).newValue
      // Short, so that a name near the system's limit does not make the temporary one too long.
      let temporary = "\(place)\(prefix)\(getpid())-\(number)\(suffix)"
      let (descriptor, code) = SystemCall.retrying {
        open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
      if descriptor >= 0 { return (descriptor, temporary) }
      if code != EEXIST { throw SystemCall.outputError(path, "write in '\(folder)'", code) }
    }
  }

  /// Removes what writers that were killed left in a folder. None may be at work there.
  public static func removeLeftovers(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      unlink("\(folder)/\(name)")
    }
  }

  /// Removes what processes that are gone left in a folder in which others may be at work.
  static func removeLeftoversOfTheDead(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let number = name.dropFirst(prefix.count).prefix { $0.isNumber }
      guard let writer = Int32(number) else { continue }
      if kill(writer, 0) != 0 && errno == ESRCH { unlink("\(folder)/\(name)") }
    }
  }

  /// Writes `text` as UTF-8.
  public static func write(
    _ text: String, to path: String, overwrite: Bool = true
  ) throws(OutputError) {
    try write(Array(text.utf8), to: path, overwrite: overwrite)
  }

  private static func takeName(
    _ path: String, from temporary: String, overwrite: Bool
  ) throws(OutputError) {
    if !overwrite {
      // Unlike `rename`, `link` refuses to replace, without a moment between the test and the act.
      if link(temporary, path) == 0 {
        unlink(temporary)
        return
      }
      let code = errno
      if code == EEXIST { throw SystemCall.outputError(path, "write", code) }
      // Some file systems know no links; there the test and the act are two steps.
      if access(path, F_OK) == 0 { throw SystemCall.outputError(path, "write", EEXIST) }
    }
    if rename(temporary, path) != 0 { throw SystemCall.outputError(path, "write", errno) }
  }

  private static func synchronizeFolder(_ folder: String, path: String) throws(OutputError) {
    let (descriptor, code) = SystemCall.retrying { open(folder, O_RDONLY | O_CLOEXEC) }
    // A folder that may be written but not read cannot be flushed; the file is there all the same.
    if descriptor < 0 {
      if code == EACCES { return }
      throw SystemCall.outputError(path, "open the folder '\(folder)' of", code)
    }
    defer { close(descriptor) }
    try Descriptor.synchronize(descriptor, path: path)
  }
}
