internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A change of one number of the controller that makes the closed loop settle sooner, tried out.
public struct Remedy: Sendable, Equatable {
  /// The key of model files.
  public var name: String
  /// The value at hand.
  public var value: Double
  /// The value that was tried.
  public var proposed: Double
  /// max Re λ with the value at hand, and with the proposed one at the equilibrium that there is then.
  public var margin: Double
  /// max Re λ with the proposed value, at the equilibrium that there is then, in units of
  /// 1/time.
  public var proposedMargin: Double
  /// Whether the equilibrium stays where it is.
  public var keepsEquilibrium: Bool

  /// As the command line takes it.
  public var argument: String { "\(name)=\(Self.short(proposed))" }

  /// A number without the digits that arithmetic adds.
  static func short(_ value: Double) -> String {
    let rounded = (value * 1e9).rounded() / 1e9
    return rounded == rounded.rounded() && rounded.magnitude < 1e15
      ? "\(Int(rounded))" : "\(rounded != 0 ? rounded : value)"
  }

  /// Four digits, for people.
  static func digits(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    let scale = pow(10, 3 - log10(value.magnitude).rounded(.down))
    guard scale.isFinite, scale > 0 else { return "\(value)" }
    return "\((value * scale).rounded() / scale)"
  }

  /// The best of doubling or halving, or a first value for what is zero; more than that where it takes
  /// more to make an unstable equilibrium stable. Nil where nothing helps.
  ///
  /// - Parameter enough: the margin beyond which nothing stronger is tried.
  static func find(
    _ sensitivities: [MarginSensitivity], among knobs: [Knob], sample: Samples,
    at equilibrium: SampleFlow.Equilibrium, margin: Double, enough: Double
  ) -> Remedy? {
    var best: Remedy?
    for knob in knobs where knob.kind == .controller {
      guard let derivative = sensitivities.first(where: { $0.name == knob.name })?.derivative,
        derivative.isFinite, derivative != 0
      else { continue }
      if knob.value == 0 && derivative > 0 { continue }
      for factor in [2.0, 5, 10, 50] {
        let proposed =
          knob.value == 0
          ? 0.05 * factor : derivative < 0 ? knob.value * factor : knob.value / factor
        guard let reached = Self.margin(knob, at: proposed, sample, from: equilibrium),
          reached < margin - 0.01 * margin.magnitude
        else { break }
        let remedy = Remedy(
          name: knob.name, value: knob.value, proposed: proposed, margin: margin,
          proposedMargin: reached, keepsEquilibrium: knob.isTimeConstant)
        if best.map(remedy.isBetter) ?? true { best = remedy }
        if reached < enough { break }
      }
    }
    return best
  }

  /// What is stable comes before what is not, and a number that leaves the equilibrium alone before one
  /// that moves it, unless that gains four times as much.
  private func isBetter(than other: Remedy) -> Bool {
    if (proposedMargin < 0) != (other.proposedMargin < 0) { return proposedMargin < 0 }
    func worth(_ remedy: Remedy) -> Double {
      (remedy.margin - remedy.proposedMargin) * (remedy.keepsEquilibrium ? 4 : 1)
    }
    return worth(self) > worth(other)
  }

  /// max Re λ at another value of a number, the equilibrium being followed there.
  static func margin(
    _ knob: Knob, at proposed: Double, _ sample: Samples, from start: SampleFlow.Equilibrium
  ) -> Double? {
    var state = start.state
    let steps = knob.isTimeConstant ? 1 : 8
    var margin: Double?
    for k in 1...steps {
      let value = knob.value + (proposed - knob.value) * Double(k) / Double(steps)
      guard let setting = try? knob.turned(value) else { return nil }
      let flow = SampleFlow(setting, sample: sample)
      guard flow.dimension == state.count, let reached = try? flow.equilibrium(near: state),
        reached.isRefined
      else { return nil }
      state = reached.state
      if k == steps { margin = try? reached.jacobian.eigenvalues().first?.real }
    }
    return margin
  }
}
