internal import Dynamics

/// The rules' update against a gradient, parameter by parameter.
struct Comparison {
  let network: Network
  let controller: any Controller
  let rules: [any LearningRule]
  let constraints: ConstraintSet
  let parameters: ParameterSet
  let states: AuditStates

  /// What the rules change.
  var changed: Set<String> {
    rules.reduce(into: []) { $0.formUnion($1.changedParameters(of: network)) }
  }

  /// - Parameters:
  ///   - samples: the rows of the samples that the gradient is known for.
  ///   - gradients: of each of them.
  func rows(
    _ samples: [Int], _ gradients: [ParameterUpdate], _ objective: Objective
  ) -> [AuditReport.Row] {
    let update = update(Set(samples))
    guard var gradient = gradients.first else { return [] }
    for other in gradients.dropFirst() { gradient.add(other) }
    var rows: [AuditReport.Row] = []
    var sum = Sums()
    var parts: [(index: Int, sums: Sums)] = []
    for index in 0..<parameters.count where gradient.changes(index) {
      var own = update[index]
      var truth = gradient[index]
      // Where there is no synapse, nothing learns.
      constraints.mask(&own, ofParameter: index)
      constraints.mask(&truth, ofParameter: index)
      let sums = Sums(own, truth)
      sum.add(sums)
      parts.append((index, sums))
    }
    // What is lost to rounding in a gradient of this size is no difference.
    let rounding = 1e-12 + 1e-9 * sum.truth.squareRoot()
    for (index, sums) in parts {
      rows.append(
        row(
          sums, parameters[index].name, samples.count, objective, rounding: rounding,
          isPromised: isPromised(parameters[index].name, objective),
          isLearned: parameters[index].plasticity.isLearned))
    }
    if rows.count > 1 {
      rows.append(
        row(
          sum, nil, samples.count, objective, rounding: rounding,
          isPromised: rows.allSatisfy { $0.isPromised }, isLearned: true))
    }
    return rows
  }

  private func row(
    _ sums: Sums, _ name: String?, _ samples: Int, _ objective: Objective, rounding: Double,
    isPromised: Bool, isLearned: Bool
  ) -> AuditReport.Row {
    let (own, truth) = (sums.own.squareRoot(), sums.truth.squareRoot())
    let difference = sums.difference.squareRoot()
    return AuditReport.Row(
      parameter: name, reference: objective, samples: samples,
      cosine: own > 0 && truth > 0 ? sums.product / own / truth : .nan,
      normRatio: truth > 0 ? own / truth : own > 0 ? .infinity : .nan,
      signAgreement: sums.elements > 0 ? Double(sums.agreeing) / Double(sums.elements) : .nan,
      relativeError: truth > 0 ? difference / truth : difference > 0 ? .infinity : 0,
      isPromised: isPromised,
      isExact: difference <= Audit.tolerance * truth + rounding, isLearned: isLearned)
  }

  /// A parameter that several rules change is promised by none.
  private func isPromised(_ name: String, _ objective: Objective) -> Bool {
    let own = rules.filter { $0.changedParameters(of: network).contains(name) }
    guard own.count == 1, let rule = own.first else { return false }
    return rule.descends(under: controller, in: network) == objective
  }

  /// The sum over those samples, by memories of its own.
  private func update(_ samples: Set<Int>) -> ParameterUpdate {
    var update = ParameterUpdate(for: parameters, changing: changed)
    var memories = rules.map { $0.makeMemory(for: parameters) }
    for chunk in states.selecting(samples) {
      for (k, rule) in rules.enumerated() {
        rule.accumulate(chunk, parameters: parameters, memory: &memories[k], into: &update)
      }
    }
    return update
  }

  /// Of products of an update and a gradient.
  private struct Sums {
    var own = 0.0
    var truth = 0.0
    var product = 0.0
    var difference = 0.0
    var elements = 0
    var agreeing = 0

    init() {}

    init(_ a: ContiguousArray<Double>, _ b: ContiguousArray<Double>) {
      for (x, y) in zip(a, b) {
        own += x * x
        truth += y * y
        product += x * y
        difference += (x - y) * (x - y)
        guard x != 0 || y != 0 else { continue }
        elements += 1
        if (x > 0 && y > 0) || (x < 0 && y < 0) { agreeing += 1 }
      }
    }

    mutating func add(_ other: Sums) {
      own += other.own
      truth += other.truth
      product += other.product
      difference += other.difference
      elements += other.elements
      agreeing += other.agreeing
    }
  }
}
