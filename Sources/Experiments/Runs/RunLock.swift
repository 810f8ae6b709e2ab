internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Keeps a run folder to one process: two that write to it would destroy the run.
///
/// The system releases the lock when the process ends, however it ends; the file goes where it ends by
/// itself. Where the file system knows no locks, there is none.
public final class RunLock {
  /// In the folder; it is no result.
  static let fileName = ".lock"

  private let path: String
  private let descriptor: Int32

  /// Locks a folder, and removes what killed writers left in it.
  ///
  /// - Throws: ``OutputError`` where another process has the folder.
  public init(_ folder: RunFolder) throws(OutputError) {
    let path = folder.file(Self.fileName)
    self.path = path
    while true {
      let (descriptor, code) = SystemCall.retrying {
        open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      }
      if descriptor < 0 { throw SystemCall.outputError(path, "open", code) }
      let (result, reason) = SystemCall.retrying { flock(descriptor, LOCK_EX | LOCK_NB) }
      if result != 0, reason == EWOULDBLOCK {
        close(descriptor)
        throw Self.taken(folder)
      }
      // The process that had it may have removed the file after we opened it: then we hold nothing.
      if Self.isFile(descriptor, at: path) {
        self.descriptor = descriptor
        break
      }
      close(descriptor)
    }
    // For whoever wonders who has it.
    _ = ftruncate(descriptor, 0)
    try? Descriptor.write(Array("\(getpid())".utf8)[...], to: descriptor, path: path)
    for place in [folder.path, folder.file("checkpoints"), folder.file("figures")] {
      AtomicFile.removeLeftovers(in: place)
    }
  }

  /// Locks a folder for a new run.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - overwrite: whether it may hold results.
  /// - Throws: ``OutputError`` where it holds some, or another process has it.
  public convenience init(_ folder: RunFolder, overwrite: Bool) throws(OutputError) {
    try self.init(folder)
    // Another run may have come and gone since the folder was looked at.
    if !overwrite { try folder.requireNoResults() }
  }

  deinit {
    // While it is locked, so that the file is this lock's.
    unlink(path)
    close(descriptor)
  }

  private static func taken(_ folder: RunFolder) -> OutputError {
    let owner = (try? String(contentsOfFile: folder.file(fileName), encoding: .utf8)) ?? ""
    return OutputError(
      folder.path,
      "another process\(owner.isEmpty ? "" : " (\(owner))") is writing to this folder",
      try: "wait until it ends, or stop it; or choose another folder with --output")
  }

  /// Whether the open file still has that name.
  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    var own = stat()
    var named = stat()
    return fstat(descriptor, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev
      && own.st_ino == named.st_ino
  }
}
