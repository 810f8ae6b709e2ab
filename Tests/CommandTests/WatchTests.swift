import Foundation
import Testing

/// The watch over a training, as users meet it.
@Suite("The watch")
struct WatchTests {
  static let settings = [
    "learning.epochs=20", "learning.checkpoint.every=2", "learning.watch.every=20",
    "learning.watch.samples=3",
  ]
  static let undisturbed = Result { try Trained(settings) }

  @Test("a training writes a row for each look")
  func rows() throws {
    let run = try Self.undisturbed.get()
    let table = try run.scratch.table("run/watch.csv")
    // 120 samples in batches of 32 are four updates an epoch.
    #expect(table.column("step") == ["0", "20", "40", "60", "80"])
    #expect(table.column("epoch") == ["0", "5", "10", "15", "20"])
    for row in table.rows.indices {
      #expect(table[row, "samples"] == "3" && table[row, "settled"] == "3")
      #expect(table.number(row, "margin") < 0 && table.number(row, "free_margin") < 0)
      #expect(table[row, "compared"] == "3" && table[row, "multistable"] == "0")
      #expect(table.number(row, "multistable_fraction") == 0)
    }
    #expect(Set(table.column("margin")).count == 5)
    #expect(try run.scratch.json("run/summary.json")["warnings"].elements.isEmpty)
  }

  @Test("the watch changes nothing of the training")
  func bystander() throws {
    let without = try Trained(["learning.epochs=20", "learning.checkpoint.every=2"])
    #expect(try Self.undisturbed.get().bits() == without.bits())
    #expect(!without.scratch.exists("run/watch.csv"))
  }

  @Test("an analysis of the parameters at the end finds what the last look found")
  func sameAsAnalysis() throws {
    let run = try Self.undisturbed.get()
    let table = try run.scratch.table("run/watch.csv")
    // The first samples of the training data are those that the watch looks at.
    let result = try settle(
      [
        "analyze", Repository.oracle("digits"), "--data-dir", Repository.data, "--samples", "3",
        "--split", "train", "--parameters", run.scratch.file("run/parameters.safetensors"),
        "--json", "--quiet",
      ], in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let margins = try JSON(result.out)["samples"].elements.map { $0["controlled"]["margin"].number }
    #expect(abs(margins.max()! - table.number(4, "margin")) < 1e-9)
  }

  /// Strong recurrent weights and a loop that is nearly as quick as the network: samples have other
  /// equilibria, and lose their stability.
  static let risky = [
    "learning.epochs=6", "learning.watch.every=4", "learning.watch.samples=4",
    "learning.checkpoint.every=1",
    "network.projections.hidden-hidden.init={kind: spectral-radius, value: 2.5}",
    "controller.output.leak=0.1", "controller.output.tau=1", "learning.max-unsettled=1",
  ]

  @Test("each cause is warned of once, on stderr, in the table and in the summary")
  func warnings() throws {
    let run = try Trained(Self.risky)
    // Those of the training itself, such as weights that have grown, are told beside them.
    let watched: Set<String?> = ["multistability", "loop", "network"]
    let all = try run.scratch.json("run/summary.json")["warnings"].elements
    let warnings = all.filter { watched.contains($0["cause"].string) }
    let causes = warnings.compactMap { $0["cause"].string }
    #expect(!causes.isEmpty && Set(causes).count == causes.count)
    let table = try run.scratch.text("run/watch.csv")
    for warning in warnings {
      let message = try #require(warning["message"].string)
      #expect(run.result.err.contains(message))
      #expect(message.contains("--set ") || message.contains("controller.output.leak"))
      #expect(table.contains(message.replacingOccurrences(of: "\"", with: "\"\"")))
    }
    #expect(run.result.err.components(separatedBy: "warning (update").count == all.count + 1)
  }

  @Test("a training that is gone on with says nothing twice and keeps what was said")
  func resumption() throws {
    let whole = try Trained(Self.risky)
    let run = try Trained(Self.risky, ["--max-updates", "10"])
    let result = try settle("train", "--resume", "run", in: run.scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(try run.scratch.bytes("run/watch.csv") == whole.scratch.bytes("run/watch.csv"))
    func warnings(_ scratch: Scratch) throws -> [String?] {
      try scratch.json("run/summary.json")["warnings"].elements.map { $0["message"].string }
    }
    #expect(try warnings(run.scratch) == warnings(whole.scratch))
    let first = try warnings(run.scratch).compactMap(\.self)[0]
    #expect(run.result.err.contains(first) && !result.err.contains(first))
  }
}
