/// How many evaluations of the field each sample took: a table of how often each number occurred, so
/// that quantiles are exact, and the same in whatever order samples came.
public struct EvaluationCounts: Sendable, Equatable {
  /// By the number of evaluations, how many samples took it.
  private var samplesByEvaluations: [Int: Int] = [:]
  /// The number of samples.
  public private(set) var samples = 0
  /// Over all samples.
  public private(set) var sum = 0

  /// No samples yet.
  public init() {}

  /// Adds one sample.
  public mutating func add(_ evaluations: Int) {
    samplesByEvaluations[evaluations, default: 0] += 1
    samples += 1
    sum += evaluations
  }

  /// Adds the samples of another table.
  public mutating func add(_ other: EvaluationCounts) {
    samplesByEvaluations.merge(other.samplesByEvaluations, uniquingKeysWith: +)
    samples += other.samples
    sum += other.sum
  }

  /// NaN without samples, as the others.
  public var mean: Double { samples > 0 ? Double(sum) / Double(samples) : .nan }

  /// The most evaluations that a sample took; NaN without samples.
  public var maximum: Double { samplesByEvaluations.keys.max().map(Double.init) ?? .nan }

  /// The smallest number that at least this fraction of the samples do not exceed (nearest rank); the
  /// median for a half.
  public func quantile(_ fraction: Double) -> Double {
    let rank = max(1, Int((fraction * Double(samples)).rounded(.up)))
    var below = 0
    for (evaluations, count) in samplesByEvaluations.sorted(by: { $0.key < $1.key }) {
      below += count
      if below >= rank { return Double(evaluations) }
    }
    return .nan
  }

  /// Pairs of a number of evaluations and its number of samples, ascending, [n × 2].
  var pairs: ContiguousArray<Double> {
    var pairs = ContiguousArray<Double>()
    for (evaluations, count) in samplesByEvaluations.sorted(by: { $0.key < $1.key }) {
      pairs += [Double(evaluations), Double(count)]
    }
    return pairs
  }

  /// Nil where the numbers are no such pairs.
  init?(pairs: ContiguousArray<Double>) {
    guard pairs.count.isMultiple(of: 2) else { return nil }
    for place in stride(from: 0, to: pairs.count, by: 2) {
      guard let evaluations = Int(exactly: pairs[place]),
        let count = Int(exactly: pairs[place + 1]), evaluations >= 0, count > 0,
        case (let product, let overflow) = evaluations.multipliedReportingOverflow(by: count),
        !overflow,
        case (let all, let tooMany) = sum.addingReportingOverflow(product), !tooMany,
        case (let number, let tooLarge) = samples.addingReportingOverflow(count), !tooLarge,
        samplesByEvaluations.updateValue(count, forKey: evaluations) == nil
      else { return nil }
      samples = number
      sum = all
    }
  }
}
