extension DataSplits {
  /// A part of the data, or nil where there is none.
  public subscript(_ part: Split) -> DataSet? {
    switch part {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// A part of the data that must be there.
  public subscript(_ part: Split, in experiment: Experiment) -> DataSet {
    get throws {
      guard let set = self[part] else {
        throw experiment.file.error(at: "data.split", "the data have no \(part.rawValue) part")
      }
      return set
    }
  }
}
