/// How many samples are set apart, and how they are chosen.
public struct SplitRequest: Hashable, Sendable {
  /// A number of samples, or a fraction of all.
  public enum Size: Hashable, Sendable {
    /// Nothing is held back.
    case none
    /// So many samples.
    case count(Int)
    /// Between 0 and 1; rounded to whole samples.
    case fraction(Double)

    /// As model files write it: 0 for none, an integer for a count, less than 1 for a fraction.
    ///
    /// Nil for anything else.
    public init?(_ number: Double) {
      if number == 0 {
        self = .none
      } else if number > 0, number < 1 {
        self = .fraction(number)
      } else if number >= 1, let count = Int(exactly: number) {
        self = .count(count)
      } else {
        return nil
      }
    }
  }

  /// Test samples.
  public var test: Size
  /// Validation samples.
  public var validation: Size
  /// Whether each class gives its share to each part; nil for "if there are labels".
  public var stratified: Bool?

  /// From its parts.
  public init(test: Size = .none, validation: Size = .none, stratified: Bool? = nil) {
    self.test = test
    self.validation = validation
    self.stratified = stratified
  }
}
