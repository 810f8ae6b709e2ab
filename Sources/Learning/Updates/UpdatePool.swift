internal import Dynamics
internal import Synchronization

/// Updates that chunks fill and give back, so that memory is allocated once for each chunk of a batch. Those in it hold
/// no change.
final class UpdatePool: Sendable {
  private let blank: ParameterUpdate
  private let idle = Mutex<[ParameterUpdate]>([])

  init(_ blank: ParameterUpdate) { self.blank = blank }

  /// An update without any change yet.
  func take() -> ParameterUpdate {
    idle.withLock { $0.popLast() } ?? blank
  }

  /// - Parameter update: without any change again.
  func giveBack(_ update: consuming ParameterUpdate) {
    let update = update
    idle.withLock { $0.append(update) }
  }
}
