internal import Learning

/// The rules that come with Settle, by the names that model files use.
enum BuiltInRules {
  static let all: [String: @Sendable (ModelFile) throws -> any LearningRule] = [
    "least-control": { file in
      .leastControl(modulation: file.rule.modulation == .slope ? .slope : .none)
    }
  ]
}

extension ModelFile {
  /// What the file says of its rule; the defaults where it has no `learning`.
  var rule: LearningDescription.Rule { model.learning?.rule ?? LearningDescription.Rule() }
}
