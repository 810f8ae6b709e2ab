import Integration
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The linear oscillator, whose solution is known at every time.
@Suite("Oscillator")
struct OscillatorTests {
  static let methods = IntegratorOptions.Method.allCases

  private func integrator<Element: Scalar>(
    _ type: Element.Type, _ method: IntegratorOptions.Method, tolerance: Double
  ) throws -> Integrator<Element> {
    try Integrator(
      oscillators(type),
      options: IntegratorOptions(
        method: method, relativeTolerance: .scalar(tolerance),
        absoluteTolerance: .scalar(tolerance)))
  }

  @Test("the solution, and dense output between steps, are cos t", arguments: methods)
  func denseOutput(method: IntegratorOptions.Method) throws {
    let integrator = try integrator(Double.self, method, tolerance: 1e-9)
    try integrator.start(at: 0, [1, 0])
    var before = 0.0
    while integrator.time < 10 {
      let advance = try integrator.step(limit: 10)
      for part in [0, 0.37, 1] {
        let t = before + part * (advance.time - before)
        let z = try integrator.interpolated(at: t)
        #expect(abs(z[0] - cos(t)) < 2e-6 && abs(z[1] + sin(t)) < 2e-6)
        let slope = try integrator.interpolated(at: t, derivative: 1)
        #expect(abs(slope[0] + sin(t)) < 2e-5)
      }
      before = advance.time
    }
    #expect(integrator.time == 10)
  }

  @Test("single precision follows cos t as far as it can", arguments: methods)
  func float(method: IntegratorOptions.Method) throws {
    let integrator = try integrator(Float.self, method, tolerance: 1e-5)
    try integrator.start(at: 0, [1, 0])
    _ = try integrator.advance(to: 5)
    #expect(abs(integrator.values[0] - cos(5)) < 2e-3)
  }

  @Test("time can run backward")
  func backward() throws {
    let integrator = try integrator(Double.self, .adams, tolerance: 1e-9)
    try integrator.start(at: 0, [1, 0])
    _ = try integrator.advance(to: -2)
    #expect(abs(integrator.values[0] - cos(2)) < 1e-6)
    #expect(abs(integrator.values[1] - sin(2)) < 1e-6)
  }

  @Test("events fire at the zeros of their functions, in their direction alone", arguments: methods)
  func events(method: IntegratorOptions.Method) throws {
    let integrator = try integrator(Double.self, method, tolerance: 1e-10)
    integrator.events = [
      Event("z rises", direction: .rising) { _, z in z[0] },
      Event("z falls", direction: .falling) { _, z in z[0] },
      Event("turns") { _, z in z[1] },
      Event("t = 4") { t, _ in t - 4 },
    ]
    try integrator.start(at: 0.1, [cos(0.1), -sin(0.1)])
    var fired: [(String, Double, Bool)] = []
    while true {
      let advance = try integrator.advance(to: 7)
      if advance.reason == .reached { break }
      for event in advance.events { fired.append((event.name, advance.time, event.isRising)) }
    }
    let wanted = [
      ("z falls", Double.pi / 2, false), ("turns", Double.pi, true), ("t = 4", 4, true),
      ("z rises", 3 * Double.pi / 2, true), ("turns", 2 * Double.pi, false),
    ]
    #expect(fired.map(\.0) == wanted.map(\.0))
    for (found, known) in zip(fired, wanted) {
      #expect(abs(found.1 - known.1) < 1e-6 && found.2 == known.2, "\(found) is not \(known)")
    }
    #expect(integrator.time == 7)
    #expect(abs(integrator.values[0] - cos(7)) < 1e-6)
    #expect(integrator.statistics.eventEvaluations > 5)
  }

  @Test("events are found by single steps too, and can be taken away")
  func eventsByStep() throws {
    let integrator = try integrator(Double.self, .bdf, tolerance: 1e-8)
    integrator.events = [Event("zero") { _, z in z[0] }]
    try integrator.start(at: 0, [1, 0])
    var times: [Double] = []
    while integrator.time < 6 {
      let advance = try integrator.step(limit: 6)
      if !advance.events.isEmpty { times.append(advance.time) }
    }
    #expect(times.count == 2)
    #expect(largestError(times, [.pi / 2, 3 * .pi / 2]) < 1e-6)
    integrator.events = []
    try integrator.start(at: 0, [1, 0])
    #expect(try integrator.advance(to: 6).reason == .reached)
  }

  @Test("a step never passes its limit, and a limit can be lifted")
  func limits() throws {
    let integrator = try integrator(Double.self, .bdf, tolerance: 1e-4)
    try integrator.start(at: 0, [1, 0])
    while integrator.time < 1 {
      let advance = try integrator.step(limit: 1)
      #expect(advance.time <= 1)
    }
    #expect(try integrator.step(limit: 1).reason == .reached)
    for _ in 0..<50 { _ = try integrator.step() }
    #expect(integrator.time > 1.5)
    let now = integrator.time
    #expect(throws: IntegrationError.self) { try integrator.step(limit: now - 1) }
  }

  @Test("the error weights are those of the tolerances, and the worst variable has a name")
  func weights() throws {
    let integrator = try Integrator(
      oscillators(Double.self),
      options: IntegratorOptions(
        relativeTolerance: .perColumn([1e-3, 1e-6]), absoluteTolerance: .perColumn([1e-5, 1e-2])))
    try integrator.start(at: 0, [1, 0])
    _ = try integrator.step()
    let before = integrator.values
    _ = try integrator.step()
    var weights = ContiguousArray(repeating: 0.0, count: 2)
    var span = weights.mutableSpan
    try integrator.errorWeights(into: &span)
    #expect(
      largestError(
        Array(weights), [1 / (1e-3 * abs(before[0]) + 1e-5), 1 / (1e-6 * abs(before[1]) + 1e-2)])
        < 1e-12)
    var errors = ContiguousArray(repeating: 0.0, count: 2)
    var errorSpan = errors.mutableSpan
    try integrator.estimatedLocalErrors(into: &errorSpan)
    let worst = abs(errors[0] * weights[0]) > abs(errors[1] * weights[1]) ? 0 : 1
    #expect(integrator.worstVariable()?.name == "y.\(worst)")
  }
}
