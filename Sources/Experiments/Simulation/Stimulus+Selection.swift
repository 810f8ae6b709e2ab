extension Stimulus {
  /// The samples of a simulation: those of the data that are asked for, or the stimulus of the model.
  ///
  /// - Parameters:
  ///   - experiment: the model, made into things that run.
  ///   - samples: rows of the source file; empty: all of the part, or without a part the stimulus.
  ///   - split: the part of the data that they are taken from.
  ///   - dataFolder: where data are looked for first.
  ///   - limit: the most samples taken of a part.
  /// - Throws: ``ModelFileError`` where the data have no such samples, and ``InputError``.
  public init(
    of experiment: Experiment, samples: [Int], split: Split?, dataFolder: String? = nil,
    limit: Int = .max
  ) throws {
    guard split != nil || !samples.isEmpty else {
      try self.init(inline: experiment)
      return
    }
    let splits = try experiment.loadData(dataFolder: dataFolder)
    if samples.isEmpty, let split {
      let set = try splits[split, in: experiment]
      self.init(experiment.trainingData(set).samples(Array(0..<min(limit, set.count))))
      return
    }
    // A row of the file is in one part of the data; where parts come from files of their own, the
    // test set is meant.
    for candidate in split.map({ [$0] }) ?? [.test, .validation, .train] {
      guard let set = splits[candidate] else { continue }
      let places = samples.compactMap { set.sample(atSourceRow: $0) }
      guard places.count == samples.count else { continue }
      self.init(experiment.trainingData(set).samples(places))
      return
    }
    let sizes = Split.allCases.compactMap { name in
      splits[name].map { "\(name.rawValue) has \($0.count) samples" }
    }
    throw experiment.file.error(
      at: "data",
      "the rows \(samples) are not all in "
        + (split.map { "the \($0.rawValue) part" } ?? "one part") + " of the data ("
        + sizes.joined(separator: ", ") + "); leave out --split, or take them one by one")
  }
}
