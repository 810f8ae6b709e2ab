import Experiments
import Foundation
import Testing

@Suite("Documentation and example models")
struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let models: [String] = {
    let folder = root.appending(path: "models").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  @Test("docs/model-file.md is the table of keys; after a change of keys, write it anew")
  func reference() throws {
    let file = Self.root.appending(path: "docs/model-file.md")
    let generated = Schema.markdown()
    if ProcessInfo.processInfo.environment["SETTLE_WRITE_REFERENCE"] != nil {
      try generated.write(to: file, atomically: true, encoding: .utf8)
    }
    let page = try String(contentsOf: file, encoding: .utf8)
    #expect(
      page == generated,
      "SETTLE_WRITE_REFERENCE=1 scripts/test --filter DocumentationTests writes it anew")
  }

  @Test("every example model makes an experiment", arguments: models)
  func example(name: String) throws {
    let file = try ModelFile.load(path: Self.root.appending(path: "models/\(name)").path)
    let experiment = try Experiment(file)
    _ = try experiment.startingParameters()
    if experiment.model.data != nil {
      let data = try experiment.loadData()
      #expect(data.train.count > 0)
    }
    #expect(experiment.model.name + ".yaml" == name)
    #expect(!experiment.model.description.isEmpty)
  }

  @Test("the example models are there")
  func areThere() {
    for name in ["one-neuron.yaml", "tanh.yaml", "equilibrium-rnn.yaml", "digits-rnn.yaml"] {
      #expect(Self.models.contains(name))
    }
  }

  @Test("docs/own-rules.md shows the examples as they are")
  func ownRules() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }
    let page = try text("docs/own-rules.md")
    #expect(page.contains(try text("examples/own-rule/Sources/own-rule/main.swift")))
    let model = try text("models/digits-own-rule.yaml")
    let start = try #require(model.range(of: "  rule:\n    local:"))
    let end = try #require(model.range(of: "  optimizer:"))
    #expect(page.contains(model[start.lowerBound..<end.lowerBound]))
    for function in Catalog.functions.entries(in: Registry()) {
      #expect(page.contains("`\(function.name)"), "\(function.name)")
    }
    // Its other expressions mean something.
    for (expression, keys) in [
      ("nudged_control_post * nudged_rate_pre / beta", ", beta: 0.1"),
      ("0.5 * (rate_post * rate_pre - free_rate_post * free_rate_pre)", ""),
      ("rate_post * (rate_pre - rate_post * weight)", ""),
      ("control_post * rate_pre - 1e-4 * weight", ""), ("(rate_post - rate_pre)^2", ""),
      ("control_post * rate_pre + 0.5 * min(rate_post, weight)", ""),
    ] {
      #expect(page.contains(expression), "\(expression)")
      _ = try ModelFile.parse(
        text: """
          settle: 1
          network:
            populations: {input: {size: 1, role: input}, output: {size: 2}}
            projections: [{from: input, to: output}]
            loss: {kind: squared-error, population: output}
          learning: {rule: {local: "\(expression)"\(keys)}}
          """, file: "m.yaml")
    }
  }
}
