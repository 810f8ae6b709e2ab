/// Two values of a key compared over runs that are equal in everything else: their differences, seed by
/// seed.
///
/// A pair is two runs with the same seed and the same other settings. Where other keys vary too, each of
/// their combinations is compared by itself, and once more all together; then the differences of one seed
/// are averaged first, for they share that seed: pairs are the seeds, which are independent.
public struct SweepComparison: Sendable {
  /// The key whose values are compared.
  public var key: String
  /// The value whose results are subtracted.
  public var baseline: String
  /// The value from whose results those of the baseline are subtracted.
  public var value: String
  /// The other settings, `key=value`; nil: all of them together.
  public var setting: String?
  /// The metric that is compared.
  public var metric: String
  /// Over the pairs.
  public var baselineMean: Double
  /// Over the pairs, with the value.
  public var valueMean: Double
  /// value − baseline; nil where there is no pair.
  public var difference: PairedDifference?
  /// Seeds that have no pair, because a run failed or the metric is missing.
  public var unpaired: Int

  /// All comparisons of a table.
  ///
  /// - Parameters:
  ///   - table: the runs.
  ///   - plan: whose varied keys are compared.
  ///   - metrics: what is compared.
  ///   - allPairs: every two values of a key, rather than each with the first.
  ///   - confidence: of the intervals.
  public static func all(
    of table: SweepTable, _ plan: SweepPlan, metrics: [String], allPairs: Bool = false,
    confidence: Double = 0.95
  ) -> [SweepComparison] {
    let axes = plan.axes.filter { $0.values.count > 1 }
    let groups = Groups(table)
    var comparisons: [SweepComparison] = []
    for (place, axis) in axes.enumerated() {
      let others = groups.settings(without: place)
      for (first, baseline) in axis.values.enumerated() {
        if first > 0 && !allPairs { break }
        for value in axis.values[(first + 1)...] {
          for metric in metrics {
            let pairs = others.map { groups.pairs($0, place, baseline, value, metric) }
            func add(_ setting: String?, _ pairs: Pairs) {
              comparisons.append(
                SweepComparison(
                  key: axis.key, baseline: baseline, value: value, setting: setting,
                  metric: metric, pairs, confidence))
            }
            for (other, pairs) in zip(others, pairs) where others.count > 1 {
              add(groups.text(other, without: place), pairs)
            }
            add(nil, Pairs(averaging: pairs))
          }
        }
      }
    }
    return comparisons
  }

  private init(
    key: String, baseline: String, value: String, setting: String?, metric: String, _ pairs: Pairs,
    _ confidence: Double
  ) {
    self.key = key
    self.baseline = baseline
    self.value = value
    self.setting = setting
    self.metric = metric
    let both = pairs.bySeed.values
    let n = Double(both.count)
    baselineMean = both.isEmpty ? .nan : both.reduce(0) { $0 + $1.baseline } / n
    valueMean = both.isEmpty ? .nan : both.reduce(0) { $0 + $1.value } / n
    // In the order of the seeds, so that sums have the same bits every time.
    let differences = pairs.bySeed.sorted { $0.key < $1.key }.map { $1.value - $1.baseline }
    difference =
      differences.isEmpty ? nil : PairedDifference(differences, confidence: confidence)
    unpaired = pairs.unpaired
  }
}

/// Results by seed, side by side.
private struct Pairs {
  var bySeed: [UInt64: (baseline: Double, value: Double)] = [:]
  var unpaired = 0

  init() {}

  /// The means over settings of the seeds that have a pair in each of them.
  init(averaging all: [Pairs]) {
    let seeds = all.reduce(into: Set<UInt64>()) { $0.formUnion($1.bySeed.keys) }
    let n = Double(all.count)
    for seed in seeds {
      let pairs = all.compactMap { $0.bySeed[seed] }
      guard pairs.count == all.count else {
        unpaired += 1
        continue
      }
      bySeed[seed] = (
        pairs.reduce(0) { $0 + $1.baseline } / n, pairs.reduce(0) { $0 + $1.value } / n
      )
    }
    if all.count == 1 { unpaired = all[0].unpaired }
  }
}

/// The rows of a table by what was set.
private struct Groups {
  let keys: [String]
  /// By the values of all varied keys.
  private var rows: [[String]: [SweepRow]] = [:]
  /// In the order of their first row.
  private var order: [[String]] = []

  init(_ table: SweepTable) {
    keys = table.keys
    for row in table.rows {
      if rows[row.values] == nil { order.append(row.values) }
      rows[row.values, default: []].append(row)
    }
  }

  /// The combinations of the other keys, the one at `place` being blank.
  func settings(without place: Int) -> [[String]] {
    var found: [[String]] = []
    for var values in order {
      values[place] = ""
      if !found.contains(values) { found.append(values) }
    }
    return found
  }

  func text(_ values: [String], without place: Int) -> String {
    zip(keys, values).enumerated().filter { $0.offset != place }
      .map { "\($0.element.0)=\($0.element.1)" }.joined(separator: " ")
  }

  func pairs(
    _ other: [String], _ place: Int, _ baseline: String, _ value: String, _ metric: String
  ) -> Pairs {
    func results(_ value: String) -> (found: [UInt64: Double], seeds: Set<UInt64>) {
      var values = other
      values[place] = value
      var found: [UInt64: Double] = [:]
      var seeds: Set<UInt64> = []
      for row in rows[values] ?? [] {
        let seed = row.seed ?? 0
        seeds.insert(seed)
        let isComplete = row.status == .done || row.status == .stopped
        if isComplete, row[metric].isFinite { found[seed] = row[metric] }
      }
      return (found, seeds)
    }
    let (first, second) = (results(baseline), results(value))
    var pairs = Pairs()
    for seed in first.seeds.union(second.seeds) {
      if let a = first.found[seed], let b = second.found[seed] {
        pairs.bySeed[seed] = (a, b)
      } else {
        pairs.unpaired += 1
      }
    }
    return pairs
  }
}
