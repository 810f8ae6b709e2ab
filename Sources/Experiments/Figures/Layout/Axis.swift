internal import Foundation

/// A vertical axis that fits what is shown: linear or logarithmic, with few round ticks.
struct Axis: Hashable {
  var isLog = false
  /// The ends; nil: where gnuplot puts them, at ticks around the data.
  var low: Double?
  var high: Double?
  /// Between ticks of a linear axis; nil: as gnuplot likes.
  var step: Double?
  /// Values are shown divided by ten to this power, so that ticks stay short; 0 on a logarithmic axis.
  var exponent = 0
  /// Of a logarithmic axis. gnuplot would count through every multiple below a large step.
  var ticks: [Double] = []

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
      setDecades(leastPositive, greatest)
      return
    }
    var lower = min(least, include?.lowerBound ?? .infinity)
    var upper = max(greatest, include?.upperBound ?? -.infinity)
    let size = max(abs(lower), abs(upper))
    if size >= 1e5 || (size > 0 && size < 1e-3) {
      exponent = min(max(Int(log10(size).rounded(.down)), -307), 308)
    }
    // Below this only rounding is to be seen.
    if upper - lower <= 1e-4 * size || size == 0 {
      let pad = size == 0 ? 1 : 0.05 * size
      lower -= pad
      upper += pad
      low = lower
      high = upper
    }
    step = Self.roundStep(upper - lower, at: 3.4)
    guard low == nil, let include, let step else { return }
    // An end that is asked for is kept; where the data go beyond it, the axis ends at a tick.
    low = lower < include.lowerBound ? (lower / step).rounded(.down) * step : include.lowerBound
    high = upper > include.upperBound ? (upper / step).rounded(.up) * step : include.upperBound
  }

  /// A logarithmic axis from one power of ten to another, with three or four ticks.
  private mutating func setDecades(_ least: Double, _ greatest: Double) {
    isLog = true
    // Numbers at the very ends of what a double holds have no decade around them.
    let first = max(Int(log10(least).rounded(.down)), -307)
    let last = min(Int(log10(greatest).rounded(.up)), 308)
    // Decimal, for `pow` is not exact.
    func decade(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .nan }
    low = decade(first)
    high = decade(last)
    let step = max(1, (last - first + 2) / 3)
    ticks = (first...max(first, last)).filter { $0 % step == 0 }.map(decade)
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

  /// What values are divided by.
  var unit: Double { Double("1e\(exponent)") ?? 1 }

  /// The label with what values are divided by.
  func labelled(_ label: String) -> String {
    guard exponent != 0 else { return label }
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let power = String(abs(exponent)).compactMap(\.wholeNumberValue).map { digits[$0] }
    return "\(label) / 10\(exponent < 0 ? "⁻" : "")\(String(power))"
  }

  func script() -> [String] {
    func end(_ value: Double?) -> String { value.map { GnuplotScript.number($0 / unit) } ?? "*" }
    var lines =
      isLog
      ? ["set logscale y", "set format y '10^{%T}'"] : ["unset logscale y", "set format y '%g'"]
    if isLog {
      lines.append("set ytics (\(ticks.map(GnuplotScript.number).joined(separator: ", ")))")
    } else {
      lines.append("set ytics \(step.map { GnuplotScript.number($0 / unit) } ?? "autofreq")")
    }
    lines.append("set yrange [\(end(low)):\(end(high))]")
    return lines
  }
}
