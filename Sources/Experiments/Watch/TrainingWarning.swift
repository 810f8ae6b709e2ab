public import Learning

/// A warning of a training, and a command to go on with.
public struct TrainingWarning: Sendable, Equatable {
  /// The update after which it was seen.
  public var step: Int
  /// Such as `multistability` or `loss`.
  public var cause: String
  public var message: String
  /// The words of a command line, `settle` left out; empty where the message says it all.
  public var next: [String]

  init(step: Int, cause: String, message: String, next: [String]) {
    self.step = step
    self.cause = cause
    self.message = message
    self.next = next
  }

  public init(_ warning: StabilityWatch.Warning) {
    self.init(
      step: warning.step, cause: warning.cause.rawValue, message: warning.message, next: [])
  }

  /// For people: a line, and the command on one of its own.
  public var text: String {
    "warning (update \(step)): \(message)"
      + (next.isEmpty ? "" : "\nnext: \(ShellWords.line(["settle"] + next))")
  }

  var json: JSONValue {
    .object([
      .init("update", .integer(step)), .init("cause", .string(cause)),
      .init("message", .string(message)),
      .init("next", next.isEmpty ? .null : .string(ShellWords.line(["settle"] + next))),
    ])
  }
}
