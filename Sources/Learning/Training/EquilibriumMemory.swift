public import Dynamics

/// Where each training sample settled last under control, or the u that it had there, in the precision of the
/// run; zero for those that have not settled yet, or not the last time.
///
/// It takes samples · (2 · units + n_y) numbers, or samples · n_y of u alone: 4 bytes each in single precision, 8
/// in double.
public struct EquilibriumMemory: Sendable, Equatable {
  /// Of the data set, not of a batch.
  public let samples: Int
  /// Numbers to a sample: φ and ψ of every unit, then u; or u alone.
  public let width: Int
  /// The scalar type in which states are kept.
  public let precision: Precision
  // Row-major, [samples × width]; the one that is not of this precision is empty.
  private var singles: ContiguousArray<Float>
  private var doubles: ContiguousArray<Double>

  /// From its parts.
  public init(samples: Int, width: Int, precision: Precision) {
    self.samples = samples
    self.width = width
    self.precision = precision
    singles = ContiguousArray(repeating: 0, count: precision == .single ? samples * width : 0)
    doubles = ContiguousArray(repeating: 0, count: precision == .double ? samples * width : 0)
  }

  init(
    _ network: Network, samples: Int, keeping kept: TrainingOptions.WarmStart, precision: Precision
  ) {
    let states = kept == .equilibrium ? 2 * network.unitCount : 0
    self.init(samples: samples, width: states + network.outputCount, precision: precision)
  }

  /// Whether it could be the memory of the same training.
  func fits(_ other: EquilibriumMemory) -> Bool {
    samples == other.samples && width == other.width && precision == other.precision
  }

  /// All numbers, row by row.
  public var values: [Double] { values(at: 0..<samples * width) }

  /// The numbers in a range of ``values``.
  public func values(at range: Range<Int>) -> [Double] {
    precision == .single ? singles[range].map(Double.init) : Array(doubles[range])
  }

  /// Writes over the numbers of ``values`` from one on.
  public mutating func replace(from start: Int, by numbers: [Double]) {
    precondition(start + numbers.count <= samples * width, "more than \(samples) samples")
    for (place, number) in zip(start..., numbers) {
      switch precision {
      case .single: singles[place] = Float(number)
      case .double: doubles[place] = number
      }
    }
  }

  /// Where the samples in those rows of the data set start.
  func states(of rows: [Int], _ network: Network) -> InitialStates {
    let units = network.unitCount
    func block(_ start: Int, _ columns: Int) -> ContiguousArray<Double> {
      var block = ContiguousArray<Double>()
      block.reserveCapacity(rows.count * columns)
      for row in rows {
        let place = row * width + start
        switch precision {
        case .single: for i in place..<place + columns { block.append(Double(singles[i])) }
        case .double: block += doubles[place..<place + columns]
        }
      }
      return block
    }
    let u = block(width - network.outputCount, network.outputCount)
    guard width > network.outputCount else { return InitialStates(u: u) }
    return InitialStates(phi: block(0, units), psi: block(units, units), u: u)
  }

  /// Keeps the states of consecutive `rows` of the data set, in their order.
  mutating func remember(_ states: InitialStates, of rows: ArraySlice<Int>, _ network: Network) {
    let units = network.unitCount
    keep(states.u, at: width - network.outputCount, columns: network.outputCount, rows)
    guard width > network.outputCount else { return }
    keep(states.phi, at: 0, columns: units, rows)
    keep(states.psi, at: units, columns: units, rows)
  }

  private mutating func keep(
    _ block: ContiguousArray<Double>, at start: Int, columns: Int, _ rows: ArraySlice<Int>
  ) {
    for (k, row) in rows.enumerated() {
      for column in 0..<columns {
        let value = block[k * columns + column]
        switch precision {
        case .single: singles[row * width + start + column] = Float(value)
        case .double: doubles[row * width + start + column] = value
        }
      }
    }
  }
}
