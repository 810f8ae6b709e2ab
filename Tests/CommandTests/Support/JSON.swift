import Foundation

/// A JSON document as a script would read it: to the last bit of its numbers, which
/// `JSONSerialization` does not give on every system.
struct JSON: Decodable {
  private enum Value {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
  }

  private let value: Value

  init(_ data: Data) throws { self = try JSONDecoder().decode(JSON.self, from: data) }

  init(_ text: String) throws { try self.init(Data(text.utf8)) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let bool = try? container.decode(Bool.self) {
      value = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else if let string = try? container.decode(String.self) {
      value = .string(string)
    } else if let array = try? container.decode([JSON].self) {
      value = .array(array)
    } else {
      value = .object(try container.decode([String: JSON].self))
    }
  }

  private init() { value = .null }

  /// Null where there is nothing of that name.
  subscript(key: String) -> JSON {
    if case .object(let members) = value { members[key] ?? JSON() } else { JSON() }
  }

  subscript(index: Int) -> JSON {
    elements.indices.contains(index) ? elements[index] : JSON()
  }

  var isNull: Bool { if case .null = value { true } else { false } }
  var keys: Set<String> { if case .object(let members) = value { Set(members.keys) } else { [] } }
  var elements: [JSON] { if case .array(let elements) = value { elements } else { [] } }
  var string: String? { if case .string(let string) = value { string } else { nil } }
  var bool: Bool? { if case .bool(let bool) = value { bool } else { nil } }
  /// NaN where there is none.
  var number: Double { if case .number(let number) = value { number } else { .nan } }
  var numbers: [Double] { elements.map(\.number) }
}
