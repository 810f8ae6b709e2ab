/// A column of a trajectory: `phi.hidden.3` is the quantity φ of unit 3 of `hidden`, `loss` a quantity alone.
struct TrajectoryColumn {
  var name: String
  var quantity: String
  /// The population or projection; empty where there is none.
  var owner: String
  var unit: Int?

  init(_ name: String) {
    self.name = name
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    quantity = String(parts[0])
    if parts.count > 2, let unit = Int(parts[parts.count - 1]) {
      self.unit = unit
      owner = parts[1..<parts.count - 1].joined(separator: ".")
    } else {
      owner = parts.dropFirst().joined(separator: ".")
    }
  }

  /// Whether `phi`, `phi.hidden` or `phi.hidden.3` asks for it.
  func isAskedFor(by variable: String) -> Bool {
    variable == name || variable == quantity || variable == "\(quantity).\(owner)"
  }

  /// Of all columns with the same quantity and owner.
  var panelLabel: String {
    let symbols = [
      "phi": "φ", "psi": "ψ", "rate": "σ(φ)", "weight": "W", "feedback": "S", "bias": "b",
      "loss": "loss L", "output": "y",
    ]
    let symbol = symbols[quantity] ?? quantity
    return owner.isEmpty ? symbol : "\(symbol) \(owner)"
  }

  /// Among the lines of its panel: `unit 3`, and of a weight its place, row by row.
  var lineTitle: String {
    guard let unit else { return name }
    return ["weight", "feedback"].contains(quantity) ? "weight \(unit)" : "unit \(unit)"
  }

  /// Whether it belongs to a unit with a state that goes up and down.
  var isOfUnits: Bool { unit != nil }
}
