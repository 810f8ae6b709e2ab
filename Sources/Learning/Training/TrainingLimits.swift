/// What one session of a training may take. Between two batches, once that is used up, the training
/// ends as ``TrainingEnd/limited(reason:)``, and its state goes on to the same bits.
public struct TrainingLimits: Sendable, Equatable {
  /// Of this session.
  public var time: Duration?
  /// Of the training, those of earlier sessions included.
  public var updates: Int?

  public init(time: Duration? = nil, updates: Int? = nil) {
    self.time = time
    self.updates = updates
  }

  /// Which limit is reached, or nil.
  func reached(after time: Duration, updates: Int) -> String? {
    if let limit = self.updates, updates >= limit { return "update limit" }
    if let limit = self.time, time >= limit { return "time limit" }
    return nil
  }
}
