import Dynamics
import Integration
import Learning
import Testing

@Suite("The update of a batch")
struct BatchUpdateTests {
  @Test("is the sum of its chunks, in their order, whatever was learned before", arguments: [1, 3])
  func sumOfChunks(threads: Int) throws {
    // Batches of 70 in chunks of 32, 32 and 6.
    let (network, parameters) = try warmModel()
    let data = moons(280)
    let rule: any LearningRule = .leastControl()
    var options = TrainingOptions()
    options.epochs = 1
    options.batchSize = 70
    options.rate = 0.03
    options.evaluatesEvery = 0
    let trainer = try Trainer(
      network, controller: leakyInversion, parameters: parameters, rules: [rule],
      optimizer: GradientDescent(), data: data, options: options, settling: automatic,
      threads: threads)
    let settler = try BatchSettler(network, controller: leakyInversion, options: automatic)
    var expected = parameters
    var memory: (any RuleMemory)?
    for step in 0..<3 {
      settler.load(expected)
      let chunks = try settler.settle(data.samples(trainer.nextRows))
      #expect(chunks.map(\.count) == [32, 32, 6])
      let blank = ParameterUpdate(for: expected, changing: rule.changedParameters(of: network))
      let updates = chunks.map { chunk in
        #expect(chunk.certificates.allSatisfy { $0.outcome == .settled })
        var update = blank
        rule.accumulate(
          SettledStates([.controlled: chunk]), parameters: expected, memory: &memory, into: &update)
        return update
      }
      var total = updates[0]
      for update in updates[1...] { total.add(update) }
      total.scale(by: 1 / 70)
      var optimizer = GradientDescent()
      optimizer.step(total, rate: 0.03, on: &expected)
      try trainer.advance(toStep: step + 1)
      #expect(trainer.parameters == expected)
    }
  }
}
