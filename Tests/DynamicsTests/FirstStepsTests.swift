import Dynamics
import Foundation
import Integration
import Testing

@Suite("First steps in the reference")
struct FirstStepsTests {
  @Test("the example settles, freely and under control")
  func example() throws {
    var certificates: [Certificate] = []
    let network = try Network(
      populations: [
        Population(name: "input", size: 2, role: .input),
        Population(name: "hidden", size: 3, activation: Tanh(), hasBias: false),
      ],
      projections: [
        DenseProjection(from: "input", to: "hidden"), DenseProjection(from: "hidden", to: "hidden"),
      ],
      loss: SquaredError(), output: .init(population: "hidden", units: [1, 2]))
    var parameters = network.emptyParameters()
    parameters["input-hidden.weight"].values = [1, 0.5, -0.5, 1, 0.3, -0.7]
    parameters["hidden-hidden.weight"].values = [0.2, -0.3, 0.1, 0.4, 0.1, -0.2, -0.1, 0.3, 0.2]

    let samples = Samples(count: 1, inputs: [1, -0.5], targets: [0.5, -0.2])
    let control = DynamicInversion(output: .leakyIntegral(leak: 0.1, timeConstant: 5))
    for controller in [NoControl(), control] as [any Controller] {
      let settler = try BatchSettler(network, controller: controller)
      settler.load(parameters)
      let state = try settler.settle(samples)[0]
      print(controller.name, state.certificates[0].summary, state.observation.outputs)
      certificates += state.certificates
    }
    #expect(certificates.map(\.outcome) == [.settled, .settled])
  }

  @Test("the page shows it")
  func page() throws {
    let tests = URL(fileURLWithPath: #filePath)
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let page = lines(
      try String(
        contentsOf: root.appending(path: "Sources/Dynamics/Dynamics.docc/FirstSteps.md"),
        encoding: .utf8))
    let start = try #require(page.firstIndex { $0.hasPrefix("let network") })
    let end = try #require(page[start...].firstIndex { $0.hasPrefix("print(") })
    let own = lines(try String(contentsOf: tests, encoding: .utf8))
    let shown = Array(page[start...end])
    #expect(own.indices.contains { own[$0...].starts(with: shown) })
  }
}
