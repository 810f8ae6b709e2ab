/// Samples: inputs, with class labels, target vectors or neither.
///
/// A value whose copies and parts share the memory of what was read; images of bytes stay bytes and
/// become numbers when they are copied out.
public struct DataSet: Sendable {
  private let table: SampleTable
  /// Rows of the table, ascending as the loader makes them.
  private let rows: [Int]
  private let transform: FeatureTransform
  /// The number of classes; 0 without labels.
  public let classCount: Int
  /// The names of the classes, where the model file gives them.
  public let classNames: [String]?

  init(
    _ table: SampleTable, rows: [Int], transform: FeatureTransform, classCount: Int,
    classNames: [String]?
  ) {
    self.table = table
    self.rows = rows
    self.transform = transform
    self.classCount = classCount
    self.classNames = classNames
  }

  /// The number of samples.
  public var count: Int { rows.count }
  /// Numbers in one input.
  public var inputWidth: Int { table.inputWidth }
  /// The axes of one input, such as [28, 28]; [``inputWidth``] for a table.
  public var sampleShape: [Int] { table.sampleShape }
  /// Whether samples have classes.
  public var hasLabels: Bool { table.labels != nil }
  /// Whether samples have target vectors.
  public var hasTargets: Bool { table.targets != nil }
  /// Numbers in one target vector; 0 without targets.
  public var targetWidth: Int { table.targetWidth }

  /// The sample's row in the file that it was read from, counted from 0 without the header: what
  /// logs and tables call the sample. It does not change under splits, limits and shuffles.
  public func sourceRow(_ sample: Int) -> Int { rows[sample] }

  /// The sample at a row of the file; nil where that row is not in this set.
  public func sample(atSourceRow row: Int) -> Int? { rows.firstIndex(of: row) }

  /// The sample's name in messages, such as `digits.csv[12]`.
  public func name(of sample: Int) -> String { "\(table.shortName)[\(rows[sample])]" }

  /// The sample's class; nil without labels.
  public func label(of sample: Int) -> Int? { table.labels?[rows[sample]] }

  /// The classes of all samples; nil without labels.
  public var labels: [Int]? { table.labels.map { labels in rows.map { labels[$0] } } }

  /// The target vectors of all samples, row-major; nil without targets.
  public var targets: [Double]? {
    table.targets.map { targets in
      rows.flatMap { targets[$0 * targetWidth..<($0 + 1) * targetWidth] }
    }
  }

  /// The samples at these places, in this order.
  public func selecting(_ samples: some Sequence<Int>) -> DataSet {
    DataSet(
      table, rows: samples.map { rows[$0] }, transform: transform, classCount: classCount,
      classNames: classNames)
  }

  /// Writes the input of a sample, scaled and normalised, over `input` of ``inputWidth`` elements.
  public func copyInput(_ sample: Int, into input: inout MutableSpan<Double>) {
    copyFeatures(sample, into: &input) { $0 }
  }

  /// Writes the input of a sample, rounded to single precision after scaling.
  public func copyInput(_ sample: Int, into input: inout MutableSpan<Float>) {
    copyFeatures(sample, into: &input) { Float($0) }
  }

  /// The input of a sample.
  public func input(of sample: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: inputWidth) { values, count in
      forEachInput(sample) { values.initializeElement(at: $0, to: $1) }
      count = inputWidth
    }
  }

  /// Writes the target vector of a sample over `target` of ``targetWidth`` elements.
  public func copyTarget(_ sample: Int, into target: inout MutableSpan<Double>) {
    guard let targets = table.targets else {
      preconditionFailure("the set \(table.source) has no target vectors")
    }
    precondition(target.count == targetWidth, "\(target.count) places for \(targetWidth) targets")
    let start = rows[sample] * targetWidth
    for unit in 0..<targetWidth { target[unit] = targets[start + unit] }
  }

  @inline(__always)
  private func copyFeatures<Element>(
    _ sample: Int, into input: inout MutableSpan<Element>, _ convert: (Double) -> Element
  ) {
    precondition(input.count == inputWidth, "\(input.count) places for \(inputWidth) features")
    input.withUnsafeMutableBufferPointer { input in
      guard let target = input.baseAddress else { return }
      forEachInput(sample) { target[$0] = convert($1) }
    }
  }

  @inline(__always)
  private func forEachInput(_ sample: Int, _ body: (Int, Double) -> Void) {
    let scale = transform.scale
    if let affine = transform.normalization {
      table.forEachFeature(of: rows[sample]) { feature, raw in
        body(feature, (raw * scale - affine.shift[feature]) / affine.divisor[feature])
      }
    } else {
      table.forEachFeature(of: rows[sample]) { body($0, $1 * scale) }
    }
  }
}
