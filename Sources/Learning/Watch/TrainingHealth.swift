/// Judges a training by what it reports of itself: whether it diverges or stalls, once for each cause.
///
/// What it remembers are epochs and updates, so a training that goes on can be judged from its rows.
public struct TrainingHealth: Sendable {
  /// What goes wrong.
  public enum Cause: String, Sendable, CaseIterable {
    /// The loss at the free equilibrium has grown.
    case loss
    /// It does not fall any more, and has hardly fallen.
    case stall
    /// An update is far larger than those before.
    case update
    /// Fewer samples settle than did.
    case settled
    /// Recurrent weights have grown, and with them the spectral radius.
    case weights
    /// Feedback weights point away from those that they should follow.
    case feedback
  }

  /// What calls for a warning, before advice is added.
  public struct Finding: Sendable, Equatable {
    /// What goes wrong.
    public var cause: Cause
    /// In which epoch it was seen.
    public var epoch: Int
    /// After which update.
    public var step: Int
    /// The projection or parameter at fault, where there is one.
    public var place: String?
    /// What was seen, in a sentence.
    public var words: String
    /// A number for advice: the median norm of updates before, say.
    public var figure: Double
  }

  private var raised: Set<Cause> = []
  private var firstLoss = Double.nan
  private var bestLoss = Double.nan
  private var evaluationsSinceBest = 0
  private var firstSettled = Double.nan
  private var norms: [Double] = []
  private var firstRadius: [String: Double] = [:]
  private var bestCosine: [String: Double] = [:]

  /// The loss has grown when it is so many times the first.
  static let lossGrowth = 2.0
  /// Evaluations without an improvement by a hundredth, the loss being above nine tenths of the first,
  /// before a training is said to stall.
  static let patience = 5
  /// An update is far larger than those before when its norm is so many times their median.
  static let normGrowth = 100.0
  /// Updates that the median is taken over, and the fewest that say something.
  static let window = 20
  static let fewest = 5
  /// The part of the first epoch's settled fraction that may be left.
  static let settledPart = 0.9
  /// The growth of a spectral radius beyond 1 that calls for a warning.
  static let radiusGrowth = 1.25
  /// The fall of the cosine between feedback and forward weights that does.
  static let cosineFall = 0.3

  /// With nothing seen so far.
  public init() {}

  /// Takes over that a cause has been told before, in an earlier session.
  public mutating func recall(_ cause: Cause) { raised.insert(cause) }

  // MARK: Epochs

  /// What is new in the row of an epoch.
  public mutating func judge(_ row: EpochMetrics) -> [Finding] {
    var findings: [Finding] = []
    func find(_ cause: Cause, _ words: String, figure: Double = .nan) {
      findings.append(
        Finding(
          cause: cause, epoch: row.epoch, step: row.step, place: nil, words: words, figure: figure))
    }
    let settled = row.settledFraction
    if settled.isFinite {
      if firstSettled.isNaN { firstSettled = settled }
      if settled < Self.settledPart * firstSettled {
        find(
          .settled,
          "\(percent(settled)) of the samples of epoch \(row.epoch) settled, and "
            + "\(percent(firstSettled)) of the first epoch's")
      }
    }
    let loss = row.trainLoss
    if loss.isFinite {
      if firstLoss.isNaN { firstLoss = loss }
      if loss > Self.lossGrowth * firstLoss, loss - firstLoss > 1e-12 {
        find(
          .loss,
          "the training loss has grown to \(digits(loss)) in epoch \(row.epoch) from "
            + digits(firstLoss))
      }
      if bestLoss.isNaN || loss < 0.99 * bestLoss {
        bestLoss = loss
        evaluationsSinceBest = 0
      } else {
        evaluationsSinceBest += 1
      }
      if evaluationsSinceBest >= Self.patience, bestLoss > 0.9 * firstLoss, loss > 0 {
        find(
          .stall,
          "the training loss has not fallen by a hundredth for \(evaluationsSinceBest) evaluations: "
            + "it is \(digits(loss)) in epoch \(row.epoch) and was \(digits(firstLoss)) at first")
      }
    }
    return new(findings)
  }

  // MARK: Updates

  /// What is new in an update.
  ///
  /// - Parameters:
  ///   - update: what the training says of it.
  ///   - largest: gives the name of the parameter that it changes most.
  public mutating func judge(_ update: UpdateSummary, largest: () -> String?) -> [Finding] {
    defer {
      norms.append(update.gradientNorm)
      if norms.count > Self.window { norms.removeFirst() }
    }
    guard norms.count >= Self.fewest else { return [] }
    let median = norms.sorted()[norms.count / 2]
    guard median > 0, update.gradientNorm > Self.normGrowth * median else { return [] }
    let place = largest()
    return new([
      Finding(
        cause: .update, epoch: update.epoch, step: update.step, place: place,
        words:
          "the update has a norm of \(digits(update.gradientNorm)), "
          + "\(digits(update.gradientNorm / median)) times the median of those before"
          + (place.map { ", most of it in \($0)" } ?? ""), figure: median)
    ])
  }

  // MARK: Weights

  /// What is new in the spectral radius of a recurrent projection after an epoch.
  ///
  /// - Parameters:
  ///   - radius: the largest |λ| of its weights.
  ///   - projection: its name.
  ///   - epoch: that has ended, 0 before the first.
  ///   - step: updates so far.
  public mutating func judge(
    radius: Double, of projection: String, epoch: Int, step: Int
  ) -> [Finding] {
    guard radius.isFinite else { return [] }
    guard let first = firstRadius[projection] else {
      firstRadius[projection] = radius
      return []
    }
    guard radius > 1, radius > Self.radiusGrowth * first else { return [] }
    return new([
      Finding(
        cause: .weights, epoch: epoch, step: step, place: projection,
        words:
          "the spectral radius of \(projection) is \(digits(radius)) after epoch \(epoch) and was "
          + "\(digits(first)) at first: beyond 1 the network can lose its stability", figure: radius
      )
    ])
  }

  /// What is new in the alignment of feedback with the weights that it belongs to.
  ///
  /// - Parameters:
  ///   - cosine: between both as vectors.
  ///   - projection: its name.
  ///   - epoch: that has ended, 0 before the first.
  ///   - step: updates so far.
  public mutating func judge(
    cosine: Double, of projection: String, epoch: Int, step: Int
  ) -> [Finding] {
    guard cosine.isFinite else { return [] }
    let best = max(cosine, bestCosine[projection] ?? cosine)
    bestCosine[projection] = best
    guard cosine < best - Self.cosineFall || cosine < -0.1 else { return [] }
    return new([
      Finding(
        cause: .feedback, epoch: epoch, step: step, place: projection,
        words:
          "the feedback weights of \(projection) point away from its weights: their cosine is "
          + "\(digits(cosine)) after epoch \(epoch)"
          + (best > cosine ? " and was \(digits(best))" : ""), figure: cosine)
    ])
  }

  private mutating func new(_ findings: [Finding]) -> [Finding] {
    findings.filter { raised.insert($0.cause).inserted }
  }

  private func percent(_ fraction: Double) -> String { "\((1000 * fraction).rounded() / 10) %" }

  /// Three digits or so, for people.
  private func digits(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var scale = 1000.0
    while value.magnitude * scale < 100 && scale < 1e12 { scale *= 10 }
    while value.magnitude * scale >= 1e4 && scale > 1e-12 { scale /= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
