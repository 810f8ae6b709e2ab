import ArgumentParser
import Experiments

extension Split {
  /// The part that `--split` names.
  init(named name: String) throws {
    guard let part = Split(rawValue: name) else {
      throw ValidationError("--split is \(name); give train, validation or test")
    }
    self = part
  }
}

extension DataSplits {
  /// A part of the data, or nil where there is none.
  subscript(_ part: Split) -> DataSet? {
    switch part {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// A part of the data that must be there.
  subscript(_ part: Split, in experiment: Experiment) -> DataSet {
    get throws {
      guard let set = self[part] else {
        throw experiment.file.error(at: "data.split", "the data have no \(part.rawValue) part")
      }
      return set
    }
  }
}
