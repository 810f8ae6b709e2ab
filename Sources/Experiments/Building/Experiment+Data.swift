public import Dynamics
public import Learning
internal import LinearAlgebra

/// Which part of a data set.
public enum Split: String, Sendable, CaseIterable {
  /// What is learned from.
  case train
  /// What decides when to stop.
  case validation
  /// What decides nothing.
  case test
}

extension Experiment {
  /// Reads and splits the model's data.
  ///
  /// - Parameter dataFolder: where to look first.
  public func loadData(dataFolder: String? = nil) throws -> DataSplits {
    guard let data = model.data else {
      throw file.error(at: "data", "the model has no `data`")
    }
    var stream = RandomStream(seed: model.seeds.split ?? model.seed, name: "split")
    let splits = try configuration(data).load(
      locator: DataLocator(dataFolder: dataFolder, modelFolder: file.directory),
      expectation: DataExpectation(
        inputWidth: network.inputCount, outputWidth: network.outputCount),
      modelFile: file.file, using: &stream)
    for set in [splits.train, splits.validation, splits.test] {
      if let set { try checkTargets(of: set) }
    }
    return splits
  }

  /// Cross-entropy is against probabilities: target vectors from files must be such.
  private func checkTargets(of set: DataSet) throws {
    guard network.loss is CrossEntropy, let targets = set.targets else { return }
    let width = set.targetWidth
    for sample in 0..<set.count {
      let target = targets[sample * width..<(sample + 1) * width]
      let sum = target.reduce(0, +)
      guard target.allSatisfy({ $0 >= 0 }), abs(sum - 1) <= 1e-6 else {
        throw InputError(
          set.name(of: sample), .whole,
          "the target \(Array(target)) is no distribution: its sum is \(sum)",
          try: "cross-entropy needs targets \u{2265} 0 that sum to 1; or use squared-error")
      }
    }
  }

  private func configuration(_ data: DataDescription) -> DataConfiguration {
    func files(_ files: DataDescription.Files) -> ArrayFiles {
      ArrayFiles(inputs: files.inputs, labels: files.labels, targets: files.targets)
    }
    let source: DataSource =
      switch data.source {
      case .csv(let path, let labels, let targets):
        .csv(path: path, labels: labels, targets: targets)
      case .idx(let train, let test): .idx(train: files(train), test: test.map(files))
      case .npy(let train, let test): .npy(train: files(train), test: test.map(files))
      case .inline(let samples):
        .inline(
          samples.map { sample in
            switch sample.target {
            case .vector(let target):
              InlineSample(input: sample.input, target: .vector(target))
            case .label(let label): InlineSample(input: sample.input, target: .label(label))
            }
          })
      }
    func size(_ amount: DataDescription.Amount) -> SplitRequest.Size {
      switch amount {
      case .count(0): .none
      case .count(let count): .count(count)
      case .fraction(let fraction): .fraction(fraction)
      }
    }
    func normalization(_ given: DataDescription.Normalization) -> Normalization {
      switch given {
      case .none: .none
      case .standardize: .standardize
      case .minmax: .minmax
      }
    }
    return DataConfiguration(
      source, classes: data.classes, scale: data.scale,
      normalize: normalization(data.normalize), limit: data.limit,
      split: SplitRequest(
        test: size(data.split.test), validation: size(data.split.validation),
        stratified: data.split.stratified ? nil : false))
  }

  /// How classes become targets under the model's loss.
  public var targetEncoding: TargetEncoding {
    let soft = model.network.loss?.soft ?? 0
    return soft > 0 ? .soft(soft) : .oneHot
  }

  /// The samples of a data set as the network takes them.
  public func trainingData(_ set: DataSet) -> LabelledSamples {
    LabelledSamples(dataSet: set, encoding: targetEncoding, outputCount: network.outputCount)
  }
}

/// A data set as the trainer reads it: inputs and encoded targets of any rows.
public struct LabelledSamples: TrainingData {
  /// Where they are from.
  public let dataSet: DataSet
  let encoding: TargetEncoding
  let outputCount: Int

  public var count: Int { dataSet.count }

  public func label(of row: Int) -> Int? { dataSet.label(of: row) }

  public func samples(_ rows: [Int]) -> Samples {
    let width = dataSet.inputWidth
    var inputs = ContiguousArray<Double>(repeating: 0, count: rows.count * width)
    inputs.withUnsafeMutableBufferPointer { buffer in
      for (k, row) in rows.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: buffer[k * width..<(k + 1) * width])
        var span = target.mutableSpan
        dataSet.copyInput(row, into: &span)
      }
    }
    var targets = ContiguousArray<Double>()
    if dataSet.hasTargets || dataSet.hasLabels {
      targets = ContiguousArray(repeating: 0, count: rows.count * outputCount)
      targets.withUnsafeMutableBufferPointer { buffer in
        for (k, row) in rows.enumerated() {
          let place = UnsafeMutableBufferPointer(
            rebasing: buffer[k * outputCount..<(k + 1) * outputCount])
          var span = place.mutableSpan
          if dataSet.hasTargets {
            dataSet.copyTarget(row, into: &span)
          } else if let label = dataSet.label(of: row) {
            encoding.write(label: label, into: &span)
          }
        }
      }
    }
    return Samples(
      count: rows.count, inputs: inputs, targets: targets, indices: rows.map(dataSet.sourceRow))
  }
}
