/// A number of a controller that can be turned while everything else stays.
public struct ControllerKnob: Sendable {
  /// The key of model files, within `controller`: `output.leak`.
  public var name: String
  /// What it is in this controller.
  public var value: Double
  /// The same controller with another value ≥ 0, which is not 0 where this one is not.
  public var turned: @Sendable (Double) -> any Controller

  /// From its parts.
  public init(
    _ name: String, _ value: Double, turned: @escaping @Sendable (Double) -> any Controller
  ) {
    self.name = name
    self.value = value
    self.turned = turned
  }
}

extension OutputController {
  /// The numbers that matter in this controller, for a controller that is made from it.
  func knobs(
    _ make: @escaping @Sendable (OutputController) -> any Controller
  ) -> [ControllerKnob] {
    func knob(_ name: String, _ path: any WritableKeyPath<OutputController, Double> & Sendable)
      -> ControllerKnob
    {
      ControllerKnob("output.\(name)", self[keyPath: path]) {
        var copy = self
        copy[keyPath: path] = $0
        return make(copy)
      }
    }
    guard hasState else {
      return isClamped || proportional <= 0 ? [] : [knob("proportional", \.proportional)]
    }
    return [
      knob("tau", \.timeConstant), knob("leak", \.leak), knob("integral", \.integral),
      knob("proportional", \.proportional),
    ]
  }
}

/// A number of a model that acts on how its samples settle.
public struct Knob: Sendable {
  /// What kind of number it is.
  public enum Kind: Sendable {
    /// A key of `controller`.
    case controller
    /// The time constant of a population.
    case population
    /// A factor on all weights of a projection between units.
    case projection
  }

  /// What kind of number it is.
  public let kind: Kind
  /// The key of model files: `controller.output.tau`, `network.populations.hidden.tau`; of a
  /// projection, `network.projections.hidden-hidden`.
  public let name: String
  /// What it is in the model; 1 for the factor of a projection.
  public let value: Double
  let turned: @Sendable (Double) throws -> FlowSetting

  /// Whether the equilibrium stays where it is whatever the value.
  public var isTimeConstant: Bool { name.hasSuffix(".tau") }

  /// Everything that can be turned in a model.
  static func all(of setting: FlowSetting) -> [Knob] {
    let network = setting.network
    var knobs = setting.controller.knobs.map { knob in
      Knob(kind: .controller, name: "controller.\(knob.name)", value: knob.value) {
        FlowSetting(network, knob.turned($0), setting.parameters)
      }
    }
    for population in network.populations where population.role == .units {
      knobs.append(
        Knob(
          kind: .population, name: "network.populations.\(population.name).tau",
          value: population.timeConstant
        ) {
          FlowSetting(
            try network.with(timeConstant: $0, of: population.name), setting.controller,
            setting.parameters)
        })
    }
    for projection in network.projections
    where network.population(projection.source).role == .units {
      knobs.append(
        Knob(kind: .projection, name: "network.projections.\(projection.name)", value: 1) {
          var parameters = setting.parameters
          for i in parameters[projection.weightName].values.indices {
            parameters[projection.weightName].values[i] *= $0
          }
          return FlowSetting(network, setting.controller, parameters)
        })
    }
    return knobs
  }
}

extension Network {
  fileprivate func with(timeConstant: Double, of name: String) throws -> Network {
    var populations = populations
    if let index = index(of: name) { populations[index].timeConstant = timeConstant }
    return try Network(
      populations: populations, projections: projections, loss: loss, output: output)
  }
}
