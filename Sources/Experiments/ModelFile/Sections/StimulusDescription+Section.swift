extension StimulusDescription {
  static let section = Section(StimulusDescription()) {
    Key(
      "inputs", \.inputs, Codec<ArraySource>.array.byPopulation(), "Rates of the input populations."
    )
    Key(
      "target", \.target, Codec<TargetDescription>.target.optional("null"),
      "Target of the loss: a vector, a class number, or a class name.")
  }
}

extension InitialDescription {
  static let section = Section(InitialDescription()) {
    Key("phi", \.phi, Codec<Value>.initial.byPopulation(), "States φ.")
    Key("psi", \.psi, Codec<Value>.initial.byPopulation(), "Control states ψ (dynamic inversion).")
    Key("u", \.u, Codec<Value>.initial.byPopulation(), "State of the output integrator.")
  }
}

extension Codec where Value == InitialDescription.Value {
  private struct Random: Sendable {
    enum Kind: String, CaseIterable, Sendable { case normal }
    var kind = Kind.normal
    var scale = 1.0

    static let section = Section(Self(), shorthand: "kind") {
      Key("kind", \.kind, .choice, "The distribution.", required: true)
      Key("scale", \.scale, .number(.nonNegative), "Its standard deviation.")
    }
  }

  /// Values, or `{kind: normal, scale: 1}`.
  fileprivate static var initial: Codec {
    let values = Codec<ArraySource>.array
    return Codec(
      shape: .either(values.shape, Random.section.shape),
      read: { node, reader in
        if node.entries != nil || node.plain == "normal" {
          return Random.section.read(node, &reader).map { .normal(scale: $0.scale) }
        }
        return values.read(node, &reader).map { .values($0) }
      },
      write: { value in
        switch value {
        case .values(let array): values.write(array)
        case .normal(let scale): Random.section.write(Random(scale: scale))
        }
      })
  }
}
