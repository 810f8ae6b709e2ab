internal import Integration

/// One of the terms that make up the bracket of an equation, F_k: what pushes a variable, and how much.
public struct FieldTerm: Sendable, Equatable {
  /// `leak`, `control`, `bias`, `error`, or the name of a projection.
  public var name: String
  /// What it adds to the bracket.
  public var value: Double

  /// From its parts.
  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

extension SampleFlow {
  /// The terms of the bracket of one variable at z, the largest first; empty where the field is not finite
  /// there.
  ///
  /// The part of a projection, or of a bias, is what the bracket has less without it, so this holds for
  /// controllers of any kind; what is left after all of them and the leak is the control's (of u: the
  /// error's, −∇L). Under energy-based control φ hears all of it through products, and the parts need not
  /// add up.
  ///
  /// - Parameters:
  ///   - column: of the variable in the state.
  ///   - z: the state.
  ///   - setting: what it moves under.
  ///   - sample: one, with a target where there is a controller.
  package static func terms(
    of column: Int, at z: ContiguousArray<Double>, _ setting: FlowSetting, sample: Samples
  ) throws -> [FieldTerm] {
    func bracket(_ setting: FlowSetting) throws -> (flow: SampleFlow, value: Double) {
      let flow = SampleFlow(setting, sample: sample)
      return (flow, try flow.field(z)[column] * flow.bracketWeights[column])
    }
    let (flow, whole) = try bracket(setting)
    guard whole.isFinite else { return [] }
    let columns = flow.system.columns
    if let integral = columns.integral, column >= integral {
      // The bracket of u is in units of u: it is divided by the leak where there is one.
      let leak = columns.controller?.leak ?? 0
      let scale = leak > 0 ? leak : 1
      let leaks = -leak * z[column]
      return sorted([FieldTerm("leak", leaks), FieldTerm("error", whole * scale - leaks)])
    }
    var terms = [FieldTerm("leak", -z[column])]
    func part(_ name: String, without parameters: [String]) throws {
      var less = setting
      for parameter in parameters where less.parameters.index(of: parameter) != nil {
        for i in less.parameters[parameter].values.indices {
          less.parameters[parameter].values[i] = 0
        }
      }
      let value = whole - (try bracket(less).value)
      if value.isFinite { terms.append(FieldTerm(name, value)) }
    }
    for projection in setting.network.projections {
      try part(projection.name, without: [projection.weightName, projection.feedbackName])
    }
    for population in setting.network.populations where population.hasBias {
      try part("bias", without: [population.biasName])
    }
    let rest = whole - terms.reduce(0) { $0 + $1.value }
    if setting.controller.effectiveLeak != nil { terms.append(FieldTerm("control", rest)) }
    return sorted(terms)
  }

  /// Without those that are nothing but rounding.
  private static func sorted(_ terms: [FieldTerm]) -> [FieldTerm] {
    let largest = terms.reduce(0) { max($0, $1.value.magnitude) }
    return terms.filter { $0.value.magnitude > 1e-9 * largest }
      .sorted { $0.value.magnitude > $1.value.magnitude }
  }
}
