import Integration
import Learning
import Testing

@Suite("Class by class")
struct ClassResultTests {
  @Test("recall is over the samples of a class, precision over what was taken for it")
  func figures() {
    func prediction(_ label: Int?, _ predicted: Int?) -> Prediction {
      Prediction(
        sample: 0, outcome: predicted == nil ? .oscillating : .settled, predicted: predicted,
        label: label, loss: 0, residual: 0, evaluations: 1)
    }
    let evaluation = Evaluation([
      prediction(0, 0), prediction(0, 0), prediction(0, 1), prediction(0, nil),
      prediction(1, 1), prediction(1, 0), prediction(nil, 2), prediction(7, 1),
    ])
    let results = evaluation.classResults(classes: 3)
    #expect(results.map(\.samples) == [4, 2, 0] && results.map(\.unsettled) == [1, 0, 0])
    #expect(results.map(\.predictions) == [[2, 1, 0], [1, 1, 0], [0, 0, 0]])
    #expect(results.map(\.predicted) == [3, 2, 0] && results.map(\.correct) == [2, 1, 0])
    #expect(results[0].recall == 0.5 && results[0].precision == 2.0 / 3)
    #expect(results[1].recall == 0.5 && results[1].precision == 0.5)
    #expect(results[2].recall.isNaN && results[2].precision.isNaN)
  }
}
