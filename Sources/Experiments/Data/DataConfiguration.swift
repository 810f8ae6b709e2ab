/// What a model file says under `data`.
public struct DataConfiguration: Hashable, Sendable {
  /// Where the samples are.
  public var source: DataSource
  /// The names of the classes in the order of their numbers; empty where labels are numbers.
  public var classes: [String]
  /// Multiplies every input, before normalisation.
  public var scale: Double
  /// What is done to inputs beyond scaling.
  public var normalize: Normalization
  /// How many samples are taken, from the beginning of each file; nil for all.
  public var limit: Int?
  /// What is held back.
  public var split: SplitRequest

  /// From its parts.
  public init(
    _ source: DataSource, classes: [String] = [], scale: Double = 1,
    normalize: Normalization = .none, limit: Int? = nil, split: SplitRequest = SplitRequest()
  ) {
    self.source = source
    self.classes = classes
    self.scale = scale
    self.normalize = normalize
    self.limit = limit
    self.split = split
  }
}
