import Foundation
import Testing

@Suite("Readers that are fed what lies")
struct FuzzingTests {
  static let all =
    FuzzedReader.formats + FuzzedReader.models + FuzzedReader.runs + FuzzedReader.data

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  /// A few inputs each, always the same.
  @Test("refuse it with one of their errors, and neither crash nor hang", arguments: all)
  func bounded(reader: FuzzedReader) throws {
    let result = try reader.run(inputs: Self.number("SETTLE_FUZZ_BOUNDED") ?? 20_000, seed: 1)
    #expect(result.undocumented == [])
    #expect(result.accepted > 0, "the seeds are good files")
    #expect(result.outcomes > 3, "the search gets somewhere")
  }

  /// What `scripts/fuzz` runs: one reader, with the limits of a process of its own.
  @Test(
    "on and on",
    .enabled(if: ProcessInfo.processInfo.environment["SETTLE_FUZZ_READER"] != nil))
  func long() throws {
    let environment = ProcessInfo.processInfo.environment
    let name = environment["SETTLE_FUZZ_READER"] ?? ""
    if name == "list" { return print("FUZZ-READERS", Self.all.map(\.name).joined(separator: " ")) }
    let reader = try #require(Self.all.first { $0.name == name }, "there is no reader \(name)")
    let guardian = try FuzzGuard(keepingInputsIn: environment["SETTLE_FUZZ_INPUT"], hang: 30)
    let before = FuzzGuard.residentBytes
    let result = try reader.run(
      inputs: Self.number("SETTLE_FUZZ_INPUTS") ?? 1_000_000,
      seed: UInt64(Self.number("SETTLE_FUZZ_SEED") ?? 1), record: guardian.record)
    let grown = FuzzGuard.residentBytes - before
    print(
      "FUZZ \(name) inputs \(result.inputs) accepted \(result.accepted) outcomes \(result.outcomes) "
        + String(format: "seconds %.1f slowest %.3f ", result.seconds, result.slowest)
        + String(
          format: "grown %.1f undocumented %d", Double(grown) / 1e6, result.undocumented.count))
    #expect(result.undocumented == [])
    // The inputs that are kept, and the allocator's own stock. A leak of a byte an input of a million shows
    // from 100 MB on.
    #expect(grown < 100_000_000, "memory grows with the inputs")
  }
}
