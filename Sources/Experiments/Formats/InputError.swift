/// A file that cannot be used as given: where, what is wrong, and what to try.
///
/// Every reader of this module throws this one type, and the command line answers it with
/// ``exitCode``. The description reads as compilers' messages do, so that editors find the place:
///
///     digits.csv:3:14: 'abc' is not a number; correct the value or leave the column out
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the file.
  public enum Place: Hashable, Sendable {
    /// The file as a whole: it is missing, or its parts do not fit together.
    case whole
    /// A line of a text, counted from 1, and a column in characters, counted from 1.
    case line(Int, column: Int?)
    /// An offset in bytes from the file's beginning.
    case byte(Int)
  }

  /// The file as the user named it, or what stands for a file (`--set argument 2`).
  public var file: String
  /// Where in the file.
  public var place: Place
  /// What is wrong: one clause, without a full stop.
  public var problem: String
  /// What to try; empty where nothing can be advised.
  public var remedy: String

  /// What is wrong with a file, where, and what to try.
  public init(_ file: String, _ place: Place = .whole, _ problem: String, try remedy: String = "") {
    self.file = file
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// The exit status for bad input (`EX_DATAERR` of sysexits).
  public static let exitCode: Int32 = 65

  public var description: String {
    let position =
      switch place {
      case .whole: ""
      case .line(let line, column: nil): ":\(line)"
      case .line(let line, column: let column?): ":\(line):\(column)"
      case .byte(let offset): ": byte \(offset)"
      }
    return "\(file)\(position): \(problem)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
