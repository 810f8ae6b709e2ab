/// What the bands of figures are.
public enum Band: String, Sendable, CaseIterable {
  /// Mean ± standard deviation (of a sample: with n − 1).
  case deviation = "sd"
  /// Mean ± standard error.
  case error = "se"
  /// From the least to the greatest.
  case range

  var words: String {
    switch self {
    case .deviation: "mean ± standard deviation"
    case .error: "mean ± standard error"
    case .range: "mean, and the range"
    }
  }
}

/// Values of several runs at the same places, drawn together.
struct Spread {
  /// Without repetition, in order.
  var x: [Double] = []
  /// How many runs have a value there.
  var counts: [Double] = []
  var mean: [Double] = []
  var low: [Double] = []
  var high: [Double] = []

  /// - Parameter runs: x and value of each run; places without a finite value count as missing.
  init(_ runs: [(x: [Double], values: [Double])], at places: [Double], _ band: Band) {
    var known: [[Double: Double]] = []
    for run in runs {
      var values: [Double: Double] = [:]
      for (x, value) in zip(run.x, run.values) where value.isFinite { values[x] = value }
      known.append(values)
    }
    for place in places {
      let values = known.compactMap { $0[place] }
      let summary = Self.summary(values, band)
      x.append(place)
      counts.append(Double(values.count))
      mean.append(summary.mean)
      low.append(summary.low)
      high.append(summary.high)
    }
  }

  /// Mean and band of some values; NaN of none, and no band of one.
  ///
  /// The band never goes below the least value where all are positive, so that it can be shown on a
  /// logarithmic axis.
  static func summary(_ values: [Double], _ band: Band) -> (mean: Double, low: Double, high: Double)
  {
    guard let least = values.min(), let greatest = values.max() else { return (.nan, .nan, .nan) }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    guard values.count > 1 else { return (mean, mean, mean) }
    if band == .range { return (mean, least, greatest) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var half = (squares / (count - 1)).squareRoot()
    if band == .error { half /= count.squareRoot() }
    let low = mean - half
    return (mean, least > 0 && low <= 0 ? least : low, mean + half)
  }
}
