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
}
