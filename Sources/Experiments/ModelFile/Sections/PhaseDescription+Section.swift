extension PhaseDescription {
  static let section = Section(PhaseDescription()) {
    Key(
      "phase", \.kind, .choice, "`free`: controller off; `controlled`: controller on.",
      required: true)
    Key("name", \.name, .text("a name"), "Name in the phase column.", default: "the phase")
    Key(
      "until", .equilibrium, "Runs until equilibrium. Needed without `duration`.",
      default: "see `duration`",
      get: { $0.end == .equilibrium ? .equilibrium : nil },
      set: { phase, _ in
        phase.end = .equilibrium
      })
    Key(
      "duration", .number(.positive), "Model time. Needed without `until`.",
      default: "see `until`",
      get: { phase in
        guard case .duration(let time) = phase.end else { return nil }
        return time
      }, set: { $0.end = .duration($1) })
    Key(
      "inputs", \.inputs, Codec<InputDescription>.input.byPopulation(),
      "Inputs that change: from this phase on, or with time from its beginning on.")
    Key(
      "target", \.target, Codec<TargetDescription>.target.optional("null"),
      "Target, where it changes.")
    Key(
      "keep-control", \.keepControl, .flag,
      "Start from the ψ and u of the previous controlled phase instead of 0.")
    Key(
      "perturb",
      Perturbation.section.codec.named(
        by: "a variable such as `phi.hidden`", pattern: #"^(phi|psi|u)\."#),
      "Kicks at the start of the phase.", default: "{}",
      get: { $0.perturbations.map { (name: $0.variable.description, value: $0) } },
      set: { phase, pairs in
        phase.perturbations = pairs.map { name, perturbation in
          var perturbation = perturbation
          // A name that is no variable is reported with the other references.
          perturbation.variable =
            RecordedVariable(name) ?? RecordedVariable(quantity: .residual, population: name)
          return perturbation
        }
      })
  }
  .obeying(
    JSONSchema.when(
      JSONSchema.given("phase", ["const": "free"]),
      JSONSchema.key("keep-control", ["const": false]))
  )
  .finishing(rules: [JSONSchema.one(of: "until", "duration", exactly: true)]) {
    phase, given, node, reader in
    if !given.contains("name") { phase.name = phase.kind.rawValue }
    switch (given.contains("until"), given.contains("duration")) {
    case (false, false):
      reader.report(
        "\(reader.location) needs an end: `until: equilibrium` or `duration: 20`",
        at: node.place)
    case (true, true):
      reader.report(
        "\(reader.location) has both `until` and `duration`; keep one",
        at: node["duration"]?.place ?? node.place)
    default: break
    }
  }
}

extension PhaseDescription.Perturbation {
  static let section = Section(Self()) {
    Key("add", \.add, Codec<ArraySource>.array.optional("null"), "Added to the units.")
    Key("noise", \.noise, .number(.nonNegative), "Standard deviation of normal noise added.")
  }
}

extension Codec where Value == PhaseDescription.End {
  fileprivate static var equilibrium: Codec {
    Codec(
      shape: .choice(["equilibrium"]),
      read: { node, reader in
        guard node.text == "equilibrium" else {
          reader.report(
            expected: "`equilibrium`", got: node, hint: "; for a time use `duration`")
          return nil
        }
        return .equilibrium
      },
      write: { _ in .text("equilibrium") })
  }
}
