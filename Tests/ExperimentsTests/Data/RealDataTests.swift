import Experiments
import Foundation
import Testing

/// Data sets that come with the package, or that the machine may have.
@Suite struct RealDataTests {
  /// The folder with MNIST and the others, if there is one.
  static let folder: String? = {
    let candidates = [DataLocator.environmentFolder(), packageRoot + "/../shared/data"]
    return candidates.compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: $0 + "/mnist/train-images-idx3-ubyte.gz")
    }
  }()

  @Test("the digits of the package: 1797 samples of 10 classes, split by class")
  func digits() throws {
    let data = try load(
      DataConfiguration(
        .csv(path: "digits.csv", labels: "label", targets: []), scale: 0.0625,
        split: SplitRequest(test: .count(360), stratified: true)), in: packageRoot + "/models",
      expecting: DataExpectation(inputWidth: 64, outputWidth: 10))
    let test = try #require(data.test)
    #expect(data.train.count == 1437 && test.count == 360)
    #expect(data.train.classCount == 10)
    let all = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    for digit in 0..<10 {
      let inTest = test.labels?.count { $0 == digit } ?? 0
      let inTrain = data.train.labels?.count { $0 == digit } ?? 0
      #expect(inTest + inTrain == all[digit])
      #expect(abs(Double(inTest) - 360 * Double(all[digit]) / 1797) < 1)
    }
    #expect(data.train.inputs.allSatisfy { $0.allSatisfy { $0 >= 0 && $0 <= 1 } })
  }

  @Test("MNIST from its four compressed files", .enabled(if: folder != nil))
  func mnist() throws {
    let data = try load(
      DataConfiguration(
        .idx(
          train: ArrayFiles(
            inputs: "mnist/train-images-idx3-ubyte.gz", labels: "mnist/train-labels-idx1-ubyte.gz"),
          test: ArrayFiles(
            inputs: "mnist/t10k-images-idx3-ubyte.gz", labels: "mnist/t10k-labels-idx1-ubyte.gz")),
        scale: 1.0 / 255, split: SplitRequest(validation: .count(5000))),
      in: #require(Self.folder), expecting: DataExpectation(inputWidth: 784, outputWidth: 10))
    let test = try #require(data.test)
    #expect(data.train.count == 55_000 && data.validation?.count == 5000 && test.count == 10_000)
    #expect(data.train.sampleShape == [28, 28])
    // Well-known facts of the set: its first labels, and the mean pixel of the training images.
    #expect(test.labels?.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    var sum = 0.0
    for set in [data.train, try #require(data.validation)] {
      for sample in 0..<set.count { sum += set.input(of: sample).reduce(0, +) }
    }
    #expect(abs(sum / (60_000 * 784) - 0.1307) < 1e-4)
  }

  @Test("Omniglot's 16-bit labels", .enabled(if: folder != nil))
  func omniglot() throws {
    let data = try load(
      DataConfiguration(
        .idx(
          train: ArrayFiles(
            inputs: "omniglot/omniglot28-images-idx3-ubyte.gz",
            labels: "omniglot/omniglot28-labels-idx1-short.gz"), test: nil)),
      in: #require(Self.folder))
    #expect(data.train.classCount == 242)
  }
}
