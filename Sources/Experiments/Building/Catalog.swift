internal import Learning

/// The kinds of things that model files name, for lists.
public enum Catalog: String, Sendable, CaseIterable {
  /// Learning rules.
  case rules
  /// σ of populations.
  case activations
  /// How control reaches φ.
  case controllers
  /// What is lowered.
  case losses
  /// Kinds of connections.
  case projections
  /// What turns directions into steps.
  case optimizers
  /// The rate over the updates.
  case schedules
  /// How initial values are made.
  case initializations
  /// How feedback weights learn.
  case feedbackRules = "feedback-rules"
  /// What expressions may read besides the synapse.
  case thirdFactors = "third-factors"
  /// Functions that expressions may call.
  case functions

  /// One line of a list.
  public struct Entry: Sendable, Equatable {
    /// As model files have it.
    public var name: String
    /// Empty where a program added something without saying what it is.
    public var summary: String
  }

  /// What there is of this kind.
  public func entries(in registry: Registry) -> [Entry] {
    let names = registry.knownNames
    let list =
      switch self {
      case .rules: names.rules
      case .activations: names.activations
      case .controllers: names.controllers
      case .losses: names.losses
      case .projections: names.projections
      case .optimizers: names.optimizers
      case .schedules: names.schedules
      case .initializations: names.initializations
      case .feedbackRules: names.feedbackRules
      case .thirdFactors: names.thirdFactors
      case .functions: ExpressionRule.functions
      }
    return list.map { name in
      Entry(
        name: name,
        summary: registry.summaries[self]?[name] ?? BuiltInSummaries.all[self]?[name]
          ?? ExpressionRule.summaries[name] ?? "")
    }
  }

  /// "unknown kind ...; did you mean ...?", for programs that read a name.
  public static func message(unknown name: String, of known: [String]) -> String {
    Suggestion.message(unknown: "kind", name, of: known)
  }
}
