import Foundation
import Testing

/// The short form of `scripts/kill-test`.
@Suite("A training that is killed again and again")
struct KillTests {
  static let settings = [
    "learning.epochs=200", "learning.metrics=step", "learning.evaluate.confusion=true",
    "settling.warm-start=equilibrium", "learning.optimizer.momentum=0",
    // Besides the one of each epoch, every tenth of a second.
    "learning.checkpoint.minutes=0.0017",
  ]

  /// Parameters, optimizer state, memory and counters of the last checkpoint, without its clocks.
  private func state(of run: String, in scratch: Scratch) throws -> [String: Tensors.Array] {
    let last = try #require(
      scratch.tree.filter { $0.hasPrefix("\(run)/checkpoints/epoch-") }.max())
    var arrays = try scratch.tensors(last).arrays
    // The fifth and the sixth number of `progress` are seconds.
    for place in [4, 5] { arrays["progress"]?.values[place] = 0 }
    return arrays
  }

  private func steps(of run: String, in scratch: Scratch) throws -> [[String]] {
    try scratch.table("\(run)/steps.csv").without(Trained.clocks)
  }

  @Test("ends with the same bits as an undisturbed one", arguments: [1, 2])
  func killed(threads: Int) throws {
    let calm = try Trained(Self.settings, ["--threads", "1"])
    let scratch = try Scratch()
    var moments = SystemRandomNumberGenerator()
    var kills = 0
    while kills < 4 {
      let hasBegun = scratch.tree.contains { $0.hasPrefix("run/checkpoints/epoch-") }
      let command = try Command(
        Repository.executable,
        hasBegun
          ? ["train", "--resume", "run", "--threads", "\(threads)"]
          : Trained.arguments(Self.settings, ["--threads", "\(threads)", "--force"]),
        in: scratch)
      usleep(UInt32.random(in: 10_000...400_000, using: &moments))
      command.send(SIGKILL)
      let result = try command.finish()
      // On a fast machine the run may end first.
      if !result.isSignalled { break }
      kills += 1
    }
    #expect(kills > 0)
    let result = try settle("train", "--resume", "run", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    #expect(try Trained.bits(of: "run", in: scratch) == calm.bits())
    #expect(try steps(of: "run", in: scratch) == steps(of: "run", in: calm.scratch))
    for name in ["run/confusion.csv", "run/checkpoints/best.safetensors"] {
      #expect(try scratch.bytes(name) == calm.scratch.bytes(name), "\(name)")
    }
    let (found, expected) = try (
      state(of: "run", in: scratch), state(of: "run", in: calm.scratch)
    )
    #expect(found.keys == expected.keys && found.count > 15)
    for (name, array) in expected {
      let bits = found[name]?.values.map(\.bitPattern)
      #expect(bits == array.values.map(\.bitPattern), "\(name)")
    }
  }
}
