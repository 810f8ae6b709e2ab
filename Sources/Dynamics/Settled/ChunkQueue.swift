internal import Dispatch
internal import Synchronization

/// Chunks that are taken by whichever thread is free, and what became of them, in their own order.
///
/// Safe to share although unchecked: what belongs to a thread is used by that thread alone, each chunk
/// is taken once, and its result goes to a place of its own.
package final class ChunkQueue<Result>: @unchecked Sendable {
  private let count: Int
  private let task: (_ thread: Int, _ chunk: Int) throws -> Result
  private let next = Atomic(0)
  private let slots: UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>

  /// - Parameter task: called from several threads at once, each time with another chunk, and never
  ///   twice at once with the same thread.
  private init(count: Int, task: @escaping (_ thread: Int, _ chunk: Int) throws -> Result) {
    self.count = count
    self.task = task
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  /// What `task` makes of every chunk, in the order of the chunks.
  ///
  /// - Throws: what it threw first, by that order.
  package static func run(
    chunks: Int, threads: Int, _ task: @escaping (_ thread: Int, _ chunk: Int) throws -> Result
  ) throws -> [Result] {
    let queue = ChunkQueue(count: chunks, task: task)
    return try withExtendedLifetime(queue) {
      if threads == 1 {
        queue.work(on: 0)
      } else if threads > 1 {
        DispatchQueue.concurrentPerform(iterations: threads) { queue.work(on: $0) }
      }
      return try queue.slots.map { try $0!.get() }
    }
  }

  private func work(on thread: Int) {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      slots[index] = Swift.Result { try task(thread, index) }
    }
  }
}
