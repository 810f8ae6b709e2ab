/// Sums over the updates of the epoch at hand.
struct EpochSums: Sendable, Equatable {
  var loss = 0.0
  var energy = 0.0
  var gradientNorm = 0.0
  var rate = Double.nan
  var seconds = 0.0
  var settleSeconds = 0.0
  /// The best value so far of the metric that is watched. It outlives the epoch.
  var best = Double.nan
  /// Likewise of the metric of a plateau, and the fraction of the rate that plateaus have left.
  var plateauBest = Double.nan
  var plateauFactor = 1.0

  var values: ContiguousArray<Double> {
    get {
      [loss, energy, gradientNorm, rate, seconds, settleSeconds, best, plateauBest, plateauFactor]
    }
    set {
      loss = newValue[0]
      energy = newValue[1]
      gradientNorm = newValue[2]
      rate = newValue[3]
      seconds = newValue[4]
      settleSeconds = newValue[5]
      best = newValue[6]
      plateauBest = newValue[7]
      plateauFactor = newValue[8]
    }
  }

  static let count = 9
}
