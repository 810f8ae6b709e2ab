package import LinearAlgebra

/// The last steps of a phase, as many as memory allows: what a diagnosis reads of them.
package struct StateHistory<E: Scalar> {
  /// Steps that are kept, at most, and numbers of all states together.
  private static var mostSteps: Int { 2048 }
  private static var mostNumbers: Int { 1 << 22 }

  private let rows: Int
  private let width: Int
  private let capacity: Int
  private var times: [Double] = []
  private var residuals: [Double] = []
  private var states: ContiguousArray<E> = []
  /// The place of the oldest step, once there are as many as can be kept.
  private var oldest = 0

  /// Empty, of so many samples with so many variables each.
  package init(rows: Int, width: Int) {
    self.rows = rows
    self.width = width
    capacity = min(Self.mostSteps, max(16, Self.mostNumbers / max(1, rows * width)))
  }

  /// - Parameters:
  ///   - time: at which they are.
  ///   - residuals: of every row.
  ///   - all: their states, one after the other; what comes behind them is not kept.
  package mutating func record(
    time: Double, residuals given: [Double], states all: borrowing ContiguousArray<E>
  ) {
    let count = rows * width
    all.withUnsafeBufferPointer { source in
      let own = UnsafeBufferPointer(rebasing: source[0..<count])
      if times.count < capacity {
        times.append(time)
        residuals += given.prefix(rows)
        states.append(contentsOf: own)
        return
      }
      times[oldest] = time
      for row in 0..<rows { residuals[oldest * rows + row] = given[row] }
      let place = oldest * count
      states.withUnsafeMutableBufferPointer {
        ($0.baseAddress! + place).update(from: own.baseAddress!, count: count)
      }
      oldest = (oldest + 1) % capacity
    }
  }

  /// What is kept of one row, in the order of time.
  package func track(row: Int) -> StateTrack {
    var track = StateTrack(width: width)
    for k in times.indices {
      let step = (oldest + k) % times.count
      track.times.append(times[step])
      track.residuals.append(residuals[step * rows + row])
      let start = (step * rows + row) * width
      track.states += states[start..<start + width].map { Double($0) }
    }
    return track
  }
}

/// The last steps of one sample.
package struct StateTrack: Sendable {
  let width: Int
  package var times: [Double] = []
  package var residuals: [Double] = []
  /// [steps × width]
  package var states: [Double] = []

  package init(width: Int) { self.width = width }

  var count: Int { times.count }
  package func value(_ step: Int, _ column: Int) -> Double { states[step * width + column] }
  func state(_ step: Int) -> ContiguousArray<Double> {
    ContiguousArray(states[step * width..<(step + 1) * width])
  }

  /// ‖z‖
  func norm(_ step: Int) -> Double { Self.norm(state(step)) }

  static func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Between steps by a straight line, at a time that is within them.
  func state(at time: Double) -> ContiguousArray<Double> {
    let (step, part) = place(of: time)
    guard part > 0 else { return state(step) }
    let (a, b) = (state(step), state(step + 1))
    return ContiguousArray(zip(a, b).map { $0 + part * ($1 - $0) })
  }

  /// The largest residual between two times, likewise.
  func largest(from: Double, to: Double) -> Double {
    func residual(_ time: Double) -> Double {
      let (step, part) = place(of: time)
      return part > 0
        ? residuals[step] + part * (residuals[step + 1] - residuals[step]) : residuals[step]
    }
    var largest = max(residual(from), residual(to))
    for step in times.indices where times[step] > from && times[step] < to {
      largest = max(largest, residuals[step])
    }
    return largest
  }

  /// The step before a time, and the part of the way to the next.
  private func place(of time: Double) -> (step: Int, part: Double) {
    guard let next = times.firstIndex(where: { $0 >= time }) else { return (times.count - 1, 0) }
    guard next > 0, times[next] > time else { return (next, 0) }
    return (next - 1, (time - times[next - 1]) / (times[next] - times[next - 1]))
  }

  /// The last step whose state is finite, its residual too; nil where there is none.
  package var lastFinite: Int? {
    times.indices.last { step in
      residuals[step].isFinite
        && states[step * width..<(step + 1) * width].allSatisfy(\.isFinite)
    }
  }
}
