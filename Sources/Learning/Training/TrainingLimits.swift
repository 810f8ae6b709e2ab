/// What one session of a training may take. Between two batches, once that is used up, the training
/// ends as ``TrainingEnd/limited(reason:)``, and its state goes on to the same bits.
public struct TrainingLimits: Sendable, Equatable {
  /// Of this session.
  public var time: Duration?
  /// Of the training, those of earlier sessions included.
  public var updates: Int?
  /// Evaluations of the field for updates, likewise of the whole training. Those of evaluations of the
  /// data do not count.
  public var evaluations: Int?

  /// From its parts.
  public init(time: Duration? = nil, updates: Int? = nil, evaluations: Int? = nil) {
    self.time = time
    self.updates = updates
    self.evaluations = evaluations
  }

  /// Which limit is reached, or nil.
  func reached(after time: Duration, updates: Int, evaluations: Int) -> String? {
    if let limit = self.updates, updates >= limit { return "update limit" }
    if let limit = self.evaluations, evaluations >= limit { return "evaluation limit" }
    if let limit = self.time, time >= limit { return "time limit" }
    return nil
  }
}
