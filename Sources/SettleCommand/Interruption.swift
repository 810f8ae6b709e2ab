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

  /// From now on either signal ends the program with the documented code: for work that leaves nothing.
  static func end() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(130) } }
  }
}
