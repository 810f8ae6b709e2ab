import Experiments
import LinearAlgebra

/// Loads a configuration with the files of a folder.
func load(
  _ configuration: DataConfiguration, in folder: String,
  expecting expectation: DataExpectation = DataExpectation(), seed: UInt64 = 1
) throws -> DataSplits {
  var stream = RandomStream(seed: seed, name: "split")
  return try configuration.load(
    locator: DataLocator(dataFolder: folder, environmentFolder: nil), expectation: expectation,
    modelFile: "model.yaml", using: &stream)
}

extension DataSet {
  /// All inputs.
  var inputs: [[Double]] { (0..<count).map { input(of: $0) } }
}
