import Foundation
import Testing

/// The short form of `scripts/fault-test`, and what needs no luck.
@Suite("Faults of the disk, of other processes and of signals")
struct FaultTests {
  static let hasPython: Bool = {
    guard let scratch = try? Scratch(),
      let result = try? shell("python3 -c 'import resource, ctypes'", in: scratch)
    else { return false }
    return result.status == 0
  }()

  @Test("leave whole files, and runs that go on to the same bits", .enabled(if: hasPython))
  func all() throws {
    let result = try shell(
      "python3 '\(Repository.script("fault-test"))' --settle \"$SETTLE\" --times 1", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
  }

  @Test("a limit on the size of files is an error like a full disk", arguments: [16, 64, 256])
  func sizeLimit(blocks: Int) throws {
    let scratch = try Scratch()
    let result = try shell(
      "ulimit -f \(blocks); \"$SETTLE\" simulate '\(Repository.model("tanh"))' --every 0.003 --output run",
      in: scratch)
    #expect(result.status == 74, "\(result.report)")
    #expect(result.err.contains("ulimit -f"), "\(result.report)")
    let text = try scratch.text("run/trajectory.csv")
    let lines = text.split(separator: "\n")
    #expect(text.last == "\n")
    #expect(Set(lines.map { $0.split(separator: ",").count }).count == 1, "every row is whole")
    // What fits is there: no row is longer than the block that the limit was rounded to, twice.
    #expect(text.utf8.count > blocks * 1024 - 1024 && text.utf8.count <= blocks * 1024)
    let manifest = try scratch.json("run/manifest.json")
    #expect(manifest["status"].string == "failed")
    #expect(manifest["note"].string?.contains("trajectory.csv") == true)
  }

  @Test("a folder in which another process writes is refused, even with --force")
  func taken() throws {
    let scratch = try Scratch()
    let training = try Command(
      Repository.executable, Trained.arguments(["learning.epochs=100000"]), in: scratch)
    while !scratch.tree.contains(where: { $0.hasPrefix("run/checkpoints/epoch-") }) { usleep(1000) }
    for command in [
      ["simulate", Repository.model("tanh")], ["analyze", Repository.model("tanh")],
      ["evaluate", Repository.oracle("digits"), "--data-dir", Repository.data],
      ["sweep", Repository.model("tanh"), "--command", "simulate"],
    ] {
      let result = try settle(command + ["--output", "run", "--force"], in: scratch)
      #expect(result.status == 74, "\(result.report)")
      #expect(result.err.contains("is writing to this folder"), "\(result.report)")
    }
    training.send(SIGTERM)
    let ended = try training.finish()
    #expect(ended.status == 130, "\(ended.report)")
    let manifest = try scratch.json("run/manifest.json")
    #expect(manifest["subcommand"].string == "train" && manifest["status"].string == "interrupted")
    #expect(!scratch.exists("run/.lock"))
  }

  @Test(
    "help that cannot be printed is not taken for help that was",
    arguments: ["--help", "--version"])
  func help(flag: String) throws {
    #if os(Linux)
      let result = try settle([flag], in: Scratch(), output: "/dev/full")
      #expect(result.status == 74, "\(result.report)")
    #endif
    let good = try settle([flag], in: Scratch())
    #expect(good.status == 0 && !good.out.isEmpty && good.err.isEmpty)
  }

  /// The metrics of a run that goes on are read back for the best epoch.
  @Test("an epoch that is no integer in metrics.csv does not end the program")
  func metrics() throws {
    let run = try Trained(["learning.epochs=2"], ["--max-updates", "6"])
    let path = "run/metrics.csv"
    var lines = try run.scratch.text(path).split(separator: "\n", omittingEmptySubsequences: false)
    let row = try #require(lines.indices.last { lines[$0].hasPrefix("1,") })
    var fields = lines[row].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    // As many bytes as before, which the checkpoint has counted.
    let long = try #require(fields.indices.dropFirst(2).first { fields[$0].utf8.count > 8 })
    fields[0] = "1e99"
    fields[long] = String(fields[long].dropLast(3))
    lines[row] = fields.joined(separator: ",")[...]
    try run.scratch.write(lines.joined(separator: "\n"), to: path)
    let result = try settle("train", "--resume", "run", in: run.scratch)
    #expect(result.status == 0, "\(result.report)")
  }
}
