/// The inputs of a batch of which some change with time.
public struct InputDrive: Sendable {
  /// A signal at work.
  public struct Source: Sendable {
    /// The course of the values.
    public var signal: InputSignal
    /// Columns of the inputs; the signal has a value for each sample and column, or for each column.
    public var columns: Range<Int>
    /// When it began.
    public var origin: Double

    /// From its parts.
    public init(_ signal: InputSignal, columns: Range<Int>, origin: Double) {
      self.signal = signal
      self.columns = columns
      self.origin = origin
    }

    /// The signal's own time. At a break it is that of the break exactly, which the difference may miss by
    /// rounding.
    func ownTime(at time: Double) -> Double {
      let own = time - origin
      let breaks = signal.breaks
      var low = 0
      var high = breaks.count
      while low < high {
        let middle = (low + high) / 2
        if breaks[middle].time < own { low = middle + 1 } else { high = middle }
      }
      for index in [low - 1, low] where breaks.indices.contains(index) {
        if origin + breaks[index].time == time { return breaks[index].time }
      }
      return own
    }
  }

  /// What is moved, in the order of the columns.
  public let sources: [Source]
  private let sampleCount: Int
  /// [samples × inputs], as ``update(at:before:)`` left them.
  public private(set) var inputs: ContiguousArray<Double>

  /// - Parameters:
  ///   - sources: what moves, and in which columns.
  ///   - inputs: [samples × inputs]; columns without a source stay as they are.
  ///   - sampleCount: rows of the inputs.
  public init(_ sources: [Source], inputs: ContiguousArray<Double>, sampleCount: Int) {
    self.sources = sources
    self.inputs = inputs
    self.sampleCount = sampleCount
  }

  /// Takes the inputs to a time; whether they changed.
  public mutating func update(at time: Double, before isBefore: Bool = false) -> Bool {
    let width = inputs.count / sampleCount
    var hasChanged = false
    for source in sources {
      let values = source.signal.values(at: source.ownTime(at: time), before: isBefore)
      let isShared = values.count == source.columns.count
      for row in 0..<sampleCount {
        for (k, column) in source.columns.enumerated() {
          let value = values[isShared ? k : row * source.columns.count + k]
          let place = row * width + column
          if inputs[place] != value {
            inputs[place] = value
            hasChanged = true
          }
        }
      }
    }
    return hasChanged
  }

  /// The first moment after `time` at which an input is not smooth.
  public func nextBreak(after time: Double) -> InputSignal.Break? {
    var next: InputSignal.Break?
    for source in sources {
      // In the time of the whole, so that the moment is the same number wherever it is compared.
      for own in source.signal.breaks where source.origin + own.time > time {
        let moment = source.origin + own.time
        if moment < next?.time ?? .infinity {
          next = InputSignal.Break(time: moment, isJump: own.isJump)
        } else if moment == next?.time, own.isJump {
          next?.isJump = true
        }
        break
      }
    }
    return next
  }

  /// The time from which on nothing changes any more; infinite: never.
  public var end: Double {
    sources.map { source in source.signal.end.map { source.origin + $0 } ?? .infinity }.max() ?? 0
  }

  /// The longest step that cannot overlook a period; nil: any.
  public var longestStep: Double? { sources.compactMap(\.signal.longestStep).min() }
}
