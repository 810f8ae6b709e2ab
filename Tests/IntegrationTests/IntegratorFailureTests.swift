import Foundation
import Integration
import LinearAlgebra
import Testing

/// What goes wrong is said: what, where, and which variable.
@Suite("Integrator failures")
struct IntegratorFailureTests {
  private struct Refusal: Error, Equatable { var reason: String }

  private func decay(
    _ tolerance: Tolerance = 1e-6, _ change: (inout IntegratorOptions) -> Void = { _ in }
  ) throws -> Integrator<Double> {
    var options = IntegratorOptions(relativeTolerance: tolerance, absoluteTolerance: 1e-9)
    change(&options)
    return try Integrator(
      FunctionField(samples: 2, dimension: 2) { _, _, z in [-z[0], -2 * z[1]] }, options: options)
  }

  private func failure(of body: () throws -> Void) -> IntegrationError? {
    do {
      try body()
      return nil
    } catch {
      return error as? IntegrationError
    }
  }

  @Test("a field that becomes NaN is named: component, sample and time", arguments: [true, false])
  func notANumber(dense: Bool) throws {
    let field = FunctionField<Double>(samples: 3, dimension: 2) { t, id, z in
      [1, id == 2 ? (1 - t).squareRoot() : 0]
    }
    let integrator = try Integrator(
      field,
      options: IntegratorOptions(linearSolver: dense ? .dense : .krylov(dimension: 5)))
    try integrator.start(at: 0, [0, 0, 0, 0, 0, 0])
    let failure = self.failure { _ = try integrator.advance(to: 3) }
    guard case .notFinite(.field, let component, let situation) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(component.name == "y.1" && component.sample == 2 && component.column == 1)
    #expect(component.value.isNaN)
    #expect(situation.time > 1 && situation.time < 1.1)
    let sentence = failure?.description ?? ""
    #expect(sentence.contains("y.1 of sample 2") && sentence.contains("the field is"))
  }

  @Test("the local error is shared out among the variables of the sample in which it is largest")
  func localErrors() throws {
    // Sample 1 moves a thousand times as far as sample 0, and its second variable does all of it.
    let field = FunctionField<Double>(samples: 2, dimension: 3) { t, id, z in
      id == 1 ? [0, 1e3 * sin(5 * t), 1e-3] : [0, sin(5 * t), 0]
    }
    let integrator = try Integrator(
      field, options: IntegratorOptions(relativeTolerance: 1e-6, absoluteTolerance: 1e-3))
    try integrator.start(at: 0, [0, 0, 0, 0, 0, 0])
    #expect(integrator.localErrors().isEmpty, "no step was made")
    _ = try integrator.advance(to: 1)
    let errors = integrator.localErrors()
    #expect(errors.count == 3 && errors[0].component.name == "y.1")
    #expect(errors.allSatisfy { $0.component.sample == 1 })
    #expect(errors[0].share > 0.99 && errors[0].weighted > 0 && errors[0].weighted < 10)
    #expect(abs(errors.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    #expect(integrator.localErrors(largest: 1) == [errors[0]])
    #expect(integrator.situation().worst == errors[0].component)
  }

  @Test("a NaN too far ahead only makes the step smaller")
  func recoverable() throws {
    // √(1 − z) is not defined beyond 1, where the solution never goes: ż = √(1−z) ends at 1.
    let field = FunctionField<Double>(dimension: 1) { _, _, z in [(1 - z[0]).squareRoot()] }
    var options = IntegratorOptions(relativeTolerance: 1e-6, absoluteTolerance: 1e-8)
    options.initialStep = 10
    let integrator = try Integrator(field, options: options)
    try integrator.start(at: 0, [0])
    _ = try integrator.advance(to: 1.5, stopping: true)
    // z = 1 − (1 − t/2)²
    #expect(abs(integrator.values[0] - (1 - 0.0625)) < 1e-4)
  }

