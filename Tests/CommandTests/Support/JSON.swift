import Foundation

/// A JSON document as a script would read it.
struct JSON {
  struct Malformed: Error {}

  let value: Any?

  init(_ value: Any?) { self.value = value is NSNull ? nil : value }

  init(_ data: Data) throws { self.init(try JSONSerialization.jsonObject(with: data)) }

  init(_ text: String) throws { try self.init(Data(text.utf8)) }

  subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
  subscript(index: Int) -> JSON {
    let array = value as? [Any] ?? []
    return JSON(array.indices.contains(index) ? array[index] : nil)
  }

  var isNull: Bool { value == nil }
  var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
  var count: Int { (value as? [Any])?.count ?? 0 }
  var elements: [JSON] { (value as? [Any] ?? []).map { JSON($0) } }
  var string: String? { value as? String }
  var bool: Bool? { value as? Bool }
  /// NaN where there is none.
  var number: Double { (value as? NSNumber)?.doubleValue ?? .nan }
  var numbers: [Double] { elements.map(\.number) }
}
