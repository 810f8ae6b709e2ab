/// What is wrong with a model file: every problem found, each with its place.
///
/// A command that gets this error ends with exit code 65 (bad input).
public struct ModelFileError: Error, Sendable, Equatable {
  /// One thing that is wrong.
  public struct Problem: Sendable, Hashable {
    /// Where.
    public var place: SourcePlace
    /// What is wrong, what was expected, and what to try.
    public var message: String

    /// A message and where it belongs.
    public init(place: SourcePlace, message: String) {
      self.place = place
      self.message = message
    }
  }

  /// The file, as its path was given.
  public var file: String
  /// The problems, in the order of the file; at least one.
  public var problems: [Problem]

  /// All problems of a file.
  public init(file: String, problems: [Problem]) {
    self.file = file
    self.problems = problems
  }
}

extension ModelFileError: CustomStringConvertible {
  /// How many problems are told before the rest is only counted.
  private static let told = 10

  /// One line a problem, `file:line:column: message`.
  public var description: String {
    var lines = problems.prefix(Self.told).map { "\($0.place.prefix(file: file)): \($0.message)" }
    if problems.count > Self.told {
      lines.append("\(file): and \(problems.count - Self.told) more problems")
    }
    return lines.joined(separator: "\n")
  }
}
