import ArgumentParser
@preconcurrency import Foundation
import LinearAlgebra

/// Measurements of settling. Every subcommand says with `--help` what it prints.
@main
struct SettleBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle-bench",
    abstract: "Measures how Settle settles.",
    discussion: "Data are found by SETTLE_DATA, or beside the model file.",
    subcommands: [
      BatchCommand.self, WeightsCommand.self, SuiteCommand.self, CaseCommand.self, RunCommand.self,
      FloorCommand.self, ScaleCommand.self, RulesCommand.self,
    ])

  static func main() {
    BLAS.adoptFastKernels()
    // Lines are to appear as they are printed, in a file too.
    setlinebuf(stdout)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: error)
    }
  }
}
