internal import Integration

/// How one class fares in an evaluation.
public struct ClassResult: Sendable, Equatable {
  /// Its number, from 0.
  public var label: Int
  /// Samples of the class, those that did not settle included.
  public var samples: Int
  /// Of these, those that did not settle, and so were taken for nothing.
  public var unsettled: Int
  /// How often they were taken for each class: a row of the confusion matrix.
  public var predictions: [Int]
  /// Samples of any class that were taken for this one.
  public var predicted: Int

  /// Samples of the class that were taken for it.
  public var correct: Int { predictions[label] }
  /// Of the samples of the class, the fraction that was recognised; NaN without any.
  public var recall: Double { samples > 0 ? Double(correct) / Double(samples) : .nan }
  /// Of the samples that were taken for the class, the fraction that is of it; NaN without any.
  public var precision: Double { predicted > 0 ? Double(correct) / Double(predicted) : .nan }
}

extension Evaluation {
  /// The confusion matrix, row by row, with what follows for each class.
  ///
  /// - Parameter classes: their number. Samples without a label among them are left out; so is, from
  ///   the columns, what was taken for an output beyond them.
  public func classResults(classes: Int) -> [ClassResult] {
    let matrix = confusion(classes: classes)
    var samples = Array(repeating: 0, count: classes)
    var unsettled = samples
    for prediction in predictions {
      guard let label = prediction.label, (0..<classes).contains(label) else { continue }
      samples[label] += 1
      if !prediction.outcome.isEquilibrium { unsettled[label] += 1 }
    }
    return (0..<classes).map { label in
      ClassResult(
        label: label, samples: samples[label], unsettled: unsettled[label],
        predictions: matrix[label], predicted: matrix.reduce(0) { $0 + $1[label] })
    }
  }
}
