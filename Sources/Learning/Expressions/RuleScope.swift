/// The names that an expression may use: this is what makes it local.
struct RuleScope {
  /// The third factors that the rule declares.
  let third: Set<RuleQuantity>
  /// The gain of the nudged phase, if the rule has one; also a number of that name.
  let beta: Double?

  func isName(_ name: String) -> Bool { name == "beta" || RuleQuantity.byName[name] != nil }

  /// What can be named here.
  private var known: [String] {
    RuleQuantity.all.filter { quantity in
      if case .third = quantity { return third.contains(quantity) }
      return quantity.phase != .nudged || beta != nil
    }.map(\.name) + (beta == nil ? [] : ["beta"])
  }

  func leaf(_ name: String, at offset: Int) throws(ExpressionError) -> Expression {
    if name == "beta" {
      guard let beta else {
        throw ExpressionError(
          "there is no `beta` here; give the rule one (`beta: 0.1`)", at: offset)
      }
      return .number(beta)
    }
    guard let quantity = RuleQuantity.byName[name] else { throw refusal(of: name, at: offset) }
    if quantity.phase == .nudged, beta == nil {
      throw ExpressionError(
        "`\(name)` is of a nudged phase; give the rule its gain (`beta: 0.1`)", at: offset)
    }
    if case .third = quantity, !third.contains(quantity) {
      throw ExpressionError(
        "`\(name)` is a third factor; a rule declares those that it reads (`third: [\(name)]`)",
        at: offset)
    }
    return .quantity(quantity)
  }

  /// Says why a name means nothing: not local, without a value, or simply unknown.
  private func refusal(of name: String, at offset: Int) -> ExpressionError {
    var core = name[...]
    for phase in RulePhase.allCases where core.hasPrefix(phase.rawValue + "_") {
      core = core.dropFirst(phase.rawValue.count + 1)
    }
    let isPlainPhase = name == "controlled_\(core)" && RuleQuantity.byName[String(core)] != nil
    if isPlainPhase {
      return ExpressionError(
        "names without a prefix are those of the controlled phase: write `\(core)`", at: offset)
    }
    if core == "control_post" || core == "control_energy" {
      return ExpressionError("there is no control in the free phase: `\(name)` is 0", at: offset)
    }
    if core == "weight" {
      return ExpressionError("the weight is the same in all phases: write `weight`", at: offset)
    }
    if ["state_pre", "slope_pre", "control_pre"].contains(core) {
      return ExpressionError(
        "`\(name)` is not local: of the unit before it, a synapse sees only its rate, `rate_pre`",
        at: offset)
    }
    if core.hasPrefix("weight_") || core.hasPrefix("weights") {
      return ExpressionError(
        "`\(name)` is not local: a synapse sees one weight, its own, as `weight`", at: offset)
    }
    return ExpressionError(unknown: "name", name, of: known, at: offset)
  }
}
