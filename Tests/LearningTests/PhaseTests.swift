import Dynamics
import Integration
import Learning
import LinearAlgebra
import Testing

@Suite("Phases of a training")
struct PhaseTests {
  @Test("are settled in an order in which each finds what it starts from")
  func order() {
    let phases: [SettledPhase] = [
      .free, .controlled, .adjoint, .nudged(-0.1), .nudged(0.1), .nudged(.infinity),
      .targetNudged(0.1),
    ]
    #expect(phases.shuffled().sorted() == phases)
    #expect(
      phases.filter(\.startsFromFree).map(\.name) == [
        "adjoint", "nudged(-0.1)", "nudged(0.1)", "nudged(inf)", "target-nudged(0.1)",
      ])
  }

  private func train(_ rule: any LearningRule, threads: Int, remembers: Bool = false) throws
    -> Trainer
  {
    let network = try classifier(hidden: 6)
    let controller = DynamicInversion(output: .leakyIntegral(leak: 1, timeConstant: 5))
    var options = TrainingOptions()
    options.epochs = 2
    options.batchSize = 128
    let trainer = try Trainer(
      network, controller: controller,
      parameters: network.initialParameters(for: controller, seed: 1), rules: [rule],
      optimizer: GradientDescent(), data: moons(200), options: options,
      settling: SettlingOptions(method: .automatic, residual: 1e-6), threads: threads)
    #expect(try trainer.run() == .finished)
    return trainer
  }

  @Test(
    "the bits do not depend on the threads",
    arguments: [
      Backpropagation(recurrent: true) as any LearningRule, EquilibriumPropagation(symmetric: true),
      DeepFeedbackControl(), PredictiveCoding(precision: 0.5),
    ])
  func threads(rule: any LearningRule) throws {
    let one = try train(rule, threads: 1)
    let three = try train(rule, threads: 3)
    #expect(one.parameters.parameters.map(\.values) == three.parameters.parameters.map(\.values))
    #expect(one.metrics.last?.settledFraction == 1)
    let loss = try #require(one.metrics.last?.trainLoss)
    #expect(loss < one.metrics[0].trainLoss)
  }

  @Test("a controller that is none has no nudged phase")
  func refused() throws {
    for rule: any LearningRule in [EquilibriumPropagation(), DeepFeedbackControl()] {
      let network = try classifier()
      let error = #expect(throws: TrainingError.self) {
        try Trainer(
          network, controller: NoControl(), parameters: network.emptyParameters(), rules: [rule],
          optimizer: GradientDescent(), data: moons(4))
      }
      #expect(error.map { "\($0)".contains("none") } == true)
    }
  }
}
