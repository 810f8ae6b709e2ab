/// The input of a population in a phase: numbers that stay, or a signal that changes with time.
public enum InputDescription: Sendable, Equatable {
  case values(ArraySource)
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
  public enum Kind: String, Sendable, CaseIterable {
    case step, ramp, sinusoid, file
  }

  public enum Interpolation: String, Sendable, CaseIterable {
    case linear, previous
  }

  public var kind: Kind
  /// Of `step` and `ramp`; nil: what the input is when the phase begins.
  public var from: ArraySource?
  public var to = ArraySource.inline([0], shape: [])
  /// When a step happens, and when it is taken back; nil: never.
  public var at = 0.0
  public var until: Double?
  /// Of a ramp.
  public var start = 0.0
  public var duration = 1.0
  /// Of a sinusoid; the phase is in radians.
  public var mean = ArraySource.inline([0], shape: [])
  public var amplitude = ArraySource.inline([1], shape: [])
  public var period = 1.0
  public var phase = 0.0
  /// A CSV file, its column of times, and those of the units; none: all others, in their order.
  public var path = ""
  public var time = "time"
  public var columns: [String] = []
  public var interpolation = Interpolation.linear

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
