/// The options of a rule, as the model file gives them or at their defaults.
public struct RuleOptions: Sendable, Equatable {
  private let values: [String: Double]

  init(_ values: [String: Double]) { self.values = values }

  /// The value of an option that the rule was registered with; of another there is none, and asking for
  /// it is an error of the program.
  public subscript(_ name: String) -> Double {
    guard let value = values[name] else {
      preconditionFailure(
        "the option \(name) was not declared; the rule has \(values.keys.sorted())")
    }
    return value
  }
}
