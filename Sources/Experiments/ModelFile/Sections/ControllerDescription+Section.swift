extension ControllerDescription {
  static let section = Section(ControllerDescription(), shorthand: "kind") {
    Key(
      "kind", \.kind, .registered("controller", \.controllers), "How control reaches φ.",
      default: "dynamic-inversion; none without a loss")
    Key("tau", \.tau, .number(.positive), "τ_ψ of dynamic inversion.")
    Key(
      "output-stage", \.outputStage, .choice,
      "`direct`: ψ of the loss population is u itself; only where it projects nowhere.")
    Key("output", \.output, Output.section.codec, "How u follows from the loss.")
    Key(
      "feedback",
      Codec<ParameterSource>.controlFeedback.named(by: "a population"),
      "Q [units, outputs] of linear feedback: `identity`, an initialization, `values`, or `none` where "
        + "u does not reach.",
      default: "identity for the loss population, {kind: normal} elsewhere",
      get: { $0.feedback.map { (name: $0.population, value: $0.source) } },
      set: { root, pairs in
        root.feedback = pairs.map { name, source in
          var feedback = Feedback()
          feedback.population = name
          feedback.source = source
          return feedback
        }
      })
    Key("noise", \.noise, Noise.section.codec, "Noise on φ, from which Q can be learned.")
  }
  .obeying(
    JSONSchema.when(
      JSONSchema.given("feedback", ["minProperties": 1]),
      JSONSchema.given("kind", ["const": "linear-feedback"])),
    JSONSchema.when(
      JSONSchema.given("output-stage", ["const": "direct"]),
      // Without a controller nobody asks.
      JSONSchema.key("kind", ["enum": ["dynamic-inversion", "none"]])))
}

extension ControllerDescription.Output {
  static let section = Section(Self(), shorthand: "kind") {
    Key(
      "kind", \.kind, .choice, "`pi`: proportional and integral; `clamp`: y is held at the target.")
    Key(
      "integral", \.integral, .number(.nonNegative), "k_i; 0 is proportional control.",
      applies: free)
    Key("proportional", \.proportional, .number(.nonNegative), "k_p.", applies: free)
    Key("leak", \.leak, .number(.nonNegative), "α.", applies: free)
    Key("tau", \.tau, .number(.positive), "τ_u.", applies: free)
    Key(
      "leak-on", \.leakOn, .choice,
      "`integral`: α_eff = 1/(k_i/α + k_p); `total`: the leak acts on all of u, α_eff = α.",
      applies: free)
  }

  private static let free = Applicability<Self>.with(
    "kind", \.kind, .pi, else: "a clamped output has no gains, leak or time constant")
}

extension ControllerDescription.Noise {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .choice, "The noise.")
    Key("sigma", \.sigma, .number(.nonNegative), "Its strength s.")
    Key("tau", \.tau, .number(.positive), "Its time constant τ_ε.")
    Key("step", \.step, .number(.positive), "Euler-Maruyama step.")
    Key("steps", \.steps, .integer(1...), "Number of steps.")
  }
}

extension Codec where Value == ParameterSource {
  private struct Block: Sendable {
    var source = ParameterSource.initialization(.init(kind: "normal"))

    static let section = Section(Self()) {
      Key.initialization(\.source, .init(kind: "normal"), "Initial values.")
      Key.values("values", \.source, "The initial values themselves, instead of `init`.")
    }
    .finishing(rules: [JSONSchema.exclude("init", "values")]) { _, given, node, reader in
      reader.exclude("init", "values", given, node)
    }
  }

  /// One block of Q: `identity` and other kinds, an array, or `{init: …}` or `{values: …}`.
  fileprivate static var controlFeedback: Codec {
    let bare = Codec.source(.init(kind: "normal"))
    return Codec(
      shape: .also(
        Block.section.shape, .either(bare.shape, .scalar("`none`", JSONSchema.word("none")))),
      read: { node, reader in
        if node.plain == "none" { return .initialization(.init(kind: "none")) }
        return node.entries == nil
          ? bare.read(node, &reader) : Block.section.read(node, &reader).map(\.source)
      },
      write: { source in
        if case .initialization(let given) = source, given.kind == "none" { return .plain("none") }
        return Block.section.write(Block(source: source))
      })
  }
}
