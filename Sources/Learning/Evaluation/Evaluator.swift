public import Dynamics
public import Integration

/// Judges parameters by the free equilibrium: the controller is off, and φ starts at 0.
public final class Evaluator {
  /// The network that is evaluated.
  public let network: Network
  let settler: BatchSettler
  /// A multiple of every chunk size, so that the chunks are the same wherever a data set is cut.
  private static let blockSize = 1024

  /// - Throws: `IntegrationError` where an option makes no sense.
  public init(
    _ network: Network, options: SettlingOptions = SettlingOptions(),
    precision: Precision = .double, threads: Int = 1
  ) throws {
    self.network = network
    settler = try BatchSettler(
      network, controller: NoControl(), options: options, precision: precision, threads: threads)
  }

  /// Loss and prediction of every sample, or of those in `rows`.
  ///
  /// - Parameters:
  ///   - data: the samples, with labels or targets.
  ///   - rows: the samples by their rows in `data`; all unless given.
  ///   - parameters: weights, biases and what else is learned.
  ///   - isCancelled: asked every thousand samples.
  /// - Throws: what the data or a solver throws; `CancellationError`. That a sample does not settle is no error.
  public func evaluate(
    _ data: any TrainingData, rows: [Int]? = nil, parameters: ParameterSet,
    isCancelled: () -> Bool = { false }
  ) throws -> Evaluation {
    settler.load(parameters)
    let rows = rows ?? Array(0..<data.count)
    var predictions: [Prediction] = []
    predictions.reserveCapacity(rows.count)
    for start in stride(from: 0, to: rows.count, by: Self.blockSize) {
      if isCancelled() { throw CancellationError() }
      let block = Array(rows[start..<min(start + Self.blockSize, rows.count)])
      let samples = try data.samples(block)
      let chunks = try settler.settle(samples) { Self.predictions(of: $0) }
      for (row, var prediction) in zip(block, chunks.joined()) {
        prediction.label = data.label(of: row)
        if prediction.label == nil && !network.loss.isClassification { prediction.predicted = nil }
        predictions.append(prediction)
      }
    }
    return Evaluation(predictions)
  }

  private static func predictions(of state: SettledState) -> [Prediction] {
    let outputs = state.network.outputCount
    return (0..<state.count).map { row in
      let certificate = state.certificates[row]
      let settled = certificate.isEquilibrium
      let values = state.observation.outputs[row * outputs..<(row + 1) * outputs]
      var top = values.startIndex
      for i in values.indices where values[i] > values[top] { top = i }
      let hasTarget = !state.samples.targets.isEmpty
      return Prediction(
        sample: state.samples.indices[row], outcome: certificate.outcome,
        predicted: settled ? top - values.startIndex : nil, label: nil,
        loss: settled && hasTarget ? state.observation.losses[row] : .nan,
        residual: certificate.residual, evaluations: certificate.evaluations)
    }
  }
}
