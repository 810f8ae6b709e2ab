public import Dynamics

/// Samples to learn from or to be judged by.
public protocol TrainingData: Sendable {
  /// The number of samples.
  var count: Int { get }
  /// The samples in those rows, 0 ..< ``count``, in that order, with their numbers in the source and
  /// with targets where they are known.
  func samples(_ rows: [Int]) throws -> Samples
  /// The class of the sample in that row, or nil.
  func label(of row: Int) -> Int?
}

extension TrainingData {
  public func label(of row: Int) -> Int? { nil }
}

/// Samples that lie in memory.
public struct SamplesInMemory: TrainingData {
  /// All samples.
  public let all: Samples
  /// Their classes, from 0; nil where targets are vectors.
  public let labels: [Int]?

  /// From its parts.
  public init(_ samples: Samples, labels: [Int]? = nil) {
    precondition(labels == nil || labels!.count == samples.count)
    all = samples
    self.labels = labels
  }

  public var count: Int { all.count }
  public func samples(_ rows: [Int]) -> Samples { all.selecting(rows) }
  public func label(of row: Int) -> Int? { labels?[row] }
}
