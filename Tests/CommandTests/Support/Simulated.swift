import Foundation
import Testing

/// What `settle simulate` left in a folder.
struct Simulated {
  var table: Table
  var summary: JSON
  var result: Command.Result

  /// Runs a model; the settings are `key=value`.
  init(
    _ model: String, set settings: [String] = [], _ more: [String] = [], expecting status: Int32 = 0
  ) throws {
    let scratch = try Scratch()
    let result = try settle(
      ["simulate", model, "--output", "out"] + settings.flatMap { ["--set", $0] } + more,
      in: scratch)
    try #require(result.status == status && !result.isSignalled, "\(result.report)")
    self.result = result
    table = try scratch.table("out/trajectory.csv")
    summary = try scratch.json("out/summary.json")
  }

  /// A sample of a phase in the summary.
  func sample(_ row: Int = 0, phase: Int = 0) -> JSON { summary["phases"][phase]["samples"][row] }

  /// The row at a time of the grid.
  func row(at time: String) throws -> Int {
    try #require(table.column("time").firstIndex(of: time), "no row at \(time)")
  }
}

let hiddenPhi = (0..<3).map { "phi.hidden.\($0)" }
let hiddenPsi = (0..<3).map { "psi.hidden.\($0)" }
let hiddenU = [1, 2].map { "u.hidden.\($0)" }

/// Expects every number within `tolerance` of what it should be.
func expectEqual(
  _ given: [Double], _ wanted: [Double], within tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(given.count == wanted.count, "\(what)", sourceLocation: sourceLocation)
  for (a, b) in zip(given, wanted) {
    #expect(
      abs(a - b) <= tolerance, "\(what): \(given), not \(wanted)", sourceLocation: sourceLocation)
  }
}

/// Only equilibria, however the model's protocol reads.
let toEquilibrium = "protocol=[{phase: controlled, until: equilibrium}]"
