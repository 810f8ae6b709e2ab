public import Learning

/// A warning of a training, and a command to go on with.
public struct TrainingWarning: Sendable, Equatable {
  /// The update after which it was seen.
  public var step: Int
  /// Such as `multistability` or `loop`.
  public var cause: String
  /// What was seen, and of the watch what to try.
  public var message: String
  /// A command line; nil where the message says it all. It was not tried: that would take a training.
  public var next: String?

  /// From its parts.
  init(step: Int, cause: String, message: String, next: String?) {
    self.step = step
    self.cause = cause
    self.message = message
    self.next = next
  }

  /// One of the watch.
  public init(_ warning: StabilityWatch.Warning) {
    self.init(
      step: warning.step, cause: warning.cause.rawValue, message: warning.message, next: nil)
  }

  /// What an earlier session has written; nil where it is none.
  init?(_ json: JSONValue) {
    guard let step = json["update"]?.integerValue, let cause = json["cause"]?.stringValue,
      let message = json["message"]?.stringValue
    else { return nil }
    self.init(step: step, cause: cause, message: message, next: json["next"]?.stringValue)
  }

  /// For people: a line, and the command on one of its own.
  public var text: String {
    "warning (update \(step)): \(message)" + (next.map { "\nnext: \($0)   # not tried" } ?? "")
  }

  var json: JSONValue {
    .object([
      .init("update", .integer(step)), .init("cause", .string(cause)),
      .init("message", .string(message)), .init("next", next.map(JSONValue.string) ?? .null),
    ])
  }
}