  @Test("a field that is NaN from the start, and a state that is, are told apart")
  func notANumberAtStart() throws {
    let field = FunctionField<Float>(dimension: 2) { _, _, z in [0, .nan] }
    let integrator = try Integrator(field)
    try integrator.start(at: 5, [0, 0])
    let first = failure { _ = try integrator.step() }
    guard case .notFinite(.field, let component, let situation) = first else {
      Issue.record("\(String(describing: first))")
      return
    }
    #expect(component.column == 1 && situation.time == 5)
    let second = failure { try integrator.start(at: 0, [.infinity, 0]) }
    guard case .notFinite(.state, let place, _) = second else {
      Issue.record("\(String(describing: second))")
      return
    }
    #expect(place.column == 0 && place.value == .infinity)
  }

  @Test("an error thrown by the field comes out as it is, and a new start works")
  func ownError() throws {
    var isWilling = false
    let field = FunctionField<Double>(dimension: 1) { t, _, z in
      if t > 0.5, !isWilling { throw Refusal(reason: "half is enough") }
      return [-z[0]]
    }
    for solver in [LinearSolverChoice.dense, .krylov(), .functional()] {
      isWilling = false
      let integrator = try Integrator(field, options: IntegratorOptions(linearSolver: solver))
      try integrator.start(at: 0, [1])
      #expect(throws: Refusal(reason: "half is enough")) { try integrator.advance(to: 1) }
      isWilling = true
      try integrator.start(at: 0, [1])
      _ = try integrator.advance(to: 1)
      #expect(abs(integrator.values[0] - 0.36787944) < 1e-3)
    }
  }

  @Test("an error thrown by an event's function comes out as it is")
  func eventError() throws {
    let integrator = try decay()
    integrator.events = [
      Event("watch") { t, _ in
        if t > 0.2 { throw Refusal(reason: "event") }
        return 1
      }
    ]
    try integrator.start(at: 0, [1, 1, 1, 1])
    #expect(throws: Refusal(reason: "event")) { try integrator.advance(to: 1) }
    integrator.events = [Event("NaN") { t, _ in t > 0.2 ? .nan : 1 }]
    try integrator.start(at: 0, [1, 1, 1, 1])
    let failure = self.failure { _ = try integrator.advance(to: 1) }
    guard case .eventNotFinite("NaN", _) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test("the step limit counts from the start, over all calls")
  func stepLimit() throws {
    let integrator = try decay { $0.stepLimit = 7 }
    try integrator.start(at: 0, [1, 1, 1, 1])
    for _ in 0..<4 { _ = try integrator.step() }
    let failure = self.failure { _ = try integrator.advance(to: 1000) }
    guard case .stepLimitReached(7, let situation) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(situation.steps == 7 && situation.time > 0 && situation.order >= 1)
    #expect(situation.worst != nil)
    #expect(failure?.description.contains("after 7 steps") == true)
    #expect(self.failure { _ = try integrator.step() } != nil)
  }

  @Test("a smallest step that the tolerances do not allow")
  func minimumStep() throws {
    let field = FunctionField<Double>(dimension: 1) { _, _, z in [-1000 * (z[0] - 1) * z[0]] }
    var options = IntegratorOptions(
      method: .adams, relativeTolerance: 1e-10, absoluteTolerance: 1e-10,
      linearSolver: .functional())
    options.minimumStep = 0.1
    options.initialStep = 0.1
    let integrator = try Integrator(field, options: options)
    try integrator.start(at: 0, [0.1])
    let failure = self.failure { _ = try integrator.advance(to: 1) }
    switch failure {
    case .errorTestFailed(let situation), .correctorNotConverged(let situation):
      #expect(situation.steps == 0)
    default: Issue.record("\(String(describing: failure))")
    }
  }

  @Test("tolerances below rounding are out of reach, in either precision")
  func accuracy() throws {
    func accuracyFailure<Element: Scalar>(_ type: Element.Type, _ tolerance: Double) throws
      -> IntegrationError?
    {
      let integrator = try Integrator(
        oscillators(type),
        options: IntegratorOptions(
          relativeTolerance: .scalar(tolerance), absoluteTolerance: .scalar(tolerance)))
      try integrator.start(at: 0, [1, 1])
      return failure { _ = try integrator.advance(to: 1) }
    }
    for found in [try accuracyFailure(Double.self, 1e-17), try accuracyFailure(Float.self, 1e-8)] {
      guard case .toleranceOutOfReach(let factor, _) = found else {
        Issue.record("\(String(describing: found))")
        continue
      }
      #expect(factor > 1)
    }
    #expect(try accuracyFailure(Float.self, 1e-5) == nil)
  }

  @Test("a variable without a tolerance is named")
  func noTolerance() throws {
    let integrator = try Integrator(
      oscillators(Double.self),
      options: IntegratorOptions(
        relativeTolerance: 1e-6, absoluteTolerance: .perColumn([1e-8, 0])))
    try integrator.start(at: 0, [1, 0])
    let failure = self.failure { _ = try integrator.step() }
    guard case .noTolerance(let component, _) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(component.name == "y.1" && component.value == 0)
  }

  @Test("where t + h = t, CVODE reports success and the integrator does not")
  func timeStandsStill() throws {
    // At t = 1e17 the spacing of doubles is 16; the field asks for steps of about 1.
    let integrator = try Integrator(
      FunctionField<Double>(dimension: 1) { t, _, z in [-z[0]] },
      options: {
        var options = IntegratorOptions(relativeTolerance: 1e-8, absoluteTolerance: 1e-8)
        options.initialStep = 1
        return options
      }())
    try integrator.start(at: 1e17, [1])
    let failure = self.failure { _ = try integrator.step(limit: 2e17) }
    guard case .timeUnderflow = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }

    // A solution that ends in finite time: z = 1/(1 − t).
    let blowUp = try Integrator(
      FunctionField<Double>(dimension: 1) { _, _, z in [z[0] * z[0]] },
      options: IntegratorOptions(relativeTolerance: 1e-8, absoluteTolerance: 1e-8))
    try blowUp.start(at: 0, [1])
    let end = self.failure { _ = try blowUp.advance(to: 2) }
    switch end {
    case .timeUnderflow(let situation): #expect(abs(situation.time - 1) < 1e-3)
    case .notFinite(_, _, let situation): #expect(abs(situation.time - 1) < 1e-3)
    case .errorTestFailed(let situation), .correctorNotConverged(let situation):
      #expect(abs(situation.time - 1) < 1e-3)
    default: Issue.record("\(String(describing: end))")
    }
  }

