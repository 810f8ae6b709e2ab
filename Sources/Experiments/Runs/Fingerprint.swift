public import Dynamics
internal import Foundation
public import Learning

/// A number that tells whether two contents are the same. It guards against mistakes, not against
/// malice.
public struct Fingerprint: Sendable, Equatable, CustomStringConvertible {
  private var state: UInt64 = 0x5357_4554_544C_4531

  /// Of nothing yet.
  public init() {}

  /// Each word is mixed in by multiplication with an odd constant, so none can be undone by another.
  public mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 29
  }

  /// By its bits.
  public mutating func add(_ value: Double) { add(value.bitPattern) }

  /// Adds what comes next.
  public mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(UInt64(text.utf8.count))
  }

  /// Sixteen hexadecimal digits.
  public var description: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Of one text.
  public static func of(_ text: String) -> String {
    var fingerprint = Fingerprint()
    fingerprint.add(text)
    return fingerprint.description
  }

  /// Of names, shapes and values.
  public static func of(_ parameters: ParameterSet) -> String {
    var fingerprint = Fingerprint()
    for parameter in parameters.parameters {
      fingerprint.add(parameter.name)
      for axis in parameter.shape { fingerprint.add(UInt64(axis)) }
      for value in parameter.values { fingerprint.add(value) }
    }
    return fingerprint.description
  }

  /// Of everything that a training sees of the samples, their order and numbers included.
  public static func of(_ data: some TrainingData) throws -> String {
    var fingerprint = Fingerprint()
    fingerprint.add(UInt64(data.count))
    let size = 1024
    for start in stride(from: 0, to: data.count, by: size) {
      let rows = Array(start..<min(start + size, data.count))
      let samples = try data.samples(rows)
      for value in samples.inputs { fingerprint.add(value) }
      for value in samples.targets { fingerprint.add(value) }
      for (row, index) in zip(rows, samples.indices) {
        fingerprint.add(UInt64(truncatingIfNeeded: index))
        fingerprint.add(UInt64(truncatingIfNeeded: data.label(of: row) ?? -1))
      }
    }
    return fingerprint.description
  }
}

extension Experiment {
  /// The fingerprint of each part of the data that there is, by its name.
  public func fingerprints(of data: DataSplits) throws -> [String: String] {
    var all: [String: String] = [:]
    for (part, set) in [
      (Split.train, data.train), (.validation, data.validation), (.test, data.test),
    ] {
      if let set { all[part.rawValue] = try Fingerprint.of(trainingData(set)) }
    }
    return all
  }
}
