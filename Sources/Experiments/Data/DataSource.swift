/// Where samples come from. Paths are looked up by a ``DataLocator``.
public enum DataSource: Hashable, Sendable {
  /// A table with a header. `labels` names the column of the class, `targets` those of the target
  /// vector; every other column is a feature, in the order of the file.
  case csv(path: String, labels: String?, targets: [String])
  /// IDX files, plain or compressed.
  case idx(train: ArrayFiles, test: ArrayFiles?)
  /// NumPy files.
  case npy(train: ArrayFiles, test: ArrayFiles?)
  /// Samples written in the model file itself.
  case inline([InlineSample])
}

/// The files of one set: arrays whose first axis counts the samples.
public struct ArrayFiles: Hashable, Sendable {
  public var inputs: String
  /// Class numbers, from 0.
  public var labels: String?
  /// Target vectors.
  public var targets: String?

  public init(inputs: String, labels: String? = nil, targets: String? = nil) {
    self.inputs = inputs
    self.labels = labels
    self.targets = targets
  }
}

/// One sample of a model file.
public struct InlineSample: Hashable, Sendable {
  /// What the network is to answer.
  public enum Target: Hashable, Sendable {
    case none
    case vector([Double])
    /// A class by its number, from 0.
    case label(Int)
    /// A class by its name.
    case className(String)
  }

  public var input: [Double]
  public var target: Target

  public init(input: [Double], target: Target = .none) {
    self.input = input
    self.target = target
  }
}
