internal import Dynamics

/// How long it is tried out what may help.
///
/// Whoever waits for a failure wants to hear of it. Every trial is bounded by a number of evaluations that
/// depends on the model alone, so that a diagnosis comes out the same whenever it is made; the clock
/// decides where a model is so large that even these take long.
struct Patience: Sendable {
  static let most = Duration.seconds(20)

  private let end = ContinuousClock.now + Self.most

  var isOver: Bool { ContinuousClock.now >= end }

  /// Evaluations that a trial may take.
  static func budget(_ experiment: Experiment, samples: Int = 1) -> Int {
    let width = Double((2 * experiment.network.unitCount + 16) * samples)
    let least = width > 8192 ? 300.0 : 1000
    return Int(min(200_000, max(least, 2e8 / (width * width))))
  }
}
