import Dispatch
import Foundation
import Synchronization

/// Remembers that the user (SIGINT) or the system (SIGTERM) asked to stop, so that work can be saved.
enum Interruption {
  private static let isAsked = Atomic(false)

  static var isRequested: Bool { isAsked.load(ordering: .relaxed) }

  /// From now on the two signals only ask; a second one ends the program at once.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        // Only what may be done in a signal handler: an atomic exchange, and leaving.
        if Interruption.isAsked.exchange(true, ordering: .relaxed) { _exit(130) }
      }
    }
  }

  /// Does what cannot be interrupted, such as drawing a figure, and ends afterwards where it was asked to.
  /// Ctrl-C also reaches programs that were started meanwhile, whose failure then is no news.
  ///
  /// - Throws: `CancellationError`, or what `body` throws.
  static func checked<Result>(_ body: () throws -> Result) throws -> Result {
    let result = Swift.Result { try body() }
    if isRequested { throw CancellationError() }
    return try result.get()
  }

  /// From now on either signal ends the program with the documented code: for work that leaves nothing.
  static func end() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(130) } }
  }
}
