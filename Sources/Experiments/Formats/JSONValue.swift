/// A JSON document (RFC 8259) whose objects keep the order of their members.
///
/// Keys are written as given; Settle's own are in snake case.
///
///     let summary: JSONValue = ["settled": true, "residual": 1.5e-07, "phases": ["free"]]
public enum JSONValue: Hashable, Sendable {
  /// Not known.
  case null
  /// A truth value.
  case bool(Bool)
  /// A number without a point.
  case integer(Int)
  /// A NaN or infinity is written as `null`, for JSON has no word for it.
  case number(Double)
  /// Text.
  case string(String)
  /// Values, in order.
  case array([JSONValue])
  /// Members, in order.
  case object([Member])

  /// A key and its value.
  public struct Member: Hashable, Sendable {
    /// The key.
    public var key: String
    /// Its value.
    public var value: JSONValue

    /// A key and its value.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// A single-precision number, to be written by its own shortest decimal (0.1, not
  /// 0.10000000149011612).
  public static func single(_ value: Float) -> JSONValue {
    .number(Double(value.description) ?? .nan)
  }

  /// Numbers, in order.
  public static func numbers(_ values: some Sequence<Double>) -> JSONValue {
    .array(values.map { .number($0) })
  }

  /// The value of a member of an object; nil where this is no object or has no such member.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// An integer's value.
  public var integerValue: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// A number's value, integer or not.
  public var numberValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// A string's value.
  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// An array's values.
  public var arrayValue: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }

  /// `settledFraction` and `settled-fraction` as `settled_fraction`.
  public static func snakeCase(_ name: String) -> String {
    var result = ""
    var previous: Character = "_"
    for character in name {
      if character.isUppercase, previous.isLowercase || previous.isNumber { result.append("_") }
      result += character == "-" || character == " " ? "_" : character.lowercased()
      previous = character
    }
    return result
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}
