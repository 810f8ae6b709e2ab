/// Whether a sample comes nearer to rest: the largest residual in windows of time [T, 2T), each against
/// the one before. On a limit cycle, or leaving a saddle, it does not fall.
struct Approach {
  private var windowEnd = 0.0
  private var maximum = 0.0
  private var previous: Double?

  mutating func record(time: Double, residual: Double) {
    if windowEnd == 0 {
      windowEnd = 2 * time
    } else if time >= windowEnd {
      previous = maximum
      maximum = 0
      while windowEnd <= time { windowEnd *= 2 }
    }
    maximum = max(maximum, residual)
  }

  /// Too early to tell counts as falling.
  var isFalling: Bool { previous.map { maximum < 0.9 * $0 } ?? true }
}
