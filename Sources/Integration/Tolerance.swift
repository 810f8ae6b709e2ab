/// A tolerance: one number for all variables, or one for each column of the state.
public enum Tolerance: Sendable, Equatable, ExpressibleByFloatLiteral {
  /// One for all components.
  case scalar(Double)
  /// As many numbers as the field's `dimension`.
  case perColumn([Double])

  public init(floatLiteral value: Double) { self = .scalar(value) }

  /// The tolerance of every column.
  func values(columns: Int, name: String) throws(IntegrationError) -> [Double] {
    let values: [Double]
    switch self {
    case .scalar(let value): values = Array(repeating: value, count: columns)
    case .perColumn(let list): values = list
    }
    guard values.count == columns else {
      throw .badInput("\(name): \(values.count) values for \(columns) columns of the state")
    }
    for (column, value) in values.enumerated() where !(value >= 0 && value.isFinite) {
      throw .badInput(
        "\(name): \(value) (column \(column)) is not a tolerance: give a number ≥ 0")
    }
    return values
  }
}
