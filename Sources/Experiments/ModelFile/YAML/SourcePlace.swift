/// Where a value of a model was written.
public enum SourcePlace: Sendable, Hashable {
  /// A position in the file, both numbers from 1; columns count Unicode scalars.
  case position(line: Int, column: Int)
  /// The n-th `--set` argument, from 1.
  case argument(Int)
  /// An option of the command line that stands for a key, such as `--record`.
  case option(String)
  /// The file as a whole (it cannot be read, for instance).
  case file

  /// How a message about this place begins, `file:line:column` where there is a position.
  func prefix(file: String) -> String {
    switch self {
    case .position(let line, let column): "\(file):\(line):\(column)"
    case .argument(let number): "--set argument \(number)"
    case .option(let name): name
    case .file: file
    }
  }
}
