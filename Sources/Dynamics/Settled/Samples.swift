/// Inputs and targets of samples, in double precision. Rows are samples.
public struct Samples: Sendable {
  /// How many samples there are.
  public let count: Int
  /// [count × inputs]
  public var inputs: ContiguousArray<Double>
  /// [count × n_y]; empty where no target is known.
  public var targets: ContiguousArray<Double>
  /// The number of each sample in its source, for reports.
  public var indices: [Int]

  /// From its parts.
  public init(
    count: Int, inputs: ContiguousArray<Double>, targets: ContiguousArray<Double> = [],
    indices: [Int]? = nil
  ) {
    self.count = count
    self.inputs = inputs
    self.targets = targets
    self.indices = indices ?? Array(0..<count)
  }

  /// The samples in those rows.
  public func selecting(_ rows: some Collection<Int>) -> Samples {
    Samples(
      count: rows.count, inputs: gather(inputs, rows: rows, of: count),
      targets: gather(targets, rows: rows, of: count), indices: rows.map { indices[$0] })
  }
}

/// The given rows of a matrix of `count` rows.
func gather(
  _ values: ContiguousArray<Double>, rows: some Collection<Int>, of count: Int
) -> ContiguousArray<Double> {
  guard count > 0 else { return [] }
  let columns = values.count / count
  var gathered = ContiguousArray<Double>()
  gathered.reserveCapacity(rows.count * columns)
  for row in rows { gathered += values[row * columns..<(row + 1) * columns] }
  return gathered
}
