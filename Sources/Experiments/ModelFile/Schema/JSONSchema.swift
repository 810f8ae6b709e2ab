/// Pieces of a JSON Schema (draft 7), as editors read it.
///
/// A schema accepts whatever the reader accepts. Where a document as editors see it tells less than the
/// text (quotes, `1.0` for an integer), it accepts more.
enum JSONSchema {
  /// A finite number within bounds; with `infinite` also `inf`, which YAML takes for text (`.inf` is a
  /// number to it).
  static func number(_ bounds: Bounds = .any, infinite: Bool = false) -> JSONValue {
    var members: [JSONValue.Member] = [.init("type", "number")]
    if bounds.lower.isFinite {
      members.append(
        .init(bounds.includesLower ? "minimum" : "exclusiveMinimum", number(bounds.lower)))
    }
    if bounds.upper.isFinite {
      members.append(
        .init(bounds.includesUpper ? "maximum" : "exclusiveMaximum", number(bounds.upper)))
    }
    let number = JSONValue.object(members)
    return infinite ? any(of: [number, ["enum": ["inf", "+inf"]]]) : number
  }

  /// Whole numbers are written without a point.
  private static func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .integer($0) } ?? .number(value)
  }

  static func integer(_ range: ClosedRange<Int>) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("type", "integer"), .init("minimum", .integer(range.lowerBound)),
    ]
    if range.upperBound != .max { members.append(.init("maximum", .integer(range.upperBound))) }
    return .object(members)
  }

  static let flag: JSONValue = ["type": "boolean"]

  /// Text; numbers and booleans are text too where a name is expected. Patterns and lengths hold for
  /// what is written as text.
  static func text(pattern: String? = nil, isEmpty: Bool = false) -> JSONValue {
    var members: [JSONValue.Member] = [.init("type", ["string", "number", "boolean"])]
    if let pattern { members.append(.init("pattern", .string(pattern))) }
    if !isEmpty && pattern == nil { members.append(.init("minLength", 1)) }
    return .object(members)
  }

  /// The word that stands for no value; null too where it says so.
  static func word(_ word: String) -> JSONValue {
    switch word {
    case "null": ["enum": [.null, "none"]]
    case "none": ["enum": ["none", .null]]
    default: ["enum": [.string(word)]]
    }
  }

  /// Numbers in nested lists, one number, or a path: in ``definitions``.
  static let array: JSONValue = ["$ref": "#/definitions/array"]

  static let vector: JSONValue = ["type": "array", "items": ["type": "number"]]

  /// What ``array`` refers to. That lists of one level are equally long, no schema can say.
  static let definitions: JSONValue = [
    "array": [
      "anyOf": [
        ["type": "number"], ["type": "string", "pattern": #"\.[nN][pP][yY]$"#],
        ["$ref": "#/definitions/numbers"],
      ]
    ],
    "numbers": [
      "type": "array",
      "anyOf": [
        ["items": ["type": "number"]], ["items": ["$ref": "#/definitions/numbers"]],
      ],
    ],
  ]

  static func any(of choices: [JSONValue]) -> JSONValue {
    let flat = choices.flatMap { choice -> [JSONValue] in
      guard case .object(let members) = choice, members.count == 1,
        case .array(let inner)? = choice["anyOf"]
      else { return [choice] }
      return inner
    }
    return flat.count == 1 ? flat[0] : ["anyOf": .array(flat)]
  }

  // What the keys of one mapping ask of each other.

  /// Not both keys, but the second may be null.
  static func exclude(_ first: String, _ second: String) -> JSONValue {
    not(["required": [.string(first), .string(second)], "properties": [second: isGiven]])
  }

  /// At least one of the keys, and with `exactly` not two.
  static func one(of keys: String..., exactly: Bool) -> JSONValue {
    [exactly ? "oneOf" : "anyOf": .array(keys.map { ["required": [.string($0)]] })]
  }

  /// The value of a key, where the key is given, as `schema` has it.
  static func key(_ name: String, _ schema: JSONValue) -> JSONValue {
    ["properties": [name: schema]]
  }

  static func given(_ name: String, _ schema: JSONValue = [:]) -> JSONValue {
    ["required": [.string(name)], "properties": [name: schema]]
  }

  static func when(_ condition: JSONValue, _ then: JSONValue, else other: JSONValue? = nil)
    -> JSONValue
  {
    var members: [JSONValue.Member] = [.init("if", condition), .init("then", then)]
    if let other { members.append(.init("else", other)) }
    return .object(members)
  }

  static func not(_ schema: JSONValue) -> JSONValue { ["not": schema] }

  /// Not null.
  static let isGiven: JSONValue = ["not": ["type": "null"]]
}
