/// What control is to bring the states or outputs of a trajectory to, where the loss compares these themselves
/// with a target.
struct TrajectoryTargets {
  /// Of each state, such as `phi.output.1`, and output in each controlled phase.
  private var values: [String: [String: Double]] = [:]

  /// From the model and the summary beside the trajectory; where they are not there, nothing is known.
  ///
  /// - Parameter sample: as in the trajectory; nil: the first.
  init(_ source: RunSource, sample: Int?) {
    // The target of a cross-entropy is a distribution over the outputs and not a place for them.
    guard source.keys["network.loss.kind"] == "squared-error",
      let population = source.keys["network.loss.population"],
      let path = source.companion("summary.json"), let summary = try? JSONValue.read(path)
    else { return }
    let units = source.keys["network.loss.units"].flatMap(Self.numbers)
    for phase in summary["phases"]?.arrayValue ?? [] {
      guard phase["kind"]?.stringValue == "controlled", let name = phase["phase"]?.stringValue
      else { continue }
      let samples = phase["samples"]?.arrayValue ?? []
      let shown = samples.first {
        sample == nil || $0["sample"]?.numberValue == sample.map(Double.init)
      }
      for (index, target) in (shown?["target"]?.arrayValue ?? []).enumerated() {
        guard let value = target.numberValue else { continue }
        let unit = units.map { $0.indices.contains(index) ? $0[index] : -1 } ?? index
        for quantity in ["phi", "output"] {
          values["\(quantity).\(population).\(unit)", default: [:]][name] = value
        }
      }
    }
  }

  /// The target over the rows of a series, NaN where there is none; nil where there is none at all.
  func course(of column: String, over series: Series) -> [Double]? {
    guard let values = values[column] else { return nil }
    var course = [Double](repeating: .nan, count: series.x.count)
    for segment in series.segments {
      guard let value = values[segment.phase] else { continue }
      for row in segment.rows { course[row] = value }
    }
    return course
  }

  /// `[1, 2]`; nil for `all`.
  private static func numbers(_ list: String) -> [Int]? {
    guard list.hasPrefix("["), list.hasSuffix("]") else { return nil }
    return list.dropFirst().dropLast().split(separator: ",").compactMap {
      Int($0.filter { $0 != " " })
    }
  }
}
