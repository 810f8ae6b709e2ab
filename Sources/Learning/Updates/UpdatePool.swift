internal import Dynamics
internal import Synchronization

/// Updates that chunks fill and give back, so that memory is allocated once for each thread.
final class UpdatePool: Sendable {
  private let blank: ParameterUpdate
  private let idle = Mutex<[ParameterUpdate]>([])

  init(_ blank: ParameterUpdate) { self.blank = blank }

  /// An update without any change yet.
  func take() -> ParameterUpdate {
    guard var update = idle.withLock({ $0.popLast() }) else { return blank }
    update.clear()
    return update
  }

  func giveBack(_ update: consuming ParameterUpdate) {
    let update = update
    idle.withLock { $0.append(update) }
  }
}
