import Foundation

/// Ends a run of a sweep whose sweep is gone, killed even: as if it had been told by SIGTERM, so it saves.
enum Orphan {
  /// The environment variable by which a sweep tells its runs that their standard input is its lifeline.
  static let variable = "SETTLE_SWEEP_LIFELINE"

  /// Watches the lifeline, where there is one.
  static func watch() {
    guard ProcessInfo.processInfo.environment[variable] != nil else { return }
    // Whatever this run starts has another standard input.
    unsetenv(variable)
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(0, &byte, 1)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
      }
      kill(getpid(), SIGTERM)
    }
  }
}
