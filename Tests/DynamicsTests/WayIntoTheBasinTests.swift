import Dynamics
import Integration
import Testing

/// How `auto` comes near an equilibrium: by explicit steps where they serve, by CVODE elsewhere.
@Suite("The way into the basin")
struct WayIntoTheBasinTests {
  private func attempts(
    _ model: Model, _ change: (inout SettlingOptions) -> Void = { _ in }
  ) throws -> [[Attempt]] {
    var options = SettlingOptions(method: .automatic)
    change(&options)
    return try model.settle(options).certificates.map(\.attempts)
  }

  @Test("a system of one time scale is stepped through explicitly")
  func explicit() throws {
    let model = try Zoo.recurrent.model(SquaredError(), size: 12, gain: 0.5, samples: 4, seed: 1)
    for sample in try attempts(model) {
      #expect(sample.first?.method == "explicit-adams")
      #expect(!sample.contains { $0.method == "bdf" })
      #expect(sample.last?.outcome == .settled)
    }
  }

  @Test("a stiff system is handed to CVODE where it is noticed")
  func stiff() throws {
    // Units that inhibit themselves 99-fold return a hundred times as fast as their leak has them, and explicit
    // steps shrink to a hundredth of τ.
    var model = try Zoo.recurrent.model(SquaredError(), size: 12, gain: 0, samples: 4, seed: 1)
    for unit in 0..<12 { model.parameters["h-h.weight"].values[13 * unit] = -99 }
    for sample in try attempts(model) {
      #expect(sample.first?.method == "explicit-adams")
      #expect(sample.first?.message == "the system is stiff")
      #expect(sample.first?.steps == 64)
      #expect(sample.dropFirst().first?.method == "bdf")
    }
  }

  @Test("where one variable is much slower than another, no explicit step is tried")
  func slow() throws {
    var model = try Zoo.recurrent.model(SquaredError(), size: 12, gain: 0.5, samples: 2, seed: 1)
    model.controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 100))
    for sample in try attempts(model) { #expect(sample.first?.method == "bdf") }
  }

  @Test("limits hold for explicit steps, too")
  func limits() throws {
    let model = try Zoo.recurrent.model(SquaredError(), size: 12, gain: 0.5, samples: 4, seed: 1)
    for sample in try attempts(model, { $0.limits.evaluations = 3 }) {
      #expect(sample.first?.method == "explicit-adams")
      #expect(sample.first?.evaluations == 3)
    }
    for sample in try attempts(model, { $0.limits.steps = 2 }) {
      #expect(sample.first?.steps == 2)
    }
    let unhurried = try attempts(model).map { $0.first?.steps ?? 0 }
    for (sample, steps) in zip(try attempts(model, { $0.limits.time = 1.2 }), unhurried) {
      #expect((sample.first?.steps ?? 0) < steps)
    }
  }
}
