#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Writing to a file descriptor to the end, whatever the system does in between.
enum Descriptor {
  static func write(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, path: String
  ) throws(OutputError) {
    var rest = bytes
    while !rest.isEmpty {
      let (written, code) = rest.withUnsafeBytes { buffer in
        // Some systems refuse more than 2^31 - 1 bytes in a call.
        SystemCall.retrying {
          systemWrite(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30))
        }
      }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if code == EAGAIN || code == EWOULDBLOCK {
        // Standard output may have been left non-blocking by another program: wait for room.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
      } else {
        throw SystemCall.outputError(path, "write", code)
      }
    }
  }

  private static func systemWrite(
    _ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, base, count)
    #else
      Darwin.write(descriptor, base, count)
    #endif
  }

  /// Waits until what was written is on the disk.
  static func synchronize(_ descriptor: Int32, path: String) throws(OutputError) {
    #if canImport(Darwin)
      // There, `fsync` leaves the data in the drive's own cache.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    let (result, code) = SystemCall.retrying { fsync(descriptor) }
    // EINVAL, ENOTSUP: not a thing that can be flushed (a pipe, a folder on some file systems).
    if result < 0, code != EINVAL, code != ENOTSUP {
      throw SystemCall.outputError(path, "flush", code)
    }
  }
}
