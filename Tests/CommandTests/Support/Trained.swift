import Foundation
import Testing

/// A run of the small digits model in a folder of its own, named `run`.
struct Trained {
  let scratch: Scratch
  var result: Command.Result

  /// The columns that no two runs share.
  static let clocks: Set<String> = ["seconds", "settle_seconds"]

  static func arguments(_ settings: [String] = [], _ more: [String] = []) -> [String] {
    ["train", Repository.oracle("digits"), "--data-dir", Repository.data, "--output", "run"]
      + settings.flatMap { ["--set", $0] } + more
  }

  init(_ settings: [String] = [], _ more: [String] = []) throws {
    scratch = try Scratch()
    result = try settle(Self.arguments(settings, more), in: scratch)
    try #require(result.status == 0, "\(result.report)")
  }

  /// Everything that must be the same bits in two runs of the same model.
  struct Bits: Equatable {
    var parameters: Data
    var metrics: [[String]]
    var unsettled: Data
  }

  func bits(_ run: String = "run") throws -> Bits { try Self.bits(of: run, in: scratch) }

  static func bits(of run: String, in scratch: Scratch) throws -> Bits {
    Bits(
      parameters: try scratch.bytes("\(run)/parameters.safetensors"),
      metrics: try scratch.table("\(run)/metrics.csv").without(clocks),
      unsettled: try scratch.bytes("\(run)/unsettled.csv"))
  }
}
