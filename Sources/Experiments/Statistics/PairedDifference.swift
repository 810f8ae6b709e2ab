internal import LinearAlgebra

/// What is known of the mean of a difference from pairs that were measured side by side.
///
/// Three intervals for the mean, because each needs something else: Student's needs differences that are
/// about normal; that of the sign-flip test needs only that they are symmetric about their mean, and is
/// exact; the bootstrap needs neither, but many pairs.
public struct PairedDifference: Sendable, Equatable {
  /// An interval with a probability, both ends included.
  public struct Interval: Sendable, Equatable {
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// From its ends.
    public init(_ low: Double, _ high: Double) {
      self.low = low
      self.high = high
    }

    /// Where nothing can be said.
    public static let unknown = Interval(.nan, .nan)
  }

  /// Pairs.
  public let count: Int
  /// The mean difference.
  public let mean: Double
  /// Standard deviation of the differences, with n − 1; NaN for one pair.
  public let deviation: Double
  /// That of the interval, such as 0.95.
  public let confidence: Double
  /// Student's t interval, unknown for one pair.
  public let student: Interval
  /// The p-value of Student's two-sided test that the mean is 0.
  public let studentP: Double
  /// The exact interval of the sign-flip test, which is unbounded where there are too few pairs for that
  /// confidence.
  public let signFlip: Interval
  /// The p-value of the two-sided sign-flip test: how many of all 2ⁿ choices of signs give a mean as
  /// far from 0.
  public let signFlipP: Double
  /// The percentile bootstrap interval, unknown for one pair.
  public let bootstrap: Interval

  /// The largest number of pairs whose signs are all tried; beyond, so many are drawn.
  static let exactCount = 16
  private static let draws = 1 << 16
  private static let resamples = 10_000

  /// - Parameters:
  ///   - differences: one for each pair, all finite; at least one.
  ///   - confidence: of the intervals, above 0 and below 1.
  ///   - seed: of what is drawn: resamples, and signs where not all are tried.
  public init(_ differences: [Double], confidence: Double = 0.95, seed: UInt64 = 1) {
    precondition(!differences.isEmpty && differences.allSatisfy(\.isFinite))
    precondition(confidence > 0 && confidence < 1)
    let n = Double(differences.count)
    count = differences.count
    self.confidence = confidence
    let mean = differences.reduce(0, +) / n
    self.mean = mean
    let subsets = Self.subsetMeans(differences, seed: seed)
    signFlip = Self.interval(ofSubsetMeans: subsets, confidence)
    signFlipP = Self.signFlipP(differences, seed: seed)
    guard count > 1 else {
      (deviation, studentP) = (.nan, .nan)
      (student, bootstrap) = (.unknown, .unknown)
      return
    }
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    deviation = variance.squareRoot()
    let error = deviation / n.squareRoot()
    let t = StudentT(degreesOfFreedom: n - 1)
    let reach = t.quantile(0.5 + confidence / 2) * error
    student = Interval(mean - reach, mean + reach)
    studentP = error > 0 ? t.twoSided(mean / error) : mean == 0 ? 1 : 0
    bootstrap = Self.bootstrap(differences, confidence, seed: seed)
  }

  /// The means of all 2ⁿ − 1 subsets, or of many drawn ones, in ascending order.
  ///
  /// They cut the line into 2ⁿ intervals, each of which holds the centre of symmetric distributions
  /// with the same probability (Hartigan, JASA 64, 1969): that turns the sign-flip test into an interval.
  private static func subsetMeans(_ differences: [Double], seed: UInt64) -> [Double] {
    let n = differences.count
    var means: [Double] = []
    if n <= exactCount {
      means.reserveCapacity((1 << n) - 1)
      for subset in 1..<(1 << n) {
        var sum = 0.0
        for i in 0..<n where subset >> i & 1 == 1 { sum += differences[i] }
        means.append(sum / Double(subset.nonzeroBitCount))
      }
    } else {
      var stream = RandomStream(seed: seed, name: "sign-flip-interval")
      while means.count < draws - 1 {
        var sum = 0.0
        var size = 0
        for difference in differences where stream.next() >> 63 == 1 {
          sum += difference
          size += 1
        }
        if size > 0 { means.append(sum / Double(size)) }
      }
    }
    return means.sorted()
  }

  private static func interval(ofSubsetMeans means: [Double], _ confidence: Double) -> Interval {
    // Of means.count + 1 equally probable intervals, so many may be left out at either end.
    let left = Int(((1 - confidence) / 2 * Double(means.count + 1) + 1e-9).rounded(.down))
    guard left >= 1 else { return Interval(-.infinity, .infinity) }
    return Interval(means[left - 1], means[means.count - left])
  }

  private static func signFlipP(_ differences: [Double], seed: UInt64) -> Double {
    let n = differences.count
    let observed = differences.reduce(0, +).magnitude
    // Sums of the same numbers in another order differ by rounding.
    let least = observed - 1e-12 * differences.reduce(0) { $0 + $1.magnitude }
    if n <= exactCount {
      var extreme = 0
      for signs in 0..<(1 << n) {
        var sum = 0.0
        for i in 0..<n { sum += signs >> i & 1 == 1 ? differences[i] : -differences[i] }
        if sum.magnitude >= least { extreme += 1 }
      }
      return Double(extreme) / Double(1 << n)
    }
    var stream = RandomStream(seed: seed, name: "sign-flip-test")
    // What was observed is one of the choices, so that p is never 0.
    var extreme = 1
    for _ in 1..<draws {
      var sum = 0.0
      for difference in differences {
        sum += stream.next() >> 63 == 1 ? difference : -difference
      }
      if sum.magnitude >= least { extreme += 1 }
    }
    return Double(extreme) / Double(draws)
  }

  private static func bootstrap(
    _ differences: [Double], _ confidence: Double, seed: UInt64
  ) -> Interval {
    var stream = RandomStream(seed: seed, name: "bootstrap")
    let n = differences.count
    var means = (0..<resamples).map { _ in
      (0..<n).reduce(0.0) { sum, _ in sum + differences[stream.integer(below: n)] } / Double(n)
    }
    means.sort()
    let left = Int(((1 - confidence) / 2 * Double(resamples)).rounded(.down))
    return Interval(means[left], means[resamples - 1 - left])
  }
}
