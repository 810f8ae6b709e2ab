internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Keeps a run folder to one process: two that write to it would destroy the run.
///
/// The system releases the lock when the process ends, however it ends. Where the file system knows no
/// locks, there is none.
public final class RunLock {
  private let descriptor: Int32

  /// - Throws: ``OutputError`` where another process has the folder.
  public init(_ folder: RunFolder) throws(OutputError) {
    let path = folder.file(".lock")
    let (descriptor, code) = SystemCall.retrying {
      open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    }
    if descriptor < 0 { throw SystemCall.outputError(path, "open", code) }
    self.descriptor = descriptor
    let (result, reason) = SystemCall.retrying { flock(descriptor, LOCK_EX | LOCK_NB) }
    if result != 0, reason == EWOULDBLOCK {
      let owner = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      throw OutputError(
        folder.path,
        "another process\(owner.isEmpty ? "" : " (\(owner))") is at work in this folder",
        try: "wait until it ends, or stop it; or choose another folder with --output")
    }
    // For whoever wonders who has it.
    _ = ftruncate(descriptor, 0)
    try? Descriptor.write(Array("\(getpid())".utf8)[...], to: descriptor, path: path)
  }

  deinit { _ = close(descriptor) }
}
