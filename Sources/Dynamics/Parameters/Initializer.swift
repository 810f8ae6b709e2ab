public import LinearAlgebra

/// How the first values of a parameter are made.
///
/// Arrays are row-major, [out, in, …]; where a matrix is meant, the first axis gives its rows and the
/// others together its columns. With g = ``gain`` and v = ``value``:
///
/// | kind | values |
/// |---|---|
/// | `zeros` | 0 |
/// | `identity` | g·v on the diagonal of a matrix, v = 1 unless given |
/// | `normal` | N(0, 1)·g·v, v = 1/√fan_in unless given |
/// | `uniform` | U(±g·v), v = 1 unless given |
/// | `uniform-fan-in` | U(±g/√fan_in) |
/// | `xavier` | U(±g·√(6/(fan_in + fan_out))): Glorot & Bengio, AISTATS 2010 |
/// | `he` | N(0, 1)·g·√(2/fan_in): He et al., ICCV 2015 |
/// | `orthogonal` | g times orthonormal rows or columns, whichever are fewer, uniformly distributed |
/// | `spectral-radius` | N(0, 1), then scaled to max \|λ\| = g·v, v = 1 unless given; square |
public struct Initializer: Sendable, Equatable {
  /// How values are made. Names are those of model files.
  public enum Kind: String, Sendable, CaseIterable {
    /// All 0.
    case zeros
    /// The value, 1 unless given, on the diagonal, and 0 elsewhere.
    case identity
    /// Normal; the value is the standard deviation, 1/√fan_in unless given.
    case normal
    /// Uniform; the value is the half-width, 1 unless given.
    case uniform
    /// Uniform between ±1/√fan_in.
    case uniformFanIn = "uniform-fan-in"
    /// Uniform between ±√(6/(fan_in + fan_out)) (Glorot and Bengio 2010).
    case xavier
    /// Normal with standard deviation √(2/fan_in) (He et al. 2015).
    case he
    /// A random matrix with orthonormal rows or columns.
    case orthogonal
    /// Normal, scaled to a spectral radius, 1 unless given.
    case spectralRadius = "spectral-radius"

    /// Whether ``Initializer/value`` means anything to it.
    public var takesValue: Bool {
      switch self {
      case .identity, .normal, .uniform, .spectralRadius: true
      case .zeros, .uniformFanIn, .xavier, .he, .orthogonal: false
      }
    }
  }

  /// How values are made.
  public var kind: Kind
  /// Multiplies the values.
  public var gain: Double
  /// The size, for the kinds that take one; nil for their own.
  public var value: Double?
  /// The Frobenius norm that everything is scaled to at last; nil to leave it.
  public var norm: Double?

  /// From its parts.
  public init(_ kind: Kind, gain: Double = 1, value: Double? = nil, norm: Double? = nil) {
    self.kind = kind
    self.gain = gain
    self.value = value
    self.norm = norm
  }

  /// The values of an array of this shape, row-major.
  ///
  /// - Parameters:
  ///   - shape: of the array.
  ///   - fanIn: the number of weights that one unit receives; at least 1.
  ///   - fanOut: the number that one unit sends; only `xavier` asks.
  ///   - stream: where random numbers come from.
  /// - Throws: ``ParameterError`` where the shape does not fit the kind, or the values cannot be
  ///   scaled as asked.
  public func values(
    shape: [Int], fanIn: Int, fanOut: Int, using stream: inout RandomStream
  ) throws -> ContiguousArray<Double> {
    precondition(fanIn > 0 && fanOut > 0, "a fan-in of \(fanIn), a fan-out of \(fanOut)")
    if value != nil && !kind.takesValue {
      throw ParameterError("the initializer \(kind.rawValue) takes no value; use gain")
    }
    for (name, number) in [("gain", gain), ("value", value ?? 1), ("norm", norm ?? 1)]
    where !number.isFinite {
      throw ParameterError("the \(name) of the initializer \(kind.rawValue) is \(number)")
    }
    let count = shape.reduce(1, *)
    let rows = shape.first ?? 1
    let columns = rows == 0 ? 0 : count / rows
    var values = ContiguousArray(repeating: 0.0, count: count)
    switch kind {
    case .zeros: break
    case .identity:
      for i in 0..<min(rows, columns) { values[i * columns + i] = gain * (value ?? 1) }
    case .normal:
      let size = gain * (value ?? 1 / Double(fanIn).squareRoot())
      for i in values.indices { values[i] = size * stream.normal() }
    case .he:
      let size = gain * (2 / Double(fanIn)).squareRoot()
      for i in values.indices { values[i] = size * stream.normal() }
    case .uniform: fill(&values, width: gain * (value ?? 1), &stream)
    case .uniformFanIn: fill(&values, width: gain / Double(fanIn).squareRoot(), &stream)
    case .xavier:
      fill(&values, width: gain * (6 / Double(fanIn + fanOut)).squareRoot(), &stream)
    case .orthogonal:
      for i in values.indices { values[i] = stream.normal() }
      values = try orthonormal(values, rows: rows, columns: columns)
      for i in values.indices { values[i] *= gain }
    case .spectralRadius:
      guard shape.count == 2, rows == columns else {
        throw ParameterError(
          "a spectral radius needs a square matrix, and this array has the shape \(shape)")
      }
      for i in values.indices { values[i] = stream.normal() }
      try scale(&values, order: rows, toRadius: gain * (value ?? 1))
    }
    if let norm { try scale(&values, toNorm: norm) }
    return values
  }

  /// U(±width), both signs alike: `width` may be zero or negative.
  private func fill(
    _ values: inout ContiguousArray<Double>, width: Double, _ stream: inout RandomStream
  ) {
    for i in values.indices { values[i] = width * (2 * stream.uniform() - 1) }
  }

  private func orthonormal(
    _ values: ContiguousArray<Double>, rows: Int, columns: Int
  ) throws -> ContiguousArray<Double> {
    do {
      return try DenseMatrix(rows: rows, columns: columns, elements: values).orthonormalized()
        .elements
    } catch { throw ParameterError("no orthogonal initialisation: \(error)") }
  }

  private func scale(
    _ values: inout ContiguousArray<Double>, order: Int, toRadius radius: Double
  ) throws {
    let own: Double
    do {
      own = try DenseMatrix(rows: order, columns: order, elements: values).spectralRadius()
    } catch { throw ParameterError("no spectral radius to initialise: \(error)") }
    for i in values.indices { values[i] *= radius / own }
  }

  private func scale(_ values: inout ContiguousArray<Double>, toNorm norm: Double) throws {
    guard norm != 0 else {
      for i in values.indices { values[i] = 0 }
      return
    }
    let own = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard own > 0 else {
      throw ParameterError(
        "values of \(kind.rawValue) that are all zero cannot be scaled to the norm \(norm)")
    }
    for i in values.indices { values[i] *= norm / own }
  }
}
