public import Dynamics
internal import Integration

/// What a look at a few samples between two updates says of their equilibria.
public struct WatchReading: Sendable, Equatable {
  /// The update after which it was taken.
  public var step: Int
  /// Samples that were looked at.
  public var samples: Int
  /// Those with a controlled equilibrium, and those of them that only descent found.
  public var settled: Int
  /// Those of ``settled`` that only descent found.
  public var byDescent: Int
  /// The largest max Re λ of the closed loop over the samples; NaN where none settled. Without a
  /// controller, of the free network.
  public var margin: Double
  /// The sample that it belongs to.
  public var worstSample: Int?
  /// Where its leading mode comes from.
  public var cause: StabilityDiagnosis.Cause?
  /// max Re λ of the network by itself at that sample's state.
  public var networkMargin: Double
  /// The largest of the free network at the free equilibria.
  public var freeMargin: Double
  /// Of the worst sample's slowest oscillation; NaN where nothing oscillates.
  public var period: Double
  /// The damping ratio of that oscillation: 1 is none, 0 for ever.
  public var damping: Double
  /// Samples with a free equilibrium from zero and one after control, and those where they differ.
  public var compared: Int
  /// Those of ``compared`` for which both differ.
  public var multistable: Int
  /// Means of L over the compared samples, from zero and after control.
  public var freeLoss: Double
  /// Mean of L after control.
  public var releasedLoss: Double

  /// NaN where nothing could be compared.
  public var multistableFraction: Double {
    compared > 0 ? Double(multistable) / Double(compared) : .nan
  }

  /// A reading of a margin and a count of alternatives; nothing else is known.
  package init(
    step: Int, margin: Double, cause: StabilityDiagnosis.Cause?, compared: Int = 8,
    multistable: Int = 0
  ) {
    self.step = step
    self.margin = margin
    self.cause = cause
    self.compared = compared
    self.multistable = multistable
    (samples, settled, byDescent) = (compared, compared, 0)
    (networkMargin, freeMargin, period, damping) = (.nan, .nan, .nan, .nan)
    (freeLoss, releasedLoss) = (.nan, .nan)
  }

  /// From its parts.
  public init(_ analyses: [SampleAnalysis], step: Int) {
    self.step = step
    samples = analyses.count
    let isControlled = analyses.contains { $0.controlledCertificate != nil }
    let certificates = analyses.map {
      isControlled ? $0.controlledCertificate ?? $0.freeCertificate : $0.freeCertificate
    }
    settled = certificates.count { $0.isEquilibrium }
    byDescent = certificates.count { $0.outcome == .settledByDescent }
    let worst = analyses.compactMap { analysis in
      (isControlled ? analysis.controlled : analysis.free).map { (analysis.index, $0) }
    }.max { $0.1.spectrum.margin < $1.1.spectrum.margin }
    margin = worst?.1.spectrum.margin ?? .nan
    worstSample = worst?.0
    cause = worst?.1.cause(isControlled: isControlled)
    networkMargin = worst?.1.networkMargin ?? .nan
    freeMargin = analyses.compactMap(\.free?.spectrum.margin).max() ?? .nan
    period = worst?.1.spectrum.slowestOscillation?.period ?? .nan
    damping = worst?.1.spectrum.slowestOscillation?.damping ?? .nan
    let both = analyses.filter { $0.release?.isSame != nil }
    compared = both.count
    multistable = both.count { $0.release?.isSame == false }
    func mean(_ values: [Double]) -> Double {
      values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
    freeLoss = mean(both.compactMap(\.free?.loss))
    releasedLoss = mean(both.compactMap(\.release?.loss))
  }
}
