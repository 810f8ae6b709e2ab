/// The malformed models that the JSON Schema accepts, by the reason why it cannot see what is wrong.
enum UnseenByTheSchema {
  static let all: [String: [String]] = [:]
}
