public import Learning

extension Registry {
  /// Adds a rule that model files can name, as `learning.rule: NAME` or
  /// `learning.rule: {kind: NAME, options: {...}}`.
  ///
  /// ```swift
  /// registry.addRule("oja", "Oja's rule", options: ["rate": 1]) {
  ///   LocalLearning(Oja(rate: $0["rate"]), name: "oja")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what model files call it; a rule of the same name is replaced.
  ///   - summary: one line for `settle list rules`.
  ///   - options: all options with their defaults. Model files that give others are refused.
  ///   - make: makes the rule from its options.
  public mutating func addRule(
    _ name: String, _ summary: String, options: [String: Double] = [:],
    _ make: @escaping @Sendable (RuleOptions) throws -> any LearningRule
  ) {
    ruleOptions[name] = options
    summaries[.rules, default: [:]][name] = summary
    rules[name] = { file in
      try make(RuleOptions(options.merging(file.rule.options) { $1 }))
    }
  }

  /// - Throws: ``ModelFileError`` where a model gives its rule an option that it has not.
  func requireKnownOptions(_ file: ModelFile) throws(ModelFileError) {
    let known = ruleOptions[file.rule.kind, default: [:]].keys.sorted()
    for name in file.rule.options.keys.sorted() where !known.contains(name) {
      throw file.error(
        at: "learning.rule.options.\(name)",
        Suggestion.message(unknown: "option of the rule `\(file.rule.kind)`", name, of: known))
    }
  }
}
