/// What became of one run of a sweep: one row of sweep.csv.
public struct SweepRow: Sendable, Equatable {
  /// How the run ended.
  public enum Status: String, Sendable, CaseIterable {
    /// To the end.
    case done
    /// By its budget.
    case stopped
    /// The computation failed, deterministically.
    case failed
    /// The model, data or usage was refused.
    case refused
    /// Output could not be written, or a signal ended it; worth another attempt.
    case broken

    /// Whether a resumed sweep leaves it alone.
    public var isFinal: Bool { self == .done || self == .stopped || self == .failed }
  }

  /// The folder of the run below `runs`, such as `0001`.
  public var run: String
  /// Those of the varied keys, in their order.
  public var values: [String]
  /// Nil: that of the model.
  public var seed: UInt64?
  /// How it ended.
  public var status: Status
  /// What went wrong, in a line.
  public var note: String
  /// In the order in which they are to be columns. NaN: not measured.
  public var metrics: [(name: String, value: Double)]

  /// From its parts.
  public init(
    run: String, values: [String], seed: UInt64?, status: Status, note: String = "",
    metrics: [(name: String, value: Double)] = []
  ) {
    self.run = run
    self.values = values
    self.seed = seed
    self.status = status
    self.note = note
    self.metrics = metrics
  }

  public static func == (a: SweepRow, b: SweepRow) -> Bool {
    a.run == b.run && a.values == b.values && a.seed == b.seed && a.status == b.status
      && a.note == b.note
      && a.metrics.elementsEqual(b.metrics) {
        $0.name == $1.name && ($0.value == $1.value || $0.value.isNaN && $1.value.isNaN)
      }
  }

  /// NaN where the run has no such metric.
  public subscript(_ metric: String) -> Double {
    metrics.first { $0.name == metric }?.value ?? .nan
  }
}
