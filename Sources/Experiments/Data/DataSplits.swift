/// The parts of a data set. Without a request for them, there are no test and validation parts.
public struct DataSplits: Sendable {
  public let train: DataSet
  public let validation: DataSet?
  public let test: DataSet?
}
