public import Integration

/// A sample that could not be used as it should be, and why.
public struct UnsettledSample: Sendable, Equatable {
  /// Its number in its source.
  public var sample: Int
  /// The phase that did not settle.
  public var phase: SettledPhase
  /// What became of it.
  public var outcome: Outcome
  /// The residual at which it ended.
  public var residual: Double
  /// Such as `phi.hidden.3`.
  public var worstComponent: String

  /// From its parts.
  public init(
    sample: Int, phase: SettledPhase, outcome: Outcome, residual: Double, worstComponent: String
  ) {
    self.sample = sample
    self.phase = phase
    self.outcome = outcome
    self.residual = residual
    self.worstComponent = worstComponent
  }

  /// From what settling said of it.
  public init(sample: Int, phase: SettledPhase, _ certificate: Certificate) {
    self.init(
      sample: sample, phase: phase, outcome: certificate.outcome, residual: certificate.residual,
      worstComponent: certificate.worstComponent)
  }
}

/// Why a training cannot begin or go on.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
  /// Parts that do not go together.
  case invalid(String)
  /// A state that belongs to another training.
  case mismatch(String)
  /// Samples that did not settle, where the policy is to fail.
  case unsettled([UnsettledSample], epoch: Int, step: Int)
  /// A change that is not finite. Nothing was changed by it.
  case nonFiniteUpdate(parameter: String, element: Int, epoch: Int, step: Int)

  public var description: String {
    switch self {
    case .invalid(let reason): reason
    case .mismatch(let reason): "this state belongs to another training: \(reason)"
    case .unsettled(let samples, let epoch, let step):
      "\(samples.count) of the samples of update \(step) (epoch \(epoch)) did not settle: "
        + samples.prefix(3).map {
          "sample \($0.sample) \($0.outcome.rawValue) at residual \($0.residual) "
            + "(worst: \($0.worstComponent))"
        }.joined(separator: "; ") + (samples.count > 3 ? "; …" : "")
        + ". " + (samples.first?.outcome.advice ?? "")
        + ". Or let them be left out (settling.unsettled: exclude)"
    case .nonFiniteUpdate(let parameter, let element, let epoch, let step):
      "the change of \(parameter) is not finite at element \(element), in update \(step) "
        + "(epoch \(epoch)); lower the learning rate or clip the update (learning.optimizer.clip)"
    }
  }
}
