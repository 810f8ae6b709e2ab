/// What a simulation writes, and when.
public struct RecordDescription: Sendable, Equatable {
  /// Columns: phi, psi, u, loss, residual, rate, x, output, target, or of one population or unit
  /// (`phi.hidden`, `phi.hidden.0`); weight, feedback, bias, or of one projection or
  /// population (`weight.input-hidden`), element by element.
  public var variables = ["phi", "psi", "u", "loss", "residual"].compactMap { RecordedVariable($0) }
  /// Model time between rows; nil: the integrator's own steps.
  public var every: Double?

  /// Every key at its default.
  public init() {}
}

/// A quantity, of all populations or one, of all units or one: `phi`, `phi.hidden`, `phi.hidden.0`; or
/// parameters of all projections or one, all elements or one: `weight`, `weight.input-hidden`.
public struct RecordedVariable: Sendable, Hashable, CustomStringConvertible {
  /// What there is to record.
  public enum Quantity: String, Sendable, CaseIterable {
    /// φ.
    case phi
    /// ψ.
    case psi
    /// u.
    case u
    /// L.
    case loss
    /// How far from rest: max over variables of ‖F_k‖/(floor + ‖z_k‖).
    case residual
    /// σ(φ).
    case rate
    /// Inputs.
    case x
    /// y: what the loss reads, of a readout its value.
    case output
    /// What the loss compares y with.
    case target
    /// Parameters, of projections and populations, element by element.
    case weight, feedback, bias
  }

  /// What is recorded.
  public var quantity: Quantity
  /// A population, or the projection of a weight. Nil: every one that has the quantity.
  public var population: String?
  /// A unit, or the element of a parameter, row by row. Nil: every one.
  public var unit: Int?

  /// A quantity, of all populations or one, of all units or one.
  public init(quantity: Quantity, population: String? = nil, unit: Int? = nil) {
    self.quantity = quantity
    self.population = population
    self.unit = unit
  }

  /// The variable that `text` names, or nil where it is not of the form.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), let quantity = Quantity(rawValue: parts[0]),
      parts.allSatisfy({ !$0.isEmpty })
    else { return nil }
    self.quantity = quantity
    if parts.count > 1 {
      // Loss and residual belong to the sample.
      guard quantity != .loss, quantity != .residual else { return nil }
      population = parts[1]
    }
    if parts.count > 2 {
      guard let unit = YAMLNumber.parseInteger(parts[2]), unit >= 0 else { return nil }
      self.unit = unit
    }
  }

  public var description: String {
    [quantity.rawValue, population, unit.map(String.init)].compactMap(\.self)
      .joined(separator: ".")
  }
}
