import Foundation
import Testing

/// Stops in the middle, of every kind, after which a run goes on as if nothing had been.
@Suite("An interrupted training goes on to the same bits")
struct ResumptionTests {
  static let settings = ["learning.epochs=60", "learning.checkpoint.every=2"]
  /// The undisturbed run, once for all of these tests.
  static let undisturbed = Swift.Result { try Trained(settings).bits() }

  /// Starts the run and sends it a signal in its midst.
  private func stopped(
    by signal: Int32, _ more: [String] = []
  ) throws -> (Scratch, Command.Result) {
    // A machine can be so busy that the run ends before the signal is sent: then once more.
    for _ in 0..<5 {
      let scratch = try Scratch()
      let command = try Command(
        Repository.executable, Trained.arguments(Self.settings + more), in: scratch)
      try wait(forRows: 5, in: scratch, of: command)
      command.send(signal)
      let result = try command.finish()
      if result.status != 0 || result.isSignalled { return (scratch, result) }
    }
    throw NeverInTime()
  }

  struct NeverInTime: Error {}

  private func wait(forRows rows: Int, in scratch: Scratch, of command: Command) throws {
    let patience = Date() + 120
    while command.isRunning, Date() < patience {
      if let text = try? scratch.text("run/metrics.csv"), text.split(separator: "\n").count > rows {
        return
      }
      usleep(2000)
    }
  }

  private func goOn(
    _ scratch: Scratch, to undisturbed: Swift.Result<Trained.Bits, any Error> = undisturbed
  ) throws {
    let result = try settle("train", "--resume", "run", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let bits = try Trained.bits(of: "run", in: scratch)
    #expect(try bits == undisturbed.get())
    #expect(try scratch.json("run/manifest.json")["status"].string == "done")
    #expect(!scratch.tree.contains { $0.hasSuffix(".tmp") })
  }

  @Test("SIGINT and SIGTERM save and end with 130", arguments: [SIGINT, SIGTERM])
  func signals(number: Int32) throws {
    let (scratch, result) = try stopped(by: number)
    #expect(result.status == 130 && !result.isSignalled, "\(result.report)")
    #expect(result.err.contains("--resume"))
    #expect(try scratch.json("run/manifest.json")["status"].string == "interrupted")
    #expect(try scratch.json("run/summary.json")["status"].string == "interrupted")
    #expect(try scratch.table("run/metrics.csv").rows.count < 61)
    try goOn(scratch)
  }

  @Test("kill -9 leaves a run that can go on from its last checkpoint")
  func killing() throws {
    let (scratch, result) = try stopped(by: SIGKILL)
    #expect(result.isSignalled && result.status == SIGKILL, "\(result.report)")
    #expect(try scratch.json("run/manifest.json")["status"].string == "running")
    // What was written after the checkpoint, a torn row included, is written again.
    let handle = try #require(FileHandle(forWritingAtPath: scratch.file("run/metrics.csv")))
    handle.seekToEndOfFile()
    handle.write(Data("7,99,0.12".utf8))
    try handle.close()
    // As is a file that had not got its name yet.
    try scratch.write("torn", to: "run/checkpoints/.settle-1-1.tmp")
    try goOn(scratch)
  }

  @Test("again and again, on other numbers of threads")
  func repeatedly() throws {
    let (scratch, _) = try stopped(by: SIGTERM)
    let rows = try scratch.table("run/metrics.csv").rows.count
    let command = try Command(
      Repository.executable, ["train", "--resume", "run", "--threads", "2"], in: scratch)
    try wait(forRows: rows + 3, in: scratch, of: command)
    command.send(SIGKILL)
    _ = try command.finish()
    try goOn(scratch)
  }

  @Test(
    "with a warm start what all samples start with is in the checkpoint, as precise as the run",
    arguments: [
      ("single", "equilibrium", 54), ("double", "equilibrium", 54), ("single", "control", 10),
    ])
  func warmStart(precision: String, kept: String, width: Int) throws {
    let more = ["settling.warm-start=\(kept)", "precision=\(precision)"]
    let undisturbed = try Trained(Self.settings + more)
    // 120 training samples, 22 units and 10 outputs.
    let checkpoint = "run/checkpoints/epoch-00060-step-000000240.safetensors"
    let memory = try #require(undisturbed.scratch.tensors(checkpoint).arrays["equilibria"])
    #expect(memory.shape == [120, width] && memory.values.contains { $0 != 0 })
    #expect(memory.type == (precision == "single" ? "F32" : "F64"))
    for signal in [SIGTERM, SIGKILL] {
      let (scratch, _) = try stopped(by: signal, more)
      try goOn(scratch, to: Result { try undisturbed.bits() })
    }
    // And without, there is none.
    let cold = try Trained(["learning.epochs=1", "precision=\(precision)"])
    let names = try cold.scratch.tensors(
      "run/checkpoints/epoch-00001-step-000000004.safetensors"
    ).arrays.keys
    #expect(!names.contains("equilibria") && names.contains("progress"))
  }

  @Test("a finished run stays as it is")
  func finished() throws {
    let run = try Trained()
    let before = try run.bits()
    let result = try settle("train", "--resume", "run", in: run.scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(try run.bits() == before)
  }

  @Test("a run with another model, data or no checkpoint is refused")
  func refusals() throws {
    let run = try Trained(["learning.epochs=1"])
    let scratch = run.scratch
    for arguments in [
      ["--set", "learning.epochs=9"], ["--seed", "2"], ["--output", "x"],
      ["--parameters", "run/parameters.safetensors"],
    ] {
      let result = try settle(["train", "--resume", "run"] + arguments, in: scratch)
      #expect(result.status == 64, "\(result.report)")
    }
    try scratch.write("nothing", to: "file")
    for name in ["nowhere", "file", "run/checkpoints"] {
      let result = try settle("train", "--resume", name, in: scratch)
      #expect(result.status == 65, "\(result.report)")
      #expect(result.err.contains(name))
    }
    // A model that was changed on the way.
    let model = try scratch.text("run/model.yaml")
    try scratch.write(
      model.replacingOccurrences(of: "size: 12", with: "size: 13"), to: "run/model.yaml")
    let changed = try settle("train", "--resume", "run", in: scratch)
    #expect(changed.status == 65, "\(changed.report)")
    try scratch.write(model, to: "run/model.yaml")
    // A checkpoint that was cut short.
    for name in scratch.tree where name.hasPrefix("run/checkpoints/epoch") {
      let bytes = try scratch.bytes(name)
      try scratch.write([UInt8](bytes.prefix(bytes.count / 2)), to: name)
    }
    let torn = try settle("train", "--resume", "run", in: scratch)
    #expect(torn.status == 65, "\(torn.report)")
    #expect(torn.err.contains("epoch-"))
  }
}
