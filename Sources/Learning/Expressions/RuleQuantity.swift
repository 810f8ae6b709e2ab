/// What a synapse can know, as a leaf of an expression.
enum RuleQuantity: Hashable, Sendable {
  enum Post: String, Sendable, CaseIterable {
    case state, rate, slope, control
  }

  /// σ(φ) of the unit that the synapse comes from.
  case pre(RulePhase)
  /// Of the unit that it goes to.
  case post(Post, RulePhase)
  case weight
  /// One number for all synapses, by the sample.
  case third(ThirdFactor, RulePhase)

  /// Nil for the weight, which is the same in all phases.
  var phase: RulePhase? {
    switch self {
    case .pre(let phase), .post(_, let phase), .third(_, let phase): phase
    case .weight: nil
    }
  }

  /// As it is written.
  var name: String {
    let name =
      switch self {
      case .pre: "rate_pre"
      case .post(let quantity, _): quantity.rawValue + "_post"
      case .weight: "weight"
      case .third(let factor, _): factor.rawValue
      }
    guard let phase, phase != .controlled else { return name }
    return "\(phase.rawValue)_\(name)"
  }

  /// All that there are, those without a prefix first. A free phase has no control.
  static let all: [RuleQuantity] =
    [.weight]
    + RulePhase.allCases.flatMap { phase in
      [.pre(phase)]
        + Post.allCases.filter { phase.hasControl || $0 != .control }.map { .post($0, phase) }
        + ThirdFactor.allCases.filter { phase.hasControl || $0 != .controlEnergy }
        .map { .third($0, phase) }
    }

  static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