  @Test("options and arguments that make no sense are refused, with their names")
  func badInput() throws {
    func sentence(_ change: @escaping (inout IntegratorOptions) -> Void) -> String {
      failure { _ = try decay(1e-6, change) }?.description ?? "accepted"
    }
    #expect(sentence { $0.maximumGrowth = 1 }.contains("maximumGrowth"))
    #expect(sentence { $0.maximumOrder = 6 }.contains("maximumOrder"))
    #expect(sentence { $0.stepLimit = 0 }.contains("stepLimit"))
    #expect(
      sentence {
        $0.minimumStep = 2
        $0.maximumStep = 1
      }.contains("maximumStep"))
    #expect(sentence { $0.relativeTolerance = .scalar(-1) }.contains("relativeTolerance"))
    #expect(sentence { $0.absoluteTolerance = .perColumn([1]) }.contains("absoluteTolerance"))
    #expect(sentence { $0.linearSolver = .krylov(dimension: 0) }.contains("krylov.dimension"))
    #expect(
      sentence { $0.linearSolver = .krylov(preconditioner: .left) }.contains("Preconditioned"))
    let integrator = try decay()
    #expect(failure { _ = try integrator.step() } == .notStarted)
    #expect(
      failure { try integrator.start(at: 0, [1, 2, 3]) }?.description.contains("3 numbers") == true)
    try integrator.start(at: 0, [1, 1, 1, 1])
    _ = try integrator.step()
    let outside = failure { _ = try integrator.interpolated(at: -1) }
    guard case .outsideLastStep(let time, let from, _) = outside else {
      Issue.record("interpolated outside the last step")
      return
    }
    #expect(time == -1 && from == 0)
    let tooHigh = failure { _ = try integrator.interpolated(at: 0, derivative: 9) }
    #expect(tooHigh?.description.contains("derivative 9") == true)
  }
}
