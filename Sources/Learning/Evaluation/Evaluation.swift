public import Integration

/// What the free network says to one sample.
public struct Prediction: Sendable, Equatable {
  /// Its number in its source.
  public var sample: Int
  /// What became of the sample.
  public var outcome: Outcome
  /// The output of largest value; nil where the sample did not settle or has no class.
  public var predicted: Int?
  /// Its class, where it is known.
  public var label: Int?
  /// NaN where the sample did not settle or has no target.
  public var loss: Double
  /// The residual at which it ended.
  public var residual: Double
  /// Evaluations of the field.
  public var evaluations: Int

  /// From its parts.
  public init(
    sample: Int, outcome: Outcome, predicted: Int?, label: Int?, loss: Double, residual: Double,
    evaluations: Int
  ) {
    self.sample = sample
    self.outcome = outcome
    self.predicted = predicted
    self.label = label
    self.loss = loss
    self.residual = residual
    self.evaluations = evaluations
  }
}

/// What the free network says to a data set.
public struct Evaluation: Sendable, Equatable {
  /// One for each sample, in their order.
  public var predictions: [Prediction]

  /// Of predictions, a sample each.
  public init(_ predictions: [Prediction]) { self.predictions = predictions }

  /// How many samples were evaluated.
  public var count: Int { predictions.count }

  /// The mean loss over the samples that settled; NaN without any.
  public var loss: Double {
    var sum = 0.0
    var settled = 0
    for prediction in predictions where prediction.outcome.isEquilibrium {
      sum += prediction.loss
      settled += 1
    }
    return settled > 0 ? sum / Double(settled) : .nan
  }

  /// The fraction of the samples with a label whose prediction is right, an unsettled one being wrong;
  /// NaN without labels.
  public var accuracy: Double {
    var right = 0
    var labelled = 0
    for prediction in predictions {
      guard let label = prediction.label else { continue }
      labelled += 1
      if prediction.predicted == label { right += 1 }
    }
    return labelled > 0 ? Double(right) / Double(labelled) : .nan
  }

  /// Those that did not settle.
  public var unsettledCount: Int {
    predictions.reduce(0) { $0 + ($1.outcome.isEquilibrium ? 0 : 1) }
  }

  /// Evaluations of the field per sample.
  public var meanEvaluations: Double {
    guard count > 0 else { return .nan }
    return Double(predictions.reduce(0) { $0 + $1.evaluations }) / Double(count)
  }

  /// How often each class (row) was taken for each class (column), of `classes`; unsettled samples
  /// are in no column, and labels beyond the classes in no row.
  public func confusion(classes: Int) -> [[Int]] {
    var counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    for prediction in predictions {
      guard let label = prediction.label, let predicted = prediction.predicted,
        (0..<classes).contains(label), (0..<classes).contains(predicted)
      else { continue }
      counts[label][predicted] += 1
    }
    return counts
  }
}
