/// The phases that an expression can name, by the prefix of a quantity's name.
enum RulePhase: String, Sendable, CaseIterable {
  /// What names without a prefix mean.
  case controlled, free, nudged

  /// As the engine knows it.
  ///
  /// - Parameter beta: the gain of the nudged phase.
  func settled(beta: Double?) -> SettledPhase {
    switch self {
    case .controlled: .controlled
    case .free: .free
    case .nudged: .nudged(beta ?? 0)
    }
  }

  var hasControl: Bool { self != .free }
}
