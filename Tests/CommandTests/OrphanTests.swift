import Foundation
import Testing

@Suite("A sweep that is killed takes its runs with it")
struct OrphanTests {
  @Test("they save and end, and the sweep can be gone on with")
  func killed() throws {
    let scratch = try Scratch()
    let command = try Command(
      Repository.executable,
      [
        "sweep", Repository.oracle("digits"), "--data-dir", Repository.data, "--set",
        "learning.epochs=100000", "--seeds", "1,2", "--jobs", "2", "--output", "s",
      ], in: scratch)
    let runs = ["0001", "0002"]
    func process(_ run: String) -> pid_t? {
      (try? scratch.text("s/runs/\(run)/.lock")).flatMap { pid_t($0) }
    }
    func hasBegun(_ run: String) -> Bool {
      process(run) != nil
        && scratch.tree.contains { $0.hasPrefix("s/runs/\(run)/checkpoints/epoch-00001") }
    }
    let deadline = Date(timeIntervalSinceNow: 100)
    while !runs.allSatisfy(hasBegun), Date() < deadline { usleep(20_000) }
    let children = try runs.map { try #require(process($0)) }
    #expect(children.allSatisfy { kill($0, 0) == 0 })
    command.send(SIGKILL)
    #expect(try command.finish().isSignalled)
    // Nobody waits for them here, but init does. They finish their update and save, however busy the machine is.
    let end = Date(timeIntervalSinceNow: 100)
    while children.contains(where: { kill($0, 0) == 0 && !Self.isZombie($0) }), Date() < end {
      usleep(20_000)
    }
    #expect(children.allSatisfy { kill($0, 0) != 0 || Self.isZombie($0) })
    for run in runs {
      #expect(try scratch.json("s/runs/\(run)/manifest.json")["status"].string == "interrupted")
    }
  }

  /// Whether a process has ended and waits for somebody to ask how.
  private static func isZombie(_ process: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return false }
    return text[end...].dropFirst(2).first == "Z"
  }
}
