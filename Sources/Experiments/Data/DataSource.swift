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
  /// The path of the inputs, sample by sample.
  public var inputs: String
  /// Class numbers, from 0.
  public var labels: String?
  /// Target vectors.
  public var targets: String?

  /// From its parts.
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
    /// No target.
    case none
    /// A target vector, [n_y].
    case vector([Double])
    /// A class by its number, from 0.
    case label(Int)
    /// A class by its name.
    case className(String)
  }

  /// The rates of the input units.
  public var input: [Double]
  /// What the output should be.
  public var target: Target

  /// From its parts.
  public init(input: [Double], target: Target = .none) {
    self.input = input
    self.target = target
  }
}
