/// When a key means something, given the other keys of its mapping.
struct Applicability<Root: Sendable>: Sendable {
  /// Why the key means nothing here; nil where it applies.
  let objection: @Sendable (Root) -> String?
  /// What a JSON Schema can say of it: what holds of the mapping wherever the key applies.
  let schema: @Sendable (_ initial: Root) -> JSONValue?

  static var always: Self { Self(objection: { _ in nil }, schema: { _ in nil }) }

  /// Where no schema can tell.
  static func unless(_ objection: @escaping @Sendable (Root) -> String?) -> Self {
    Self(objection: objection, schema: { _ in nil })
  }

  /// With certain values of another key only.
  ///
  /// - Parameters:
  ///   - besides: a key that, given, implies one of the values.
  ///   - objection: why not; it objects to every other value, and may object to more.
  static func with(
    _ key: String, _ property: any KeyPath<Root, String> & Sendable, _ values: String...,
    besides: String? = nil, objection: @escaping @Sendable (Root) -> String?
  ) -> Self {
    Self(
      objection: objection,
      schema: { initial in
        condition(
          key, ["enum": .array(values.map { .string($0) })],
          isDefault: values.contains(initial[keyPath: property]), besides: besides)
      })
  }

  /// With every value of another key but one.
  static func without(
    _ key: String, _ property: any KeyPath<Root, String> & Sendable, _ value: String,
    objection: @escaping @Sendable (Root) -> String?
  ) -> Self {
    Self(
      objection: objection,
      schema: { initial in
        condition(
          key, ["not": ["const": .string(value)]], isDefault: initial[keyPath: property] != value,
          besides: nil)
      })
  }

  /// With certain values of another key only.
  static func with<Value: RawRepresentable<String> & Equatable & Sendable>(
    _ key: String, _ property: any KeyPath<Root, Value> & Sendable, _ values: Value...,
    else reason: String
  ) -> Self {
    Self(
      objection: { values.contains($0[keyPath: property]) ? nil : reason },
      schema: { initial in
        condition(
          key, ["enum": .array(values.map { .string($0.rawValue) })],
          isDefault: values.contains(initial[keyPath: property]), besides: nil)
      })
  }

  private static func condition(
    _ key: String, _ values: JSONValue, isDefault: Bool, besides: String?
  ) -> JSONValue {
    // A key that is left out has its default.
    let holds = isDefault ? JSONSchema.key(key, values) : JSONSchema.given(key, values)
    return besides.map { JSONSchema.any(of: [holds, JSONSchema.given($0)]) } ?? holds
  }
}
