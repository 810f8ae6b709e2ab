import Dynamics
import Foundation
import Integration
import Testing

@Suite("The README")
struct ReadmeTests {
  /// What the README shows, between its first and its last line; ``matchesReadme()`` compares.
  @Test("its example settles at the known equilibrium")
  func example() throws {
    // Three tanh neurons, fully connected; the last two are the output.
    let network = try Network(
      populations: [
        Population(name: "input", size: 2, role: .input),
        Population(name: "hidden", size: 3, activation: Tanh(), hasBias: false),
      ],
      projections: [
        DenseProjection(from: "input", to: "hidden"), DenseProjection(from: "hidden", to: "hidden"),
      ],
      loss: SquaredError(), output: .init(population: "hidden", units: [1, 2]))
    let controller = DynamicInversion(output: .leakyIntegral(leak: 0.1, timeConstant: 5))

    var parameters = network.emptyParameters()  // weights are [post, pre]
    parameters["input-hidden.weight"].values = [1, 0.5, -0.5, 1, 0.3, -0.7]
    parameters["hidden-hidden.weight"].values = [0.2, -0.3, 0.1, 0.4, 0.1, -0.2, -0.1, 0.3, 0.2]

    let settler = try BatchSettler(network, controller: controller)
    settler.load(parameters)
    let state = try settler.settle(Samples(count: 1, inputs: [1, -0.5], targets: [0.5, -0.2]))[0]
    print(state.certificates[0].summary)
    print(state.observation.outputs, state.controlEnergy(0))

    #expect(state.certificates[0].outcome == .settled)
    // The bracket of each of three variables is at most 1e-6 of its norm, which is below 1.4, and the
    // inverse Jacobian at this equilibrium has the norm 1.5: less than 4e-6 in all, and times ‖ψ‖ in H.
    #expect(near(state.observation.outputs, [0.381044335, -0.1527614304], 1e-5))
    #expect(abs(state.controlEnergy(0) - 0.8587107779725758) < 1e-5)
  }

  @Test("its example is the one that is tested")
  func matchesReadme() throws {
    let tests = URL(fileURLWithPath: #filePath)
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let tested = try String(contentsOf: tests, encoding: .utf8)
    let first = "// Three tanh neurons, fully connected"
    let last = "print(state.observation.outputs, state.controlEnergy(0))"
    let shown = try excerpt(of: readme, from: first, to: last)
    #expect(try shown == excerpt(of: tested, from: first, to: last))
    #expect(shown.count > 15)
  }

  /// The lines from the first that begins with `first` to the next that is `last`, without indentation.
  private func excerpt(of text: String, from first: String, to last: String) throws -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let start = try #require(lines.firstIndex { $0.hasPrefix(first) })
    let end = try #require(lines[start...].firstIndex(of: last))
    return Array(lines[start...end])
  }
}
