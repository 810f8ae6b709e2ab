internal import Foundation

/// A vertical axis that fits what is shown: linear or logarithmic, with few round ticks.
struct Axis: Hashable {
  var isLog = false
  /// The ends; nil: where gnuplot puts them, at ticks around the data.
  var low: Double?
  var high: Double?
  /// Between ticks: a distance, or a factor of a logarithmic axis. Nil: as gnuplot likes.
  var step: Double?

  /// - Parameters:
  ///   - decades: a logarithmic axis is chosen where positive values go over more than so many; nil: never.
  ///   - include: what the axis shows whatever the values are.
  init(
    _ values: some Sequence<Double>, decades: Double? = nil, include: ClosedRange<Double>? = nil
  ) {
    var least = Double.infinity
    var greatest = -Double.infinity
    var leastPositive = Double.infinity
    for value in values where value.isFinite {
      least = min(least, value)
      greatest = max(greatest, value)
      if value > 0 { leastPositive = min(leastPositive, value) }
    }
    guard least <= greatest else { return }
    // Exact zeros have no place on a logarithmic axis and are left out of it; negative values forbid one.
    if let decades, least >= 0, leastPositive < .infinity,
      log10(greatest / leastPositive) > decades
    {
      isLog = true
      step = pow(10, max(1, (log10(greatest / leastPositive) / 3).rounded(.up)))
      return
    }
    var lower = min(least, include?.lowerBound ?? .infinity)
    var upper = max(greatest, include?.upperBound ?? -.infinity)
    let size = max(abs(lower), abs(upper))
    // Below this only rounding is to be seen.
    if upper - lower <= 1e-4 * size || size == 0 {
      let pad = size == 0 ? 1 : 0.05 * size
      lower -= pad
      upper += pad
      low = lower
      high = upper
    } else if include != nil {
      low = lower
      high = upper
    }
    step = Self.roundStep(upper - lower, at: 3.4)
  }

  /// 1, 2 or 5 times a power of ten: so many of it, or fewer, make the span.
  static func roundStep(_ span: Double, at most: Double) -> Double? {
    guard span > 0, span.isFinite else { return nil }
    let least = span / most
    let unit = pow(10, floor(log10(least)))
    let step = ([1, 2, 5, 10].first { $0 * unit >= least * (1 - 1e-9) } ?? 10) * unit
    // Decimal, so that scripts say 0.2 and not 0.2000000001.
    return Double(String(format: "%.1e", step))
  }

  func script() -> [String] {
    func end(_ value: Double?) -> String { value.map(GnuplotScript.number) ?? "*" }
    var lines =
      isLog
      ? ["set logscale y", "set format y '10^{%T}'"] : ["unset logscale y", "set format y '%g'"]
    lines.append("set ytics \(step.map(GnuplotScript.number) ?? "autofreq")")
    lines.append("set yrange [\(end(low)):\(end(high))]")
    return lines
  }
}
