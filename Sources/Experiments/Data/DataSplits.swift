/// The parts of a data set. Without a request for them, there are no test and validation parts.
public struct DataSplits: Sendable {
  /// Samples to learn from.
  public let train: DataSet
  /// Samples held back for decisions; nil: none.
  public let validation: DataSet?
  /// Samples held back for the end; nil: none.
  public let test: DataSet?
}
