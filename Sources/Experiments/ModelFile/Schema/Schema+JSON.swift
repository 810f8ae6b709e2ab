extension Schema {
  /// The JSON Schema (draft 7) of model files, from the table of keys: what editors complete and check
  /// them by.
  ///
  /// It accepts every model that ``ModelFile`` accepts. What keys far apart ask of each other (names that
  /// refer to populations, sizes that must agree) it cannot say.
  ///
  /// - Parameter names: what model files can name, with what a program has registered.
  public static func json(for names: KnownNames = KnownNames()) -> JSONValue {
    let section = ModelDescription.section
    var members: [JSONValue.Member] = [
      .init("$schema", "http://json-schema.org/draft-07/schema#"),
      .init("title", .string("Settle model file, schema version \(version)")),
    ]
    members += mapping(section.keyShapes, section.rules, names)
    members.append(.init("definitions", JSONSchema.definitions))
    return .object(members)
  }

  private static func mapping(
    _ keys: [KeyShape], _ rules: [JSONValue], _ names: KnownNames
  ) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("type", "object"),
      .init(
        "properties",
        .object(keys.map { .init($0.name, describe($0, schema(of: $0.shape, names))) })),
      .init("additionalProperties", false),
    ]
    let required = keys.filter { $0.defaultText == nil }
    if !required.isEmpty {
      members.append(.init("required", .array(required.map { .string($0.name) })))
    }
    if !rules.isEmpty { members.append(.init("allOf", .array(rules))) }
    return members
  }

  /// The schema of a value, with the meaning and the default of its key.
  private static func describe(_ key: KeyShape, _ schema: JSONValue) -> JSONValue {
    var doc = key.doc
    if key.defaultValue == nil, let text = key.defaultText, text.contains(" ") {
      doc += " Default: \(text)."
    }
    var members: [JSONValue.Member] = [.init("description", .string(doc))]
    switch key.defaultValue {
    // The keys of a mapping have defaults of their own.
    case nil, .object: break
    // Not given at all, where nothing can be written for it.
    case .null? where !takesNull(schema): break
    // In words, like the size for a shape.
    case .array(let items)?
    where items.contains { $0.stringValue != nil }
      && schema["items"]?["type"] == "integer":
      break
    case let value?: members.append(.init("default", value))
    }
    guard case .object(let own) = schema, schema["$ref"] == nil else {
      // Draft 7 sees nothing beside a reference.
      return .object(members + [.init("allOf", [schema])])
    }
    return .object(members + own)
  }

  private static func takesNull(_ schema: JSONValue) -> Bool {
    let choices = [schema] + (schema["anyOf"]?.arrayValue ?? [])
    return choices.contains { $0["enum"]?.arrayValue?.contains(.null) == true }
  }

  private static func schema(of shape: Shape, _ names: KnownNames) -> JSONValue {
    switch shape {
    case .scalar(_, let schema): return schema
    case .choice(let names): return ["enum": .array(names.map { .string($0) })]
    case .registered(let property):
      return ["enum": .array(names[keyPath: property].map { .string($0) })]
    case .list(let item): return ["type": "array", "items": schema(of: item, names)]
    case .named(_, let pattern, let item):
      var members: [JSONValue.Member] = [
        .init("type", "object"), .init("additionalProperties", schema(of: item, names)),
      ]
      if let pattern { members.append(.init("propertyNames", ["pattern": .string(pattern)])) }
      return .object(members)
    case .section(let keys, let shorthand, let rules):
      let whole = JSONValue.object(mapping(keys, rules, names))
      guard let short = keys.first(where: { $0.name == shorthand }) else { return whole }
      return JSONSchema.any(of: [schema(of: short.shape, names), whole])
    case .variants(let variants):
      return [
        "oneOf": .array(
          variants.map { variant in
            let rule = JSONSchema.key("kind", ["const": .string(variant.name)])
            return .object(mapping(variant.keys, [rule] + variant.rules, names))
          })
      ]
    case .either(let first, let second), .also(let first, let second):
      return JSONSchema.any(of: [schema(of: first, names), schema(of: second, names)])
    }
  }
}
