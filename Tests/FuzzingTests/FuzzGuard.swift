import Foundation
import Synchronization

/// Keeps the input at hand in a file, so that one that ends the process can be found, and ends the process
/// where an input takes too long.
final class FuzzGuard: Sendable {
  private let number = Atomic<Int>(0)
  /// Mapped into memory, so that it costs no system call: 8 bytes of length, then the input.
  private nonisolated(unsafe) let window: UnsafeMutableRawPointer?
  private static let size = 1 << 20

  /// - Parameters:
  ///   - path: of the file for the input; nil: none.
  ///   - hang: seconds that no input may take.
  init(keepingInputsIn path: String?, hang seconds: Double) throws {
    if let path {
      let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o666)
      guard descriptor >= 0, ftruncate(descriptor, off_t(Self.size)) == 0,
        let window = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
        window != MAP_FAILED
      else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      close(descriptor)
      self.window = window
    } else {
      window = nil
    }
    let watched = self
    let thread = Thread {
      // Time of the processor, not of the clock: others may have the machine for minutes.
      var last = -1
      var start = 0.0
      while true {
        sleep(1)
        let now = watched.number.load(ordering: .relaxed)
        if now != last { (last, start) = (now, Self.processorSeconds) }
        if now > 0, Self.processorSeconds - start > seconds {
          FileHandle.standardError.write(Data("HANG: an input took more than \(seconds) s\n".utf8))
          abort()
        }
      }
    }
    thread.start()
  }

  func record(_ input: [UInt8]) {
    number.add(1, ordering: .relaxed)
    guard let window else { return }
    let count = min(input.count, Self.size - 8)
    window.storeBytes(of: UInt64(count), as: UInt64.self)
    input.withUnsafeBytes {
      if let base = $0.baseAddress { (window + 8).copyMemory(from: base, byteCount: count) }
    }
  }

  private static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// Memory that this process holds now.
  static var residentBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
