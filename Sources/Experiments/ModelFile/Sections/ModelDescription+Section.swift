extension ModelDescription {
  static let section = Section(ModelDescription()) {
    Key("settle", \.version, .version, "Version of this schema: 1.", required: true)
    Key(
      "name", \.name, .name, "Name of the model and of its folder of runs.",
      default: "the file's name")
    Key("description", \.description, .text, "What it is about.")
    Key("seed", \.seed, .seed, "Seed of all random numbers.")
    Key("seeds", \.seeds, SeedsDescription.section.codec, "Streams with a seed of their own.")
    Key("precision", \.precision, .choice, "Scalar type of the computation.")
    Key("network", \.network, NetworkDescription.section.codec, "The network.", required: true)
    Key("controller", \.controller, ControllerDescription.section.codec, "The controller.")
    Key("settling", \.settling, SettlingDescription.section.codec, "Finding the equilibrium.")
    Key("data", \.data, DataDescription.codec.optional("null"), "The data set.")
    Key(
      "learning", \.learning, LearningDescription.section.codec.optional("null"), "Learning.")
    Key(
      "parameters", \.parameters,
      Codec<String>.text("the path of a safetensors file")
        .optional("null"),
      "Parameters to start from. Null: the seeded initialization.")
    Key(
      "stimulus", \.stimulus, StimulusDescription.section.codec.optional("null"),
      "One sample, given inline, to simulate.")
    Key("initial", \.initial, InitialDescription.section.codec, "Initial state; else 0.")
    Key(
      "protocol", \.protocol, PhaseDescription.section.codec.list(), "Phases of a simulation.",
      default: "[{phase: controlled, until: equilibrium}] (free without a controller)")
    Key(
      "record", \.record, RecordDescription.section.codec,
      "What a simulation writes. By default what the model has of phi, psi, u, loss, residual.")
  }
  .obeying(JSONSchema.key("protocol", ["minItems": 1]))
  .finishing { model, given, node, _ in model.fillIn(given: given, node) }

  /// Defaults that depend on other keys.
  private mutating func fillIn(given: Set<String>, _ node: YAMLNode) {
    let choosesController =
      node["controller"].map { $0.entries == nil || $0["kind"] != nil } ?? false
    if network.loss == nil && !choosesController { controller.kind = "none" }
    if controller.kind == "linear-feedback" { fillInFeedback() }
    let isControlled = controller.kind != "none"
    if !given.contains("protocol") {
      self.protocol = [PhaseDescription(isControlled ? .controlled : .free)]
    }
    if node["record"]?["variables"] == nil {
      record.variables.removeAll { variable in
        switch variable.quantity {
        case .psi, .u: !isControlled
        case .loss: network.loss == nil
        default: false
        }
      }
    }
  }

  /// Every population with a state gets its block of Q, in the order of the state.
  private mutating func fillInFeedback() {
    var rest = controller.feedback
    controller.feedback = network.populations.compactMap { population in
      if let index = rest.firstIndex(where: { $0.population == population.name }) {
        return rest.remove(at: index)
      }
      guard population.role == .state else { return nil }
      var feedback = ControllerDescription.Feedback()
      feedback.population = population.name
      if population.name == network.loss?.population {
        feedback.source = .initialization(.init(kind: "identity"))
      }
      return feedback
    }
    // What names no population stays, to be reported.
    controller.feedback += rest
  }
}

extension SeedsDescription {
  fileprivate static let section = Section(Self()) {
    Key("split", \.split, Codec<UInt64>.seed.optional("null"), "Splitting the data. Null: `seed`.")
    Key("init", \.initialization, Codec<UInt64>.seed.optional("null"), "Initialization.")
    Key("shuffle", \.shuffle, Codec<UInt64>.seed.optional("null"), "Order of the samples.")
    Key("noise", \.noise, Codec<UInt64>.seed.optional("null"), "Noise in the dynamics.")
    Key("initial", \.initial, Codec<UInt64>.seed.optional("null"), "Random initial states.")
  }
}

extension Codec where Value == Int {
  /// The version of the schema.
  fileprivate static var version: Codec {
    Codec(
      shape: .scalar("`1`", ["const": 1]),
      read: { node, reader in
        guard node.plain == "1" else {
          reader.report(
            "`settle` is the version of the schema; this program reads version 1, got "
              + node.summary, at: node.place)
          return nil
        }
        return 1
      },
      write: { .plain(String($0)) })
  }
}

extension Codec where Value == String {
  /// A name that is also a folder.
  fileprivate static var name: Codec {
    let text = "letters, digits and `-`, `_`, `.`, beginning with a letter or digit"
    return Codec(
      shape: .scalar(text, JSONSchema.text(pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$")),
      read: { node, reader in
        guard let name = node.text, ModelFile.isFolderName(name) else {
          reader.report(expected: text, got: node)
          return nil
        }
        return name
      },
      write: { .text($0) })
  }
}
