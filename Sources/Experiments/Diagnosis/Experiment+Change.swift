internal import Integration

extension Experiment {
  /// The same model with more keys set, as by `--set`.
  ///
  /// - Throws: ``ModelFileError`` where they cannot be set, or not to that.
  func setting(_ arguments: [String]) throws -> Experiment {
    try Experiment(
      ModelFile.parse(
        text: ModelFile.resolvedYAML(model), file: file.file, overrides: arguments,
        knownNames: registry.knownNames), registry: registry)
  }
}

extension SettlingOptions {
  /// The same within so many evaluations, those of stragglers included.
  func within(_ budget: Int) -> SettlingOptions {
    var options = self
    options.limits.evaluations = min(limits.evaluations, budget)
    options.limits.steps = min(limits.steps, budget)
    options.limits.straggler = 1
    return options
  }
}
