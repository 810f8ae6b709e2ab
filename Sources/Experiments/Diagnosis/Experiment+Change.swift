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
