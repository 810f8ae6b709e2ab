/// A data set and how it is cut into training, validation and test samples.
public struct DataDescription: Sendable, Equatable {
  public enum Normalization: String, Sendable, CaseIterable {
    case none
    /// Mean 0 and standard deviation 1 for each feature over the training samples.
    case standardize
    /// From 0 to 1 for each feature over the training samples.
    case minmax
  }

  /// Files of one part (training or test) of a data set.
  public struct Files: Sendable, Equatable {
    public var inputs = ""
    /// Class labels.
    public var labels: String?
    /// Target vectors.
    public var targets: String?

    public init() {}
  }

  /// One sample written in the model file.
  public struct Sample: Sendable, Equatable {
    public var input: [Double] = []
    public var target = TargetDescription.vector([])

    public init() {}
  }

  public enum Source: Sendable, Equatable {
    /// A table; all columns that are named neither as labels nor as targets are inputs.
    case csv(path: String, labels: String?, targets: [String])
    case idx(train: Files, test: Files?)
    case npy(train: Files, test: Files?)
    case inline([Sample])
  }

  /// Part of a data set: a number of samples or a fraction of them.
  public enum Amount: Sendable, Equatable {
    case count(Int)
    case fraction(Double)
  }

  public struct Split: Sendable, Equatable {
    public var test = Amount.count(0)
    public var validation = Amount.count(0)
    public var stratified = true

    public init() {}
  }

  public var source: Source
  /// Names of the classes; empty: labels are integers from 0.
  public var classes: [String] = []
  /// Multiplies the inputs.
  public var scale = 1.0
  public var normalize = Normalization.none
  /// Samples used; nil: all.
  public var limit: Int?
  public var split = Split()

  public init(source: Source) { self.source = source }
}
