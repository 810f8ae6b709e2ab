extension NetworkDescription {
  static let section = Section(NetworkDescription()) {
    Key(
      "populations",
      Codec<PopulationDescription>(
        shape: PopulationDescription.section.shape,
        read: { PopulationDescription.section.read($0, &$1) },
        write: { PopulationDescription.section.write($0) }
      ).named(by: "a population's name", pattern: "^[A-Za-z][A-Za-z0-9_]*$"),
      "The populations; their order is that of the state.", required: true,
      get: { $0.populations.map { (name: $0.name, value: $0) } },
      set: { root, pairs in
        root.populations = pairs.map { name, population in
          var population = population
          population.name = name
          return population
        }
      })
    Key(
      "projections", \.projections, ProjectionDescription.section.codec.list(),
      "The projections between them.")
    Key(
      "loss", \.loss, LossDescription.section.codec.optional("null"),
      "What is to be lowered. Without it there is nothing to control.")
  }
  .obeying(JSONSchema.key("populations", ["minProperties": 1]))
}

extension LossDescription {
  static let section = Section(LossDescription()) {
    Key(
      "kind", \.kind, .registered("loss", \.losses),
      "`squared-error` is ½‖y − t‖², `cross-entropy` takes y as logits.", required: true)
    Key(
      "population", \.population, .text("a population"),
      "The population whose state is y; of a readout, its output.", required: true)
    Key(
      "units", \.units, Codec<Int>.integer(0...).list().optional("all"),
      "The units that are read, from 0.")
    Key(
      "soft", \.soft, .number(.belowOne),
      "ε of soft targets: 1 − ε for the class, ε/(N−1) for each other.")
  }
  .obeying(JSONSchema.key("units", ["uniqueItems": true]))
}

extension PopulationDescription {
  static let section = Section(PopulationDescription()) {
    Key(
      "role", \.role, .choice,
      "`state`: units with a state φ; `input`: rates from outside; "
        + "`readout`: y = Wσ(φ) + b without a state.")
    Key(
      "size", .integer(1...maximumSize), "Number of units.", default: "product of `shape`",
      get: { $0.shape == [$0.size] ? $0.size : nil }, set: { $0.size = $1 })
    Key(
      "shape", Codec<Int>.integer(1...maximumSize).list(),
      "Their arrangement, for instance [channels, height, width].", default: "[size]",
      get: { $0.shape == [$0.size] ? nil : $0.shape }, set: { $0.shape = $1 })
    Key(
      "activation", \.activation, .registered("activation", \.activations), "σ.",
      applies: .with("role", \.role, .state, else: "σ of an input or a readout is the identity"))
    Key(
      "tau", \.tau, .number(.positive), "Time constant τ.",
      applies: .with(
        "role", \.role, .state, else: "only a population with a state has a time constant"))
    Key(
      "bias", \.bias, Bias.section.codec.optional("none"), "Bias; inputs have none.",
      applies: .with("role", \.role, .state, .readout, else: "an input has no bias"))
  }
  .finishing(rules: [JSONSchema.one(of: "size", "shape", exactly: false)]) {
    population, given, node, reader in
    if population.role == .input { population.bias = nil }
    if !given.contains("size"), !given.contains("shape") {
      reader.report(
        "\(reader.location) needs the key `size` (or `shape`): its number of units",
        at: node.place)
      return
    }
    let (product, overflow) = population.shape.productReportingOverflow()
    if overflow || product > maximumSize {
      reader.report("\(reader.location) has too many units", at: node.place)
    } else if population.shape.isEmpty {
      population.shape = [population.size]
    } else if population.size == 0 {
      population.size = product
    } else if population.size != product {
      let shape = population.shape.map(String.init).joined(separator: " x ")
      reader.report(
        "\(reader.location) has size \(population.size), but its shape \(shape) has "
          + "\(product) units; leave one of the two out", at: node["shape"]?.place ?? node.place)
    }
  }

  static let maximumSize = 1 << 30
}

extension [Int] {
  /// The product, and whether it overflowed.
  func productReportingOverflow() -> (Int, Bool) {
    var product = 1
    for factor in self {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return (0, true) }
      product = next
    }
    return (product, false)
  }
}

extension PopulationDescription.Bias {
  static let section = Section(Self()) {
    Key.initialization(\.source, .init(kind: "zeros"), "Initial values.")
    Key.values("values", \.source, "The initial values themselves, instead of `init`.")
    Key("learn", \.learn, .flag, "Whether the bias learns.")
    Key("rate", \.rate, .number(.nonNegative), "Multiplies the optimizer's rate.")
  }
  .finishing(rules: [JSONSchema.exclude("init", "values")]) { _, given, node, reader in
    reader.exclude("init", "values", given, node)
  }
}
