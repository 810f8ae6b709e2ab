/// Reads the array files of one set, IDX or NumPy, into samples.
struct ArrayReader {
  enum Format { case idx, npy }

  var format: Format
  var files: ArrayFiles
  var locator: DataLocator
  /// The names of the classes; they only count here.
  var classes: [String]
  var scale: Double
  var limit: Int?
  var expectation: DataExpectation

  func read() throws(InputError) -> SampleTable {
    let path = try locator.locate(files.inputs)
    var inputs = try array(path)
    guard let total = inputs.shape.first else {
      throw InputError(
        path, .whole, "holds a single number", try: "the first axis must count the samples")
    }
    if total == 0 {
      throw InputError(path, .whole, "holds no samples: its shape is \(inputs.shape)")
    }
    let sampleShape = inputs.shape.count > 1 ? Array(inputs.shape.dropFirst()) : [1]
    // Beside an axis without length, the others may multiply to more than an integer.
    let width = NumericArray.count(of: sampleShape) ?? 0
    if width == 0 {
      throw InputError(path, .whole, "holds empty samples: its shape is \(inputs.shape)")
    }
    if let wanted = expectation.inputWidth, wanted != width {
      throw InputError(
        path, .whole,
        "has samples of \(counted(width, "number")) (shape \(sampleShape)); the network has "
          + counted(wanted, "input unit"), try: "change the size of the input population")
    }
    let count = min(total, limit ?? total)
    Self.keepFirst(count * width, of: &inputs)
    try checkFinite(inputs, path, scale: scale)

    let labels = try files.labels.map { (name) throws(InputError) in
      try self.labels(locator.locate(name), count: count, of: total, path)
    }
    let targets = try files.targets.map { (name) throws(InputError) in
      try self.targets(locator.locate(name), count: count, of: total, path)
    }
    return SampleTable(
      source: path, count: count, sampleShape: sampleShape, inputs: inputs.storage, labels: labels,
      targets: targets?.values, targetWidth: targets?.shape[1] ?? 0)
  }

  private func array(_ path: String) throws(InputError) -> RawArray {
    switch format {
    case .idx: try IDX.read(path)
    case .npy: try NPY.parseKeepingBytes(FileBytes.read(path), file: path)
    }
  }

  private func labels(
    _ path: String, count: Int, of total: Int, _ inputs: String
  ) throws(InputError) -> [Int] {
    let array = try array(path)
    guard array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1 else {
      throw InputError(
        path, .whole, "has the shape \(array.shape); labels are one number per sample",
        try: "if these are target vectors, give them under targets")
    }
    try checkCount(array.shape[0], total, path, inputs, "labels")
    let reader = ClassReader(classes, limit: expectation.outputWidth, file: path)
    var labels: [Int] = []
    labels.reserveCapacity(count)
    for sample in 0..<count {
      guard let number = Int(exactly: array[sample]) else {
        throw InputError(
          path, .whole, "the label of sample \(sample) is \(array[sample]), not a whole number")
      }
      do throws(InputError) {
        labels.append(try reader.label(number, at: .whole))
      } catch {
        throw InputError(path, .whole, "sample \(sample): \(error.problem)", try: error.remedy)
      }
    }
    return labels
  }

  private func targets(
    _ path: String, count: Int, of total: Int, _ inputs: String
  ) throws(InputError) -> NumericArray {
    var array = try array(path)
    guard let first = array.shape.first else {
      throw InputError(path, .whole, "holds a single number, not a target vector per sample")
    }
    try checkCount(first, total, path, inputs, "targets")
    let width = NumericArray.count(of: Array(array.shape.dropFirst())) ?? 0
    if width == 0 {
      throw InputError(path, .whole, "has empty targets: its shape is \(array.shape)")
    }
    if let wanted = expectation.outputWidth, wanted != width {
      throw InputError(
        path, .whole,
        "has target vectors of \(counted(width, "number")); the loss reads \(counted(wanted, "unit"))"
      )
    }
    Self.keepFirst(count * width, of: &array)
    try checkFinite(array, path, scale: 1)
    return NumericArray(shape: [count, width], values: (0..<count * width).map { array[$0] })
  }

  private func checkCount(
    _ count: Int, _ wanted: Int, _ path: String, _ inputs: String, _ what: String
  ) throws(InputError) {
    if count != wanted {
      throw InputError(
        path, .whole, "has \(count) \(what) for the \(wanted) samples of \(inputs)",
        try: "check that the two files belong together")
    }
  }

  private func checkFinite(
    _ array: RawArray, _ path: String, scale: Double
  ) throws(InputError) {
    guard case .doubles(let values) = array.storage,
      let offset = values.firstIndex(where: { !($0 * scale).isFinite })
    else { return }
    let indices = NumericArray.indices(at: offset, in: array.shape)
    throw InputError(
      path, .whole,
      values[offset].isFinite
        ? "element \(indices) is \(values[offset]), which times the scale \(scale) is not finite"
        : "element \(indices) is \(values[offset])",
      try: "replace the value or leave the sample out")
  }

  /// Cuts the storage; the shape stays that of the file, which errors speak of.
  private static func keepFirst(_ count: Int, of array: inout RawArray) {
    guard count < array.count else { return }
    switch array.storage {
    case .bytes(let values): array.storage = .bytes(Array(values[..<count]))
    case .doubles(let values): array.storage = .doubles(Array(values[..<count]))
    }
  }
}
