extension ParameterSource.Initialization {
  /// The keys of an `init`, with the defaults of `initial`.
  static func section(_ initial: Self) -> Section<Self> {
    Section(initial, shorthand: "kind") {
      Key(
        "kind", \.kind, .registered("initialization", \.initializations),
        "How initial values are made.")
      Key("gain", \.gain, .number(), "Multiplies the values.")
      Key(
        "value", \.value, Codec<Double>.number().optional("null"),
        "Size, for the kinds that take one: half-width (uniform), standard deviation (normal), "
          + "diagonal (identity), spectral radius. Null: derived from the fan-in.")
      Key(
        "norm", \.norm, Codec<Double>.number(.nonNegative).optional("null"),
        "Frobenius norm that the values are scaled to afterwards. Null: left as they are.")
    }
  }
}

extension Key {
  /// The two keys of one parameter's initial values: `init` (how they are made) and another
  /// (`weight`, `values`) that gives them. Only the one in use is written.
  static func initialization(
    _ property: any WritableKeyPath<Root, ParameterSource> & Sendable,
    _ initial: ParameterSource.Initialization, _ doc: String
  ) -> Key {
    Key(
      "init", .source(initial), doc,
      default: YAMLWriter.flow(ParameterSource.Initialization.section(initial).write(initial)),
      get: { root in
        guard case .initialization = root[keyPath: property] else { return nil }
        return root[keyPath: property]
      },
      set: { $0[keyPath: property] = $1 })
  }

  static func values(
    _ name: String, _ property: any WritableKeyPath<Root, ParameterSource> & Sendable,
    _ doc: String
  ) -> Key {
    Key(
      name, Codec<ArraySource>.array.optional("null"), doc, default: "null",
      get: { root -> ArraySource?? in
        guard case .array(let values) = root[keyPath: property] else { return nil }
        return .some(values)
      },
      set: { root, values in
        if let values { root[keyPath: property] = .array(values) }
      })
  }
}

extension Codec where Value == ParameterSource {
  /// An initialization (a mapping, or its kind), or the values themselves.
  static func source(_ initial: ParameterSource.Initialization) -> Codec {
    let section = ParameterSource.Initialization.section(initial)
    return Codec(
      shape: .also(section.shape, Codec<ArraySource>.array.shape),
      read: { node, reader in
        let isFile = node.text?.lowercased().hasSuffix(".npy") ?? false
        if node.items != nil || isFile || node.plain.flatMap(YAMLNumber.parse) != nil {
          return Codec<ArraySource>.array.read(node, &reader).map(ParameterSource.array)
        }
        return section.read(node, &reader).map(ParameterSource.initialization)
      },
      write: { source in
        switch source {
        case .initialization(let value): section.write(value)
        case .array(let values): Codec<ArraySource>.array.write(values)
        }
      })
  }
}

extension Reader {
  /// `init` and the key that gives the values themselves exclude each other.
  mutating func exclude(_ first: String, _ second: String, _ given: Set<String>, _ node: YAMLNode) {
    guard given.contains(first), let other = node[second], !other.isNull else { return }
    report("\(location) has both `\(first)` and `\(second)`; keep one", at: other.place)
  }
}

extension Codec where Value: Sendable & Equatable {
  /// Values for some populations: a mapping whose order does not matter, kept as written.
  func byPopulation() -> Codec<[PopulationValues<Value>]> {
    let pairs = named(by: "a population")
    return Codec<[PopulationValues<Value>]>(
      shape: pairs.shape,
      read: { node, reader in
        pairs.read(node, &reader)?.map { PopulationValues($0.name, $0.value) }
      },
      write: { pairs.write($0.map { ($0.population, $0.value) }) })
  }
}
