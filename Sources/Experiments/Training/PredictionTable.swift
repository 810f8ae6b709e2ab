internal import Integration
public import Learning

/// predictions.csv: what the free network says to every sample.
public enum PredictionTable {
  /// Writes `predictions.csv`, whole.
  public static func write(
    _ evaluation: Evaluation, classNames: [String]?, to path: String, overwrite: Bool
  ) throws {
    let writer = try CSVWriter(path, overwrite: overwrite)
    try writer.appendRow([
      "sample", "label", "predicted", "correct", "loss", "outcome", "residual", "evaluations",
    ])
    func name(_ index: Int?) -> String {
      guard let index else { return "" }
      guard let classNames, classNames.indices.contains(index) else { return String(index) }
      return classNames[index]
    }
    for prediction in evaluation.predictions {
      try writer.append(prediction.sample)
      try writer.append(name(prediction.label))
      try writer.append(name(prediction.predicted))
      // Unsettled counts as wrong.
      try writer.append(
        prediction.label == nil ? "" : prediction.predicted == prediction.label ? "1" : "0")
      try writer.append(prediction.loss)
      try writer.append(prediction.outcome.rawValue)
      try writer.append(prediction.residual)
      try writer.append(prediction.evaluations)
      try writer.endRow()
    }
    try writer.close()
  }
}
