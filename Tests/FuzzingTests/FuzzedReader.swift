import Dynamics
import Experiments
import Foundation
import Learning
import LinearAlgebra
import Testing

/// One reader of the program, and what it is fed.
struct FuzzedReader: Sendable, CustomTestStringConvertible {
  var name: String
  var seeds: @Sendable () throws -> [[UInt8]]
  var words: [String] = []
  var isText = true
  var greatestSize = 1 << 14
  /// Makes lengths and checksums right again after some of the changes, so that what lies behind them is
  /// reached.
  var repair: @Sendable (inout [UInt8], inout RandomStream) -> Void = { _, _ in }
  /// Makes the reader, with whatever it needs.
  var make: @Sendable () throws -> ([UInt8]) throws -> Void

  var testDescription: String { name }
}

/// What came of feeding a reader.
struct FuzzResult {
  var inputs = 0
  var accepted = 0
  /// Kinds of answers, messages without their numbers and names: what the search is guided by.
  var outcomes = 0
  var seconds = 0.0
  /// Errors that are not of the kinds that readers may throw.
  var undocumented: [String] = []
  /// Of the slowest input, in seconds.
  var slowest = 0.0
}

extension FuzzedReader {
  /// Feeds the reader with its seeds and then with `inputs` inputs in all.
  ///
  /// - Parameter record: told of each input before the reader has it, so that one that ends the process is known.
  func run(
    inputs: Int, seed: UInt64, record: ([UInt8]) -> Void = { _ in }
  ) throws -> FuzzResult {
    let seeds = try seeds()
    var mutator = Mutator(
      seeds: seeds, words: words, isText: isText, greatestSize: greatestSize,
      random: RandomStream(seed: seed, name: name))
    let read = try make()
    var result = FuzzResult()
    var outcomes: Set<Int> = []
    // Time of the processor: others may have the machine meanwhile.
    func now() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
    let start = now()
    var last = start
    for number in 0..<inputs {
      var input = number < seeds.count ? seeds[number] : mutator.next()
      if number >= seeds.count { repair(&input, &mutator.random) }
      record(input)
      let outcome: String
      do {
        try read(input)
        outcome = "accepted"
        result.accepted += 1
      } catch {
        outcome = String(describing: error)
        if !Self.isDocumented(error), result.undocumented.count < 20 {
          result.undocumented.append("\(type(of: error)): \(outcome.prefix(400))")
        }
      }
      if outcomes.insert(Self.kind(of: outcome)).inserted { mutator.keep(input) }
      result.inputs += 1
      let end = now()
      result.slowest = max(result.slowest, end - last)
      last = end
    }
    result.outcomes = outcomes.count
    result.seconds = last - start
    return result
  }

  private static func isDocumented(_ error: any Error) -> Bool {
    switch error {
    case is InputError, is ModelFileError, is ExpressionError, is NetworkError, is ParameterError:
      true
    case TrainingError.mismatch: true
    default: false
    }
  }

  /// The letters of a message before its first quote and after its last: what it says without what it says
  /// it of, which may hold quotes itself.
  private static func kind(of message: String) -> Int {
    let bytes = Array(message.utf8)
    func isQuote(_ byte: UInt8) -> Bool { "`'\"".utf8.contains(byte) }
    let first = bytes.firstIndex(where: isQuote) ?? bytes.endIndex
    let last = bytes.lastIndex(where: isQuote) ?? bytes.endIndex
    var hasher = Hasher()
    for byte in bytes[..<first].prefix(200) + bytes[last...].prefix(200) {
      let isLetter = (97...122).contains(byte) || (65...90).contains(byte)
      if isLetter { hasher.combine(byte) }
    }
    return hasher.finalize()
  }
}
