/// What is wrong with a rule that is written as an expression, and where.
public struct ExpressionError: Error, Sendable, Equatable {
  /// A name that means nothing here.
  public struct Unknown: Sendable, Equatable {
    /// What it should have been: "name", "function", ...
    public var what: String
    /// The name that was written.
    public var name: String
    /// Names that there are.
    public var known: [String]
  }

  /// Which part of the rule it is about.
  public enum Subject: Sendable {
    /// The expression itself.
    case text
    /// The list of third factors.
    case third
    /// The strength of nudging.
    case beta
  }

  /// What is wrong.
  public var subject = Subject.text
  /// Unicode scalars before the place in the text.
  public var offset: Int
  /// What is wrong with it, and what to do.
  public var message: String
  /// Set where the problem is a name, so that whoever reports it can suggest another.
  public var unknown: Unknown?

  init(_ message: String, at offset: Int = 0, subject: Subject = .text) {
    self.offset = offset
    self.subject = subject
    self.message = message
  }

  init(
    unknown what: String, _ name: String, of known: [String], at offset: Int = 0,
    subject: Subject = .text
  ) {
    self.offset = offset
    self.subject = subject
    message = "unknown \(what) `\(name)`"
    unknown = Unknown(what: what, name: name, known: known)
  }
}

extension ExpressionError: CustomStringConvertible {
  public var description: String {
    var text = subject == .text ? "at character \(offset + 1): \(message)" : message
    if let unknown { text += "; known: " + unknown.known.joined(separator: ", ") }
    return text
  }
}
