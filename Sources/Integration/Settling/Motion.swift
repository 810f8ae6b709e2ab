#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Watches how the residual of one sample goes, to tell what keeps it from settling.
///
/// Time is cut into windows [T, 2T). A motion that changes sign often in two successive windows, and
/// whose residual would at its present decay not be small within the time allowed, oscillates: there
/// is no need to wait for the limit.
package struct Motion {
  private var windowEnd = 1.0
  private var maximum = 0.0
  private var previousMaximum = 0.0
  /// The largest bracket of the watched component; that of the window before, if it was the same one.
  private var largest = 0.0
  private var previousLargest: Double?
  private var signChanges = 0
  private var previousSignChanges = 0
  /// The component whose sign is watched: the worst at the start of the window.
  package private(set) var component = 0
  private var isPositive = false
  package private(set) var isOscillating = false

  /// Enough crossings that a chance wiggle of a settling transient is not taken for a cycle.
  private static let crossings = 12

  package init() {}

  /// - Parameters:
  ///   - value: the bracket of ``component``.
  ///   - worst: gives the component that is worst now, to be watched in the next window.
  package mutating func record(
    time: Double, residual: Double, value: Double, tolerance: Double, timeLimit: Double,
    worst: () -> Int
  ) {
    if time >= windowEnd {
      judge(time: time, tolerance: tolerance, timeLimit: timeLimit)
      // One long step may pass several windows.
      while windowEnd <= time { windowEnd *= 2 }
      previousMaximum = maximum
      previousSignChanges = signChanges
      maximum = 0
      signChanges = 0
      let next = worst()
      previousLargest = next == component ? largest : nil
      largest = 0
      component = next
      isPositive = value > 0
    }
    maximum = max(maximum, residual)
    largest = max(largest, value.magnitude)
    if (value > 0) != isPositive {
      signChanges += 1
      isPositive.toggle()
    }
  }

  private mutating func judge(time: Double, tolerance: Double, timeLimit: Double) {
    guard signChanges >= Self.crossings, previousSignChanges >= Self.crossings,
      previousMaximum > 0, maximum > tolerance
    else { return }
    // The centres of the two windows lie 3/4 of the last one's start apart, which is windowEnd/2.
    let decay = log(previousMaximum / maximum) / (0.375 * windowEnd)
    isOscillating = decay <= 0 || log(maximum / tolerance) / decay > timeLimit - time
  }

  /// What to call a sample that has used up its limits.
  package func outcome(afterTime: Bool) -> Outcome {
    if isOscillating { return .oscillating }
    let unfinished = afterTime ? Outcome.outOfTime : .outOfSteps
    // Without exponential decay the residual of a doubled window is no less than half the last one.
    if previousMaximum == 0 || maximum < 0.5 * previousMaximum { return unfinished }
    if signChanges + previousSignChanges >= Self.crossings { return .oscillating }
    // What pushes is as strong as before: not even a slow approach.
    let pushesOn = previousLargest.map { largest >= 0.99 * $0 } ?? (maximum >= previousMaximum)
    return pushesOn ? .drifting : unfinished
  }
}
