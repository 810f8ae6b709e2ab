import Dynamics
import Learning
import LinearAlgebra
import Testing

private struct Oja: LocalRule {
  func change(_ synapse: Synapse) -> Double {
    synapse.ratePost * (synapse.ratePre - synapse.ratePost * synapse.weight)
  }
}

/// Hebbian under control, anti-Hebbian without, as far as things went wrong.
private struct Contrast: LocalRule {
  func change(_ synapse: Synapse) -> Double {
    let free = synapse.reference
    return synapse.sample.error
      * (synapse.ratePost * synapse.ratePre - free.ratePost * free.ratePre)
  }
}

/// Mixes both sides beyond separation.
private struct Mixed: LocalRule {
  func change(_ synapse: Synapse) -> Double {
    let product = synapse.ratePost * synapse.ratePre - synapse.weight
    return max(product, 0) * synapse.slopePost
  }
}

/// A difference that is needed with its square, and a factor within a quotient.
private struct Attraction: LocalRule {
  func change(_ synapse: Synapse) -> Double {
    let d = synapse.ratePre - synapse.ratePost
    return d * d * (d - synapse.weight) * synapse.controlPost / (1 + d * d)
  }
}

@Suite("Expressions: what they compute")
struct ExpressionRuleTests {
  typealias Knowledge = SettledExample.Knowledge

  private static func compare(
    _ a: ParameterUpdate, _ b: ParameterUpdate, _ example: SettledExample
  ) {
    for parameter in example.parameters.parameters {
      // 12 samples of numbers of order 1, in different orders.
      #expect(largestDifference(a[parameter.name], b[parameter.name]) < 1e-13)
      #expect(a[parameter.name].contains { $0 != 0 }, "\(parameter.name)")
    }
  }

  @Test("the same as rules in Swift")
  func swift() throws {
    let example = try SettledExample()
    func compare(_ text: String, _ rule: some LearningRule, third: [String] = []) throws {
      Self.compare(
        example.update(try ExpressionRule(text, third: third)), example.update(rule), example)
    }
    try compare(
      "control_post * rate_pre",
      LocalLearning(LeastControl(), name: "least-control", synapseBySynapse: true))
    try compare(
      "rate_post * (rate_pre - rate_post * weight)", LocalLearning(Oja(), name: "oja"))
    try compare(
      "error * (rate_post * rate_pre - free_rate_post * free_rate_pre)",
      LocalLearning(Contrast(), name: "contrast", reference: .free), third: ["error"])
    try compare(
      "max(rate_post * rate_pre - weight, 0) * slope_post", LocalLearning(Mixed(), name: "mixed"))
    try compare(
      "(rate_pre - rate_post)^2 * (rate_pre - rate_post - weight) * control_post"
        + " / (1 + (rate_pre - rate_post)^2)", LocalLearning(Attraction(), name: "attraction"))
  }

