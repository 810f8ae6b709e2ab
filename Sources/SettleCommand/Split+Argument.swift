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
