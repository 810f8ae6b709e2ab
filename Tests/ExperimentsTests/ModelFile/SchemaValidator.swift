import Experiments

/// Validates by the part of JSON Schema (draft 7) that the schema of model files is written in.
struct SchemaValidator {
  let root: JSONValue

  func accepts(_ value: JSONValue) -> Bool { accepts(value, root) }

  /// Whether a schema uses keywords that this validator does not know.
  static func unknownKeywords(in schema: JSONValue) -> Set<String> {
    guard case .object(let members) = schema else { return [] }
    var unknown: Set<String> = []
    for member in members {
      switch member.key {
      case "properties", "definitions":
        guard case .object(let schemas) = member.value else { continue }
        for schema in schemas { unknown.formUnion(unknownKeywords(in: schema.value)) }
      case "anyOf", "oneOf", "allOf":
        for schema in member.value.arrayValue ?? [] {
          unknown.formUnion(unknownKeywords(in: schema))
        }
      case "not", "if", "then", "else", "items", "additionalProperties", "propertyNames":
        unknown.formUnion(unknownKeywords(in: member.value))
      case "$schema", "$ref", "title", "description", "default", "type", "enum", "const",
        "required",
        "pattern", "minLength", "minItems", "maxItems", "uniqueItems", "minProperties", "minimum",
        "maximum",
        "exclusiveMinimum", "exclusiveMaximum":
        break
      default: unknown.insert(member.key)
      }
    }
    return unknown
  }

  func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    if case .bool(let verdict) = schema { return verdict }
    if let name = schema["$ref"]?.stringValue {
      let found = root["definitions"]?[String(name.split(separator: "/").last ?? "")]
      return found.map { accepts(value, $0) } ?? false
    }
    guard case .object(let keywords) = schema else { return false }
    return keywords.allSatisfy { holds($0.key, $0.value, schema, value) }
  }

  private func holds(
    _ keyword: String, _ argument: JSONValue, _ schema: JSONValue, _ value: JSONValue
  ) -> Bool {
    let choices = argument.arrayValue ?? []
    switch keyword {
    case "type": return (choices.isEmpty ? [argument] : choices).contains { isType($0, value) }
    case "enum": return choices.contains { equal($0, value) }
    case "const": return equal(argument, value)
    case "anyOf": return choices.contains { accepts(value, $0) }
    case "oneOf": return choices.count { accepts(value, $0) } == 1
    case "allOf": return choices.allSatisfy { accepts(value, $0) }
    case "not": return !accepts(value, argument)
    case "if":
      let branch = accepts(value, argument) ? schema["then"] : schema["else"]
      return branch.map { accepts(value, $0) } ?? true
    default: break
    }
    switch value {
    case .object(let members): return holds(keyword, argument, schema, members)
    case .array(let items):
      switch keyword {
      case "items": return items.allSatisfy { accepts($0, argument) }
      case "minItems": return items.count >= argument.integerValue ?? 0
      case "maxItems": return items.count <= argument.integerValue ?? .max
      case "uniqueItems":
        return items.indices.allSatisfy { index in
          !items[..<index].contains { equal($0, items[index]) }
        }
      default: return true
      }
    case .string(let text):
      switch keyword {
      case "pattern": return matches(text, argument.stringValue ?? "")
      case "minLength": return text.unicodeScalars.count >= argument.integerValue ?? 0
      default: return true
      }
    case .integer, .number:
      guard let number = value.numberValue, let bound = argument.numberValue else { return true }
      switch keyword {
      case "minimum": return number >= bound
      case "maximum": return number <= bound
      case "exclusiveMinimum": return number > bound
      case "exclusiveMaximum": return number < bound
      default: return true
      }
    case .null, .bool: return true
    }
  }

  private func holds(
    _ keyword: String, _ argument: JSONValue, _ schema: JSONValue, _ members: [JSONValue.Member]
  ) -> Bool {
    switch keyword {
    case "required":
      return (argument.arrayValue ?? []).allSatisfy { name in
        members.contains { $0.key == name.stringValue }
      }
    case "properties":
      return members.allSatisfy { member in
        argument[member.key].map { accepts(member.value, $0) } ?? true
      }
    case "additionalProperties":
      return members.allSatisfy { member in
        schema["properties"]?[member.key] != nil || accepts(member.value, argument)
      }
    case "propertyNames": return members.allSatisfy { accepts(.string($0.key), argument) }
    case "minProperties": return members.count >= argument.integerValue ?? 0
    default: return true
    }
  }

  private func isType(_ type: JSONValue, _ value: JSONValue) -> Bool {
    switch (type.stringValue, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
      ("null", .null), ("number", .integer), ("number", .number), ("integer", .integer):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }

  private func equal(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let x = a.numberValue, let y = b.numberValue { return x == y }
    return a == b
  }

  private func matches(_ text: String, _ pattern: String) -> Bool {
    guard let expression = try? Regex(pattern) else { return false }
    return text.contains(expression)
  }
}