  /// What a rule is in plain Swift, and what it should be made into.
  private static let constructs: [(String, (Int, Int, Bool), @Sendable (Knowledge) -> Double)] = [
    ("control_post", (1, 0, false), { $0["control_post"] }),
    ("rate_pre", (1, 0, false), { $0["rate_pre"] }),
    ("0.25", (1, 0, false), { _ in 0.25 }),
    ("-weight", (0, 1, false), { -$0["weight"] }),
    (
      "-1e-4 * weight + control_post * rate_pre", (1, 1, false),
      {
        -1e-4 * $0["weight"] + $0["control_post"] * $0["rate_pre"]
      }
    ),
    (
      "control_post * rate_pre - slope_post * rate_pre / 2", (1, 0, false),
      {
        ($0["control_post"] - $0["slope_post"] / 2) * $0["rate_pre"]
      }
    ),
    (
      "control_post * rate_pre + 2 * control_post * rate_pre^2", (1, 0, false),
      {
        $0["control_post"] * ($0["rate_pre"] + 2 * $0["rate_pre"] * $0["rate_pre"])
      }
    ),
    (
      "(rate_post - rate_pre)^2", (3, 0, false),
      {
        let gap = $0["rate_post"] - $0["rate_pre"]
        return gap * gap
      }
    ),
    (
      "rate_post * rate_pre * weight", (1, 0, false),
      {
        $0["rate_post"] * $0["rate_pre"] * $0["weight"]
      }
    ),
    (
      "rate_post * rate_pre * (1 - abs(weight))", (1, 0, false),
      {
        $0["rate_post"] * $0["rate_pre"] * (1 - abs($0["weight"]))
      }
    ),
    (
      "loss * weight^3", (0, 1, false),
      {
        let w = $0["weight"]
        return $0["loss"] * (w * w * w)
      }
    ),
    (
      "correct * control_post * rate_pre - control_energy * weight", (1, 1, false),
      {
        $0["correct"] * $0["control_post"] * $0["rate_pre"] - $0["control_energy"] * $0["weight"]
      }
    ),
    (
      "control_post / (1 + rate_pre^2)", (1, 0, false),
      {
        $0["control_post"] / (1 + $0["rate_pre"] * $0["rate_pre"])
      }
    ),
    (
      "1 / ((2 + rate_post) * (2 + rate_pre))", (1, 0, false),
      {
        1 / ((2 + $0["rate_post"]) * (2 + $0["rate_pre"]))
      }
    ),
    (
      "(nudged_rate_post * nudged_rate_pre - free_rate_post * free_rate_pre) / beta", (2, 0, false),
      {
        ($0["nudged_rate_post"] * $0["nudged_rate_pre"] - $0["free_rate_post"] * $0["free_rate_pre"])
          / $0["beta"]
      }
    ),
    (
      "sign(control_post) * step(rate_pre) + relu(state_post) * sqrt(abs(rate_pre))", (2, 0, false),
      {
        let c = $0["control_post"]
        return (c > 0 ? 1 : -1) * ($0["rate_pre"] > 0 ? 1 : 0)
          + max($0["state_post"], 0) * abs($0["rate_pre"]).squareRoot()
      }
    ),
    ("abs(rate_post - rate_pre)", (0, 0, true), { abs($0["rate_post"] - $0["rate_pre"]) }),
    (
      "control_post * rate_pre + 0.5 * min(rate_post, weight) - 2 * weight", (1, 1, true),
      {
        $0["control_post"] * $0["rate_pre"] + 0.5 * min($0["rate_post"], $0["weight"])
          - 2 * $0["weight"]
      }
    ),
    (
      "rate_pre / (rate_post^2 + weight^2)", (0, 0, true),
      {
        $0["rate_pre"] / ($0["rate_post"] * $0["rate_post"] + $0["weight"] * $0["weight"])
      }
    ),
    (
      "clip(rate_post * rate_pre, -0.1, 0.1)", (0, 0, true),
      {
        min(max($0["rate_post"] * $0["rate_pre"], -0.1), 0.1)
      }
    ),
    (
      "(rate_pre + rate_post)^3.0 - abs(weight)^rate_post", (4, 0, true),
      {
        let sum = $0["rate_pre"] + $0["rate_post"]
        return sum * sum * sum - power(abs($0["weight"]), $0["rate_post"])
      }
    ),
  ]

  @Test("each construct is what it says, and becomes what it can", arguments: constructs.indices)
  func construct(index: Int) throws {
    let (text, plan, formula) = Self.constructs[index]
    let example = try SettledExample()
    let third = ["loss", "correct", "control_energy"].filter(text.contains)
    let rule = try ExpressionRule(
      text, third: third, beta: text.contains("beta") ? SettledExample.beta : nil)
    #expect((rule.plan.products, rule.plan.decays, rule.plan.hasLoop) == plan, "\(text)")
    let update = example.update(rule)
    let expected = example.sums { (formula($0), 0) }
    for (name, values) in expected {
      // 12 samples; a part that cancels is at most 1e2 times the result.
      for (a, b) in zip(update[name], values) {
        #expect(abs(a - b.value) < 1e-12, "\(text) \(name)")
      }
    }
  }

