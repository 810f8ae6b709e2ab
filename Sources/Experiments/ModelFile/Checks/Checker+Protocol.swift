extension Checker {
  mutating func checkInitial() {
    check(initial: model.initial.phi, .phi)
    check(initial: model.initial.psi, .psi)
    check(initial: model.initial.u, .u)
  }

  private mutating func check(
    initial values: [PopulationValues<InitialDescription.Value>],
    _ quantity: RecordedVariable.Quantity
  ) {
    for value in values {
      let path = "initial.\(quantity.rawValue).\(value.population)"
      let variable = RecordedVariable(quantity: quantity, population: value.population)
      if let problem = problem(with: variable) {
        report(problem, atKey: path)
        continue
      }
      guard case .values(let array) = value.value, let size = size(of: variable) else { continue }
      check(array, "the initial `\(variable)`", fits: shapes(of: variable, size), at: path)
    }
  }

  mutating func checkProtocol() {
    if model.protocol.isEmpty { report("a protocol needs at least one phase", at: "protocol") }
    // Populations whose input never comes to rest.
    var swinging: [String] = []
    for (index, phase) in model.protocol.enumerated() {
      let path = "protocol.\(index)"
      for input in phase.inputs {
        swinging.removeAll { $0 == input.population }
        if case .signal(let signal) = input.value, signal.kind == .sinusoid {
          swinging.append(input.population)
        }
      }
      if phase.end == .equilibrium, let population = swinging.first {
        report(
          "the input of `\(population)` is a sinusoid, under which nothing comes to rest; give the phase "
            + "a `duration`, or another input", at: path)
      }
      if !Self.isName(phase.name) {
        report(
          "the name `\(phase.name)` should be letters, digits and `_`, beginning with a letter",
          at: path + ".name")
      }
      if phase.kind == .controlled && model.controller.kind == "none" {
        report(
          "a controlled phase needs a controller; the model's is `none`", at: path + ".phase")
      }
      if phase.keepControl && phase.kind == .free {
        report("`keep-control` belongs to a controlled phase", at: path + ".keep-control")
      }
      check(inputs: phase.inputs, at: path + ".inputs")
      if let target = phase.target { check(target, at: path + ".target") }
      for perturbation in phase.perturbations { check(perturbation, at: path + ".perturb") }
    }
  }

  private mutating func check(_ perturbation: PhaseDescription.Perturbation, at path: String) {
    let variable = perturbation.variable
    // What is no variable at all was kept as the residual of a population of that name.
    let written = variable.quantity == .residual ? variable.population ?? "" : variable.description
    let below = path + "." + written
    guard [.phi, .psi, .u].contains(variable.quantity), variable.population != nil else {
      report(
        "`\(written)` cannot be perturbed; name phi, psi or u of a population, such as "
          + "`phi.\(model.network.populations.first { $0.role == .state }?.name ?? "hidden")`",
        atKey: below)
      return
    }
    if let problem = problem(with: variable) {
      report(problem, atKey: below)
    } else if let size = size(of: variable) {
      check(
        perturbation.add, "the perturbation of `\(variable)`", fits: shapes(of: variable, size),
        at: below + ".add")
    }
  }

  mutating func checkRecord() {
    var seen: Set<RecordedVariable> = []
    if model.record.variables.isEmpty {
      report("there is nothing to record", at: "record.variables")
    }
    for (index, variable) in model.record.variables.enumerated() {
      let path = "record.variables.\(index)"
      if let problem = problem(with: variable) {
        report(problem, at: path)
      } else if !seen.insert(variable).inserted {
        report("`\(variable)` is recorded twice", at: path)
      }
    }
  }

  /// Why the model has no such variable, or nil where it has.
  private func problem(with variable: RecordedVariable) -> String? {
    let quantity = variable.quantity
    let network = model.network
    if [.loss, .output, .target].contains(quantity), network.loss == nil {
      return quantity == .loss
        ? "the model has no loss" : "the model has no loss, hence no `\(quantity.rawValue)`"
    }
    if [.psi, .u].contains(quantity), model.controller.kind == "none" {
      return "the model has no controller, hence no `\(quantity.rawValue)`"
    }
    if [.weight, .feedback, .bias].contains(quantity) { return problem(withParameter: variable) }
    guard let name = variable.population else { return nil }
    guard let population = population(name) else {
      return Suggestion.message(
        unknown: "population", name,
        of: network.populations.filter { has(quantity, $0) }.map(\.name))
    }
    guard has(quantity, population) else {
      let role = population.role.rawValue
      return Self.ofLoss.contains(quantity)
        ? "`\(quantity.rawValue)` lives on the population of the loss, "
          + "`\(network.loss?.population ?? "")`, not on `\(name)`"
        : "`\(name)` is a population of role `\(role)` and has no `\(quantity.rawValue)`"
          + (has(.output, population) ? "; its value is `output.\(name)`" : "")
    }
    guard let unit = variable.unit else { return nil }
    if Self.ofLoss.contains(quantity), let units = network.loss?.units, !units.contains(unit) {
      return "the loss reads the units \(units.map(String.init).listed()) of `\(name)`, not \(unit)"
    }
    return unit < population.size
      ? nil : "`\(name)` has the units 0 to \(population.size - 1), so there is no unit \(unit)"
  }

  /// The same of a variable that is a parameter.
  private func problem(withParameter variable: RecordedVariable) -> String? {
    let quantity = variable.quantity.rawValue
    let network = model.network
    var sizes: [(name: String, count: Int)] = []
    if variable.quantity == .bias {
      for population in network.populations where population.role != .input {
        if population.bias != nil { sizes.append((population.name, population.size)) }
      }
    } else {
      for projection in network.projections
      where variable.quantity == .weight || projection.feedback.kind == .separate {
        let pre = population(projection.from)?.size ?? 0
        sizes.append((projection.name, pre * (population(projection.to)?.size ?? 0)))
      }
    }
    if sizes.isEmpty { return "the model has no `\(quantity)`" }
    guard let name = variable.population else { return nil }
    guard let size = sizes.first(where: { $0.name == name })?.count else {
      let kind = variable.quantity == .bias ? "population" : "projection"
      return Suggestion.message(unknown: kind, name, of: sizes.map(\.name))
    }
    guard let element = variable.unit, element >= size else { return nil }
    return "`\(variable)`: the elements are 0 to \(size - 1)"
  }

  /// What has a value for each unit that the loss reads.
  private static let ofLoss: Set<RecordedVariable.Quantity> = [.u, .output, .target]

  private func has(
    _ quantity: RecordedVariable.Quantity, _ population: PopulationDescription
  ) -> Bool {
    switch quantity {
    case .phi, .psi: population.role == .state
    case .u, .output, .target: population.name == model.network.loss?.population
    case .rate: population.role != .readout
    case .x: population.role == .input
    case .loss, .residual, .weight, .feedback, .bias: false
    }
  }

  /// Numbers that a variable of one population, or of one unit, takes.
  private func size(of variable: RecordedVariable) -> Int? {
    if variable.unit != nil { return 1 }
    guard variable.quantity != .u else { return model.network.lossUnits?.count }
    return variable.population.flatMap(population)?.size
  }

  private func shapes(of variable: RecordedVariable, _ size: Int) -> [[Int]] {
    guard variable.unit == nil, variable.quantity != .u,
      let shape = variable.population.flatMap(population)?.shape
    else { return [[size]] }
    return [[size], shape]
  }
}
