/// Why an equilibrium is unstable or slow under its flow, in words, and what to change.
public struct StabilityDiagnosis: Sendable, Equatable {
  /// Where the leading mode comes from.
  public enum Cause: String, Sendable, CaseIterable {
    /// The network would be unstable at this state without any control.
    case network
    /// The loop through the controller, around a network that is stable by itself.
    case loop
  }

  /// Where the leading mode comes from.
  public var cause: Cause
  /// A sentence without its first capital and its stop.
  public var words: String
  /// What to change, as arguments of the command line; empty where nothing is known to help.
  public var arguments: [String]

  /// What to try, for people; nil where nothing is known to help.
  public var advice: String?
}

extension PhaseAnalysis {
  /// Where the leading mode comes from: the network, where it is unstable by itself or not even twice
  /// as quick as the whole; else the loop.
  ///
  /// - Parameter isControlled: whether a controller was at work.
  public func cause(isControlled: Bool) -> StabilityDiagnosis.Cause {
    guard isControlled, networkMargin < 0 else { return .network }
    return spectrum.isStable && networkMargin > 2 * spectrum.margin ? .network : .loop
  }

  /// - Parameter isControlled: whether a controller was at work.
  public func diagnosis(isControlled: Bool) -> StabilityDiagnosis {
    let cause = cause(isControlled: isControlled)
    var arguments: [String] = []
    var advice: [String] = []
    let strongest = sensitivities.filter { $0.kind == .projection && $0.derivative > 0 }
      .max { $0.derivative < $1.derivative }
    if cause == .network, isSlow, let strongest {
      let argument = "\(strongest.name).constraint=[{kind: spectral-norm, value: 0.9}]"
      arguments.append(argument)
      advice.append(
        "weaken the weights of \(strongest.name), which raise it most: a lower rate or initial gain, "
          + "or --set '\(argument)'")
    }
    // Where the network is to blame, a controller that does not cure it is no advice.
    if let remedy, cause == .loop || remedy.proposedMargin < 0 {
      arguments.append(remedy.argument)
      advice.append(
        "--set \(remedy.argument) takes max Re \u{3bb} from \(Remedy.digits(remedy.margin)) to "
          + Remedy.digits(remedy.proposedMargin)
          + (remedy.proposedMargin < 0 ? "" : ", which is not enough")
          + (remedy.keepsEquilibrium ? "" : ", and moves the equilibrium"))
    }
    if isControlled, networkMargin >= 0 {
      advice.append("--set controller.kind=energy settles even where the network does not")
    }
    return StabilityDiagnosis(
      cause: cause, words: words(cause), arguments: arguments,
      advice: advice.isEmpty ? nil : advice.joined(separator: "; "))
  }

  /// Whether the network, by its weights, is three times slower than its slowest units are, or unstable.
  private var isSlow: Bool {
    let slowest = sensitivities.filter { $0.kind == .population }.map(\.value).max() ?? 1
    return networkMargin * slowest > -1.0 / 3
  }

  private func words(_ cause: StabilityDiagnosis.Cause) -> String {
    switch cause {
    case .loop:
      "the control loop decides: the network by itself settles at a rate of "
        + Remedy.digits(-networkMargin)
    case .network where networkMargin >= 0:
      "the network by itself is unstable at this state: max Re \u{3bb} of \u{2202}f/\u{2202}\u{3c6} is "
        + Remedy.digits(networkMargin)
    case .network: "the network's own slowest mode decides"
    }
  }
}