  @Test("random rules, lowered, agree with a plain walk over their trees", arguments: 0..<8)
  func property(seed: Int) throws {
    let example = try SettledExample(samples: 5, hidden: 3, seed: 8)
    var stream = RandomStream(seed: UInt64(seed), name: "expressions")
    var loops = 0
    var products = 0
    for _ in 0..<150 {
      let tree = RandomExpression.make(depth: 5, &stream)
      guard tree.text.count <= 2000 else { continue }
      let names = tree.names
      let third = names.filter { ExpressionRule.thirdFactors.contains($0) }.sorted()
      let needsBeta = names.contains { $0.hasPrefix("nudged_") }
      if names.contains("beta") && !needsBeta { continue }
      let rule: ExpressionRule
      do {
        rule = try ExpressionRule(
          tree.text, third: third, beta: needsBeta ? SettledExample.beta : nil)
      } catch {
        Issue.record("\(tree.text): \(error)")
        continue
      }
      if rule.plan.hasLoop { loops += 1 }
      if rule.plan.products > 0 { products += 1 }
      let update = example.update(rule)
      let expected = example.sums { knowledge in tree.value { knowledge[$0] } }
      // Every operation and every addition of a sample rounds once in each of the two ways; an inverse
      // and a factor drawn out of a sum add one or two.
      let roundings = Double(4 * (tree.nodes + 5))
      for (name, sums) in expected {
        for (element, sum) in sums.enumerated() {
          let gap = abs(update[name][element] - sum.value)
          #expect(
            gap <= roundings * .ulpOfOne * sum.size,
            "\(name) of \(tree.text): \(sum), off by \(gap)")
        }
      }
    }
    #expect(loops > 20 && products > 20)
  }

  @Test("wide rows: blocks of the loop join without a seam")
  func wide() throws {
    // 600 synapses to a unit: two whole blocks and a part.
    let network = try Network(
      populations: [
        Population(name: "x", size: 600, role: .input), Population(name: "y", size: 2),
      ],
      projections: [DenseProjection(from: "x", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    let parameters = try network.initialParameters(seed: 1)
    var stream = RandomStream(seed: 4, name: "inputs")
    let inputs = ContiguousArray((0..<1800).map { _ in stream.normal() })
    let samples = Samples(count: 3, inputs: inputs, targets: [1, 0, 0, 1, 1, 1])
    let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    for (text, rule) in [
      ("max(rate_post * rate_pre - weight, 0) * slope_post", LocalLearning(Mixed(), name: "mixed"))
    ] {
      let a = try update(
        network, controller, parameters, samples, rule: ExpressionRule(text)
      ).update
      let b = try update(network, controller, parameters, samples, rule: rule).update
      #expect(largestDifference(a["x-y.weight"], b["x-y.weight"]) < 1e-13)
    }
    let tanhs = try update(
      network, controller, parameters, samples, rule: ExpressionRule("tanh(rate_pre * weight)")
    ).update["x-y.weight"]
    for element in [0, 255, 256, 511, 512, 599, 600, 1199] {
      let weight = parameters["x-y.weight"].values[element]
      let expected = (0..<3).reduce(0.0) {
        $0 + hyperbolicTangent(inputs[$1 * 600 + element % 600] * weight)
      }
      // Three tanh of 2 ulp each.
      #expect(abs(tanhs[element] - expected) < 3e-15)
    }
  }

  @Test("a rule in Swift sees the phase that it declared, and third factors")
  func reference() throws {
    let rule = LocalLearning(Contrast(), name: "contrast", reference: .free)
    #expect(rule.phases == [.controlled, .free])
    #expect(LocalLearning(Contrast(), name: "contrast").phases == [.controlled])
    let example = try SettledExample()
    // Without a second phase the reference is the phase itself: nothing to contrast.
    let same = example.update(LocalLearning(Contrast(), name: "contrast"))
    #expect(same["h-h.weight"].allSatisfy { $0 == 0 })
  }

  @Test("`correct` needs outputs to choose from")
  func correct() throws {
    let network = try Network(
      populations: [Population(name: "x", size: 1, role: .input), Population(name: "y", size: 1)],
      projections: [DenseProjection(from: "x", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    let rule = try ExpressionRule("correct * rate_pre", third: ["correct"])
    #expect(rule.objection(to: network)?.contains("two outputs") == true)
    #expect(rule.objection(to: try classifier()) == nil)
  }

  @Test("equilibrium propagation as an expression is equilibrium propagation")
  func equilibriumPropagation() throws {
    let network = try classifier()
    let parameters = try network.initialParameters(seed: 2)
    let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    func update(_ rule: any LearningRule) throws -> ParameterUpdate {
      try phasedUpdate(rule, network, controller, parameters, moons(6).all).update
    }
    let builtIn = try update(
      EquilibriumPropagation(beta: 0.2, symmetric: false, energy: .quadratic))
    let expression = try update(
      ExpressionRule("nudged_control_post * nudged_rate_pre / beta", beta: 0.2))
    // Six samples of numbers of order 1, divided by 0.2.
    #expect(largestDifference(builtIn, expression, parameters) < 1e-13)
    #expect(builtIn.norm > 0.01)
  }
}
