extension ProjectionDescription {
  static let section = Section(ProjectionDescription()) {
    Key("from", \.from, .text("a population"), "Where it comes from.", required: true)
    Key("to", \.to, .text("a population"), "Where it goes.", required: true)
    Key("name", \.name, .text("a name"), "Its name.", default: "`from`-`to`")
    Key("kind", \.kind, .registered("projection kind", \.projections), "Kind of connection.")
    Key.initialization(\.weight, .init(), "Initial weights [post, pre].")
    Key.values("weight", \.weight, "The initial weights themselves, instead of `init`.")
    Key(
      "mask", \.mask, Codec<ArraySource>.array.optional("null"),
      "0 where there is no synapse, else 1.")
    Key("learn", \.learn, .flag, "Whether the weights learn.")
    Key("rate", \.rate, .number(.nonNegative), "Multiplies the optimizer's rate.")
    Key(
      "decay", \.decay, .number(.belowOne),
      "γ: weights are multiplied by 1 − γ before a step. Not the optimizer's `weight-decay`.")
    Key(
      "constraint", \.constraints, Constraint.codec, "What the weights keep to after each update.")
    Key("feedback", \.feedback, Feedback.section.codec, "The weights that carry ψ backwards.")
  }
  .finishing(rules: [JSONSchema.exclude("init", "weight")]) { projection, given, node, reader in
    if !given.contains("name") { projection.name = "\(projection.from)-\(projection.to)" }
    reader.exclude("init", "weight", given, node)
  }
}

extension ProjectionDescription.Constraint {
  static let section = Section(Self(), shorthand: "kind") {
    Key(
      "kind", \.kind, .choice,
      "The constraint. `symmetric`: W and the weights of the projection back are each other's "
        + "transposes; from a population to itself, W = Wᵀ.", required: true)
    Key(
      "value", \.value, Codec<Double>.number().optional("null"),
      "Bound (spectral-radius, spectral-norm); 1 or -1 (sign; null: the initial signs).")
  }
  .finishing(rules: rules) { constraint, _, node, reader in
    let place = node["value"]?.place ?? node.place
    switch (constraint.kind, constraint.value) {
    case (.spectralRadius, let value), (.spectralNorm, let value):
      if value.map({ $0 <= 0 }) ?? true {
        reader.report(
          "\(reader.location) needs a `value` > 0: the bound of the \(constraint.kind.rawValue)",
          at: place)
      }
    case (.sign, .some(let value)) where abs(value) != 1:
      reader.report("\(reader.location) should have the `value` 1 or -1, or null", at: place)
    case (.symmetric, .some), (.zeroDiagonal, .some):
      reader.report(
        "\(reader.location): `\(constraint.kind.rawValue)` takes no `value`", at: place)
    default: break
    }
  }

  private static let rules = [
    JSONSchema.when(
      JSONSchema.given("kind", ["enum": ["spectral-radius", "spectral-norm"]]),
      JSONSchema.given("value", JSONSchema.number(.positive))),
    JSONSchema.when(
      JSONSchema.given("kind", ["const": "sign"]),
      JSONSchema.key("value", ["enum": [1, -1, .null, "none"]])),
    JSONSchema.when(
      JSONSchema.given("kind", ["enum": ["symmetric", "zero-diagonal"]]),
      JSONSchema.key("value", JSONSchema.word("null"))),
  ]

  /// `none`, one constraint, or a list.
  static let codec: Codec<[Self]> = {
    let one = section.codec
    let list = one.list()
    return Codec(
      shape: .also(.either(.scalar("`none`", JSONSchema.word("none")), list.shape), one.shape),
      read: { node, reader in
        if node.plain == "none" || node.isNull { return [] }
        return node.items == nil ? one.read(node, &reader).map { [$0] } : list.read(node, &reader)
      },
      write: { $0.isEmpty ? .plain("none") : list.write($0) })
  }()
}

extension ProjectionDescription.Feedback {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .choice, "`transpose`: S = Wᵀ; `separate`: weights of their own.")
    Key(
      "init", \.source, .source(.init(kind: "normal", norm: 1)),
      "Initial S [post, pre], with `separate`: an initialization or an array.")
    Key("learn", \.learn, .flag, "Whether S learns, with `separate`.")
    Key("decay", \.decay, .number(.belowOne), "γ of S, with `separate`.")
  }
}
