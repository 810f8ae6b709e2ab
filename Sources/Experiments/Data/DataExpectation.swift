/// What the network needs of its data; nil where it does not matter.
public struct DataExpectation: Hashable, Sendable {
  /// The number of input units.
  public var inputWidth: Int?
  /// The number of units the loss reads: as long as a target vector, more than the greatest label.
  public var outputWidth: Int?

  /// From its parts.
  public init(inputWidth: Int? = nil, outputWidth: Int? = nil) {
    self.inputWidth = inputWidth
    self.outputWidth = outputWidth
  }
}
