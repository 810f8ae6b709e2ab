/// A data set and how it is cut into training, validation and test samples.
public struct DataDescription: Sendable, Equatable {
  /// What is done to inputs beyond scaling.
  public enum Normalization: String, Sendable, CaseIterable {
    /// Inputs as they are.
    case none
    /// Mean 0 and standard deviation 1 for each feature over the training samples.
    case standardize
    /// From 0 to 1 for each feature over the training samples.
    case minmax
  }

  /// Files of one part (training or test) of a data set.
  public struct Files: Sendable, Equatable {
    /// The path of the inputs, sample by sample.
    public var inputs = ""
    /// Class labels.
    public var labels: String?
    /// Target vectors.
    public var targets: String?

    /// Every key at its default.
    public init() {}
  }

  /// One sample written in the model file.
  public struct Sample: Sendable, Equatable {
    /// The rates of the input units.
    public var input: [Double] = []
    /// What the output should be.
    public var target = TargetDescription.vector([])

    /// Every key at its default.
    public init() {}
  }

  /// Where the samples are.
  public enum Source: Sendable, Equatable {
    /// A table; all columns that are named neither as labels nor as targets are inputs.
    case csv(path: String, labels: String?, targets: [String])
    /// IDX files, as MNIST has them.
    case idx(train: Files, test: Files?)
    /// NumPy files.
    case npy(train: Files, test: Files?)
    /// In the model file itself.
    case inline([Sample])
  }

  /// Part of a data set: a number of samples or a fraction of them.
  public enum Amount: Sendable, Equatable {
    /// So many samples.
    case count(Int)
    /// Such a part of them, below 1.
    case fraction(Double)
  }

  /// What is held back.
  public struct Split: Sendable, Equatable {
    /// Test samples: a number of them, or a fraction below 1.
    public var test = Amount.count(0)
    /// Validation samples, likewise.
    public var validation = Amount.count(0)
    /// Keep the proportions of the classes.
    public var stratified = true

    /// Every key at its default.
    public init() {}
  }

  /// Where the samples are.
  public var source: Source
  /// Names of the classes; empty: labels are integers from 0.
  public var classes: [String] = []
  /// Multiplies the inputs.
  public var scale = 1.0
  /// `standard`: mean 0 and standard deviation 1 for each input over the training samples.
  public var normalize = Normalization.none
  /// Samples used; nil: all.
  public var limit: Int?
  /// Parts held back.
  public var split = Split()

  /// From its parts.
  public init(source: Source) { self.source = source }
}
