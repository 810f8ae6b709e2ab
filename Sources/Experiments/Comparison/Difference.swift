/// One thing in which two results differ.
public struct Difference: Sendable, Equatable {
  /// The file, as both folders call it.
  public var file: String
  /// Where in it, in words: `row 3, column test_loss`; empty for the file as a whole.
  public var place: String
  /// In the first run.
  public var first: String
  /// In the second.
  public var second: String

  /// From its parts.
  public init(_ file: String, _ place: String = "", _ first: String, _ second: String) {
    self.file = file
    self.place = place
    self.first = first
    self.second = second
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("file", .string(file)), .init("place", .string(place)),
      .init("first", .string(first)), .init("second", .string(second)),
    ])
  }
}
