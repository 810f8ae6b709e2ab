/// Turns the samples of a model file into a table.
struct InlineReader {
  var samples: [InlineSample]
  /// The model file.
  var file: String
  var classes: [String]
  var scale: Double
  var limit: Int?
  var expectation: DataExpectation

  func read() throws(InputError) -> SampleTable {
    let samples = limit.map { Array(self.samples.prefix($0)) } ?? self.samples
    guard let first = samples.first else {
      throw error("data.samples", "is empty", try: "write at least one sample")
    }
    if first.input.isEmpty { throw error("data.samples[0].input", "is empty") }
    if let wanted = expectation.inputWidth, wanted != first.input.count {
      throw error(
        "data.samples[0].input",
        "has \(counted(first.input.count, "number")); the network has \(counted(wanted, "input unit"))"
      )
    }
    var inputs: [Double] = []
    var labels: [Int] = []
    var targets: [Double] = []
    var targetWidth: Int?
    var classReader = ClassReader(classes, limit: expectation.outputWidth, file: file)
    for (index, sample) in samples.enumerated() {
      let key = "data.samples[\(index)]"
      if sample.input.count != first.input.count {
        throw error(
          "\(key).input",
          "has \(sample.input.count) numbers, the first sample has"
            + " \(first.input.count)")
      }
      if let place = sample.input.firstIndex(where: { !($0 * scale).isFinite }) {
        throw error(
          "\(key).input[\(place)]", "is \(sample.input[place]), not a finite number when scaled")
      }
      inputs += sample.input
      switch sample.target {
      case .none: break
      case .label, .className:
        do throws(InputError) {
          labels.append(try label(sample.target, &classReader))
        } catch {
          throw self.error("\(key).target", "is no class: \(error.problem)", try: error.remedy)
        }
      case .vector(let vector):
        if vector.isEmpty { throw error("\(key).target", "is empty") }
        if let wanted = targetWidth ?? expectation.outputWidth, wanted != vector.count {
          throw error(
            "\(key).target", "has \(vector.count) numbers where \(wanted) belong",
            try: "give every sample one number per unit that the loss reads")
        }
        if let place = vector.firstIndex(where: { !$0.isFinite }) {
          throw error("\(key).target[\(place)]", "is \(vector[place]), not a finite number")
        }
        targetWidth = vector.count
        targets += vector
      }
      let answered = labels.count + targets.count / (targetWidth ?? 1)
      guard answered == 0 || answered == index + 1, labels.isEmpty || targets.isEmpty else {
        throw error(
          "\(key).target", "is of another kind than those before it",
          try: "give every sample a class, or every sample a vector, or none")
      }
    }
    return SampleTable(
      source: file, count: samples.count, sampleShape: [first.input.count],
      inputs: .doubles(inputs), labels: labels.isEmpty ? nil : labels,
      targets: targets.isEmpty ? nil : targets, targetWidth: targetWidth ?? 0)
  }

  private func label(
    _ target: InlineSample.Target, _ reader: inout ClassReader
  ) throws(InputError) -> Int {
    switch target {
    case .label(let number): try reader.label(number, at: .whole)
    case .className(let name): try reader.label(name, at: .whole)
    case .none, .vector: preconditionFailure("\(target) is no class")
    }
  }

  private func error(_ key: String, _ problem: String, try remedy: String = "") -> InputError {
    InputError(file, .whole, "\(key) \(problem)", try: remedy)
  }
}
