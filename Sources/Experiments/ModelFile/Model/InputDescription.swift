/// The input of a population in a phase: numbers that stay, or a signal that changes with time.
public enum InputDescription: Sendable, Equatable {
  /// Numbers that stay.
  case values(ArraySource)
  /// Numbers that change with time.
  case signal(InputSignalDescription)

  /// The files that it names, as written.
  var files: [String] {
    switch self {
    case .values(.file(let path)): [path]
    case .values: []
    case .signal(let signal): signal.files
    }
  }
}

/// An input that changes with time, counted from the beginning of the phase that names it.
public struct InputSignalDescription: Sendable, Equatable {
  /// How the input goes.
  public enum Kind: String, Sendable, CaseIterable {
    /// From one value to another at once.
    case step
    /// On a straight line from one value to another.
    case ramp
    /// Up and down.
    case sinusoid
    /// As a table has it.
    case file
  }

  /// What holds between the rows of a table.
  public enum Interpolation: String, Sendable, CaseIterable {
    /// A straight line.
    case linear
    /// The row before.
    case previous
  }

  /// How the input goes.
  public var kind: Kind
  /// Of `step` and `ramp`; nil: what the input is when the phase begins.
  public var from: ArraySource?
  /// The values after.
  public var to = ArraySource.inline([0], shape: [])
  /// When a step happens, and when it is taken back; nil: never.
  public var at = 0.0
  /// When it jumps back. Null: it stays.
  public var until: Double?
  /// Of a ramp.
  public var start = 0.0
  /// How long it takes.
  public var duration = 1.0
  /// Of a sinusoid; the phase is in radians.
  public var mean = ArraySource.inline([0], shape: [])
  /// How far it swings.
  public var amplitude = ArraySource.inline([1], shape: [])
  /// The time of one swing.
  public var period = 1.0
  /// Radians at the beginning: mean + amplitude·sin(2πt/period + phase).
  public var phase = 0.0
  /// A CSV file, its column of times, and those of the units; none: all others, in their order.
  public var path = ""
  /// The column of times, which must ascend.
  public var time = "time"
  /// The columns of the units, in their order. Empty: all others.
  public var columns: [String] = []
  /// `linear`: on straight lines between the rows; `previous`: each row holds until the next.
  /// Before the first row and after the last their values hold.
  public var interpolation = Interpolation.linear

  /// Of a kind, with every other key at its default.
  public init(_ kind: Kind) { self.kind = kind }

  /// The arrays that a signal of this kind has, by their keys.
  var arrays: [(key: String, array: ArraySource)] {
    switch kind {
    case .step, .ramp: (from.map { [("from", $0)] } ?? []) + [("to", to)]
    case .sinusoid: [("mean", mean), ("amplitude", amplitude)]
    case .file: []
    }
  }

  var files: [String] {
    var names = arrays.compactMap { _, array in
      if case .file(let path) = array { path } else { nil }
    }
    if kind == .file { names.append(path) }
    return names
  }
}
