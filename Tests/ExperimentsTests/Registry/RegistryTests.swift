import Dynamics
import Experiments
import Foundation
import Learning
import LinearAlgebra
import Testing

@Suite("The registry: a program's own parts")
struct RegistryTests {
  /// All that `OwnParts` has.
  private static let registry: Registry = {
    var registry = Registry()
    registry.activations.append(Cubic())
    registry.losses.append(Quartic())
    registry.projections["one-to-one"] = {
      OneToOne(name: $0.name, source: $0.from, target: $0.to)
    }
    registry.controllers["firm"] = { _ in
      EnergyBased(output: .leakyIntegral(leak: 0.1, timeConstant: 1))
    }
    registry.addRule(
      "decaying", "least control with a decay", options: ["decay": 0, "threshold": 0]
    ) {
      LocalLearning(Decaying(decay: $0["decay"], threshold: $0["threshold"]), name: "decaying")
    }
    return registry
  }()

  private static func text(rule: String, projection: String = "dense") -> String {
    """
    settle: 1
    network:
      populations:
        input: {size: 2, role: input}
        hidden: {size: 2, activation: cubic}
        output: {size: 2}
      projections:
        - {from: input, to: hidden, kind: \(projection)}
        - {from: hidden, to: output}
      loss: {kind: quartic, population: output}
    controller: firm
    data:
      kind: inline
      samples: [{input: [0.3, -0.2], target: [0.1, 0.4]}, {input: [-0.5, 0.1], target: [0, 0.2]}]
    learning:
      rule: \(rule)
      optimizer: {kind: sgd, rate: 0.5}
      epochs: 40
      batch: 2
      evaluate: {train-fraction: 1}
    """
  }

  private static func experiment(
    rule: String, projection: String = "dense"
  ) throws -> Experiment {
    let file = try ModelFile.parse(
      text: text(rule: rule, projection: projection), file: "m.yaml",
      knownNames: registry.knownNames)
    return try Experiment(file, registry: registry)
  }

  @Test(
    "an activation, a loss, a projection, a controller and a rule of one's own learn together",
    arguments: [
      ("decaying", "dense"), ("{kind: decaying, options: {decay: 0.001}}", "dense"),
      ("least-control", "one-to-one"),
      (#"{local: "control_post * rate_pre - 0.001 * weight"}"#, "one-to-one"),
      (#"{local: "max(control_post * rate_pre, -0.5)"}"#, "dense"),
    ])
  func train(rule: String, projection: String) throws {
    let experiment = try Self.experiment(rule: rule, projection: projection)
    #expect(experiment.network.projections[0] is OneToOne == (projection == "one-to-one"))
    let trainer = try experiment.makeTrainer(experiment.loadData(), threads: 1)
    try trainer.run()
    let losses = trainer.metrics.map(\.trainLoss)
    #expect(try #require(losses.last) < 0.5 * losses[0], "\(losses)")
  }

  @Test("options reach the rule, and those that are not given are at their defaults")
  func options() throws {
    func rule(_ text: String) throws -> Decaying {
      let experiment = try Self.experiment(rule: text)
      let rule = try experiment.rule(try #require(experiment.model.learning))
      return try #require(rule as? LocalLearning<Decaying>).rule
    }
    let given = try rule("{kind: decaying, options: {threshold: 2, decay: 0.1}}")
    #expect(given.threshold == 2 && given.decay == 0.1)
    let partly = try rule("{kind: decaying, options: {decay: 0.1}}")
    #expect(partly.threshold == 0 && partly.decay == 0.1)
  }

  @Test("an unknown option is an error at its place that lists those that are known")
  func unknownOption() throws {
    func refusal(_ rule: String) -> ModelFileError.Problem? {
      do {
        _ = try Self.experiment(rule: rule)
        return nil
      } catch {
        return (error as? ModelFileError)?.problems.first
      }
    }
    let problem = try #require(refusal("{kind: decaying, options: {treshold: 2}}"))
    #expect(problem.place == .position(line: 16, column: 46))
    #expect(problem.message.contains("did you mean `threshold`? Known: decay, threshold"))
    let none = try #require(refusal("{kind: least-control, options: {rate: 2}}"))
    #expect(none.message.contains("unknown option"))
    #expect(refusal("{kind: decaying, options: {decay: much}}")?.message.contains("number") == true)
  }

  @Test(
    "a rule that does not separate is refused where synapses share weights or are not all to all")
  func sharing() throws {
    let experiment = try Self.experiment(
      rule: #"{local: "tanh(rate_pre * rate_post)"}"#, projection: "one-to-one")
    #expect(throws: ModelFileError.self) {
      try experiment.makeTrainer(experiment.loadData(), threads: 1)
    }
  }

  @Test("lists have everything that is registered, each built-in with a line")
  func lists() throws {
    for catalog in Catalog.allCases {
      let entries = catalog.entries(in: Registry())
      #expect(!entries.isEmpty, "\(catalog)")
      for entry in entries { #expect(!entry.summary.isEmpty, "\(catalog): \(entry.name)") }
    }
    let rules = Catalog.rules.entries(in: Self.registry)
    #expect(rules.contains { $0.name == "decaying" && $0.summary == "least control with a decay" })
    #expect(Catalog.activations.entries(in: Self.registry).contains { $0.name == "cubic" })
    #expect(Catalog.projections.entries(in: Self.registry).contains { $0.name == "one-to-one" })
  }

  @Test("the names that a model file may use are those of the registry")
  func names() throws {
    // KnownNames has the built-ins a second time, for readers without a registry.
    let names = Registry().knownNames
    #expect(Set(KnownNames().rules) == Set(names.rules))
    #expect(Set(KnownNames().controllers) == Set(names.controllers))
    #expect(throws: ModelFileError.self) {
      try ModelFile.parse(text: Self.text(rule: "decaying"), file: "m.yaml")
    }
  }

  @Test(
    "the audit finds rules of one's own local, whatever is broadcast to them",
    arguments: [
      "decaying", #"{local: "max(control_post * rate_pre, weight) * free_rate_post"}"#,
      #"{local: "error * control_post * rate_pre - control_energy * weight", third: [error, control_energy]}"#,
    ])
  func audit(rule: String) throws {
    let experiment = try Self.experiment(rule: rule)
    let samples = try experiment.trainingData(experiment.loadData().train).samples([0, 1])
    let report = try experiment.audit(
      experiment.rule(try #require(experiment.model.learning)), threads: 1
    ).report(on: samples, parameters: experiment.startingParameters(), directions: 0, seed: 1)
    #expect(report.locality.count == 4)
    for locality in report.locality {
      #expect(locality.finding == nil && locality.isPromised, "\(locality)")
    }
  }
}
