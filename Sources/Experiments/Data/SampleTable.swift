/// The samples of one source as they were read, before scaling and splitting.
///
/// Copies share their memory, so every part of a split can hold its table.
struct SampleTable: Sendable {
  /// The file, or what stands for it, in errors.
  let source: String
  /// The source's name in the names of samples: its last path component.
  let shortName: String
  let count: Int
  /// The axes of one input; their product is ``inputWidth``.
  let sampleShape: [Int]
  let inputWidth: Int
  /// Row-major, ``count`` × ``inputWidth``.
  let inputs: RawArray.Storage
  /// Class numbers, from 0.
  let labels: [Int]?
  /// Row-major, ``count`` × ``targetWidth``.
  let targets: [Double]?
  let targetWidth: Int

  init(
    source: String, count: Int, sampleShape: [Int], inputs: RawArray.Storage, labels: [Int]?,
    targets: [Double]?, targetWidth: Int
  ) {
    self.source = source
    shortName = String(source.split(separator: "/").last ?? Substring(source))
    self.count = count
    self.sampleShape = sampleShape
    inputWidth = sampleShape.reduce(1, *)
    self.inputs = inputs
    self.labels = labels
    self.targets = targets
    self.targetWidth = targetWidth
  }

  /// Calls `body` with the number and raw value of each feature of a row.
  @inline(__always)
  func forEachFeature(of row: Int, _ body: (Int, Double) -> Void) {
    precondition(row >= 0 && row < count, "row \(row) of \(count)")
    let place = row * inputWidth..<(row + 1) * inputWidth
    switch inputs {
    case .bytes(let values):
      values[place].withUnsafeBufferPointer {
        guard let features = $0.baseAddress else { return }
        for feature in 0..<inputWidth { body(feature, Double(features[feature])) }
      }
    case .doubles(let values):
      values[place].withUnsafeBufferPointer {
        guard let features = $0.baseAddress else { return }
        for feature in 0..<inputWidth { body(feature, features[feature]) }
      }
    }
  }
}
