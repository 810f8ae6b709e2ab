extension Checker {
  mutating func checkNames() {
    let network = model.network
    if network.populations.isEmpty {
      report("a network needs at least one population", at: "network.populations")
    }
    for population in network.populations where !Self.isName(population.name) {
      report(
        "the name `\(population.name)` should be letters, digits and `_`, beginning with a letter",
        atKey: "network.populations.\(population.name)")
    }
    var owners: [String: String] = [:]
    for population in network.populations { owners[population.name] = "a population" }
    for (index, projection) in network.projections.enumerated() {
      let path = "network.projections.\(index)"
      let isDefault = projection.name == "\(projection.from)-\(projection.to)"
      if !isDefault && !Self.isName(projection.name) {
        report(
          "the name `\(projection.name)` should be letters, digits and `_`, beginning with a "
            + "letter; only the default `\(projection.from)-\(projection.to)` has a hyphen",
          at: path, "name")
      }
      if let owner = owners[projection.name] {
        report(
          "`\(projection.name)` is already the name of \(owner); give this projection a `name`",
          at: path, "name")
      }
      owners[projection.name] = "a projection"
    }
  }

  mutating func checkProjections() {
    for (index, projection) in model.network.projections.enumerated() {
      let path = "network.projections.\(index)"
      let from = require(population: projection.from, at: path + ".from")
      let to = require(population: projection.to, at: path + ".to")
      if let to, to.role == .input {
        report(
          "`\(projection.name)` leads into the input `\(to.name)`, whose rates come from outside; "
            + "make it `role: state` or leave the projection out", at: path + ".to")
      }
      if let from, from.role == .readout {
        report(
          "`\(projection.name)` comes from the readout `\(from.name)`, which projects nowhere; "
            + "make it `role: state`", at: path + ".from")
      }
      if let from, let to { check(projection, from, to, at: path) }
    }
    for population in model.network.populations {
      guard let bias = population.bias, case .array(let values) = bias.source else { continue }
      check(
        values, "the bias of `\(population.name)`", fits: [[population.size], population.shape],
        at: "network.populations.\(population.name).bias.values")
    }
  }

  private mutating func check(
    _ projection: ProjectionDescription, _ from: PopulationDescription,
    _ to: PopulationDescription, at path: String
  ) {
    let isDense = projection.kind == "dense"
    // Other kinds know the shape of their own weights.
    let shapes = [[to.size, from.size]]
    if isDense {
      if case .array(let weight) = projection.weight {
        let key = reader.places[path + ".weight"] == nil ? ".init" : ".weight"
        check(
          weight, "the weight of `\(projection.name)` [post][pre]", fits: shapes, at: path + key)
      }
      check(
        projection.mask, "the mask of `\(projection.name)` [post][pre]", fits: shapes,
        at: path + ".mask")
      if case .array(let weight) = projection.feedback.source {
        check(
          weight, "the feedback of `\(projection.name)` [post][pre]", fits: shapes,
          at: path + ".feedback.init")
      }
    }
    if case .inline(let values, _) = projection.mask, !values.allSatisfy({ $0 == 0 || $0 == 1 }) {
      report("the mask of `\(projection.name)` should hold only 0 and 1", at: path + ".mask")
    }
    if from.role == .input || to.role == .readout, projection.feedback.kind == .separate {
      report(
        "`\(projection.name)` carries no ψ backwards (\(from.role == .input ? "from" : "to") "
          + "\(from.role == .input ? "an input" : "a readout")); use `feedback: transpose`",
        at: path + ".feedback")
    }
    guard from.size != to.size else { return }
    for (index, constraint) in projection.constraints.enumerated() {
      let needsSquare: [ProjectionDescription.Constraint.Kind] = [
        .symmetric, .spectralRadius, .zeroDiagonal,
      ]
      if needsSquare.contains(constraint.kind) {
        if constraint.kind == .symmetric, model.network.partner(of: projection) != nil { continue }
        let way =
          constraint.kind == .symmetric
          ? " (or one projection back, from `\(projection.to)` to `\(projection.from)`)" : ""
        report(
          "`\(constraint.kind.rawValue)` needs a square matrix\(way), but `\(projection.name)` is "
            + Self.text([to.size, from.size]), at: path + ".constraint.\(index)")
      }
    }
  }

  mutating func checkLoss() {
    guard let loss = model.network.loss,
      let population = require(population: loss.population, at: "network.loss.population")
    else { return }
    if population.role == .input {
      report(
        "the loss cannot read the input `\(population.name)`; name a population with a state or a "
          + "readout", at: "network.loss.population")
    }
    let units = loss.units ?? Array(0..<population.size)
    if let units = loss.units {
      if units.isEmpty {
        report("the loss should read at least one unit", at: "network.loss.units")
      }
      var seen: Set<Int> = []
      for (index, unit) in units.enumerated() {
        let path = "network.loss.units.\(index)"
        if unit >= population.size {
          report(
            "`\(population.name)` has the units 0 to \(population.size - 1), so there is no unit "
              + "\(unit)", at: path)
        } else if !seen.insert(unit).inserted {
          report("unit \(unit) is named twice", at: path)
        }
      }
    }
    if loss.kind == "cross-entropy" && units.count == 1 {
      report(
        "cross-entropy over a single unit is always 0; it takes one unit for each class",
        at: "network.loss")
    }
    if loss.soft > 0 && units.count == 1 {
      report("soft targets need at least two units", at: "network.loss.soft")
    }
    if loss.soft > 0, units.count > 1, loss.soft >= 1 - 1 / Double(units.count) {
      report(
        "with `soft: \(YAMLNumber.format(loss.soft))` and \(units.count) classes the right class "
          + "is no longer the most likely; use less than "
          + YAMLNumber.format(1 - 1 / Double(units.count)), at: "network.loss.soft")
    }
  }

  /// `[A-Za-z][A-Za-z0-9_]*`.
  static func isName(_ name: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool {
      (65...90).contains(byte) || (97...122).contains(byte)
    }
    guard let first = name.utf8.first, isLetter(first) else { return false }
    return name.utf8.allSatisfy {
      isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
    }
  }
}

extension Checker {
  /// Units and weights that no memory holds are refused before they are made.
  mutating func checkSize() {
    let limit = 1 << 31
    var total = 0
    func add(_ count: Int) {
      let (sum, overflow) = total.addingReportingOverflow(count)
      total = overflow ? .max : sum
    }
    for population in model.network.populations { add(population.size) }
    for projection in model.network.projections {
      guard let source = population(projection.from), let target = population(projection.to) else {
        continue
      }
      let (weights, overflow) = source.size.multipliedReportingOverflow(by: target.size)
      add(overflow ? .max : weights)
    }
    if total > limit {
      report(
        "the network has \(total == .max ? "far too many" : "\(total)") units and weights; at most "
          + "\(limit) are possible", at: "network")
    }
  }
}
