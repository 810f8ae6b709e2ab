import Foundation
import Testing

@Suite("settle verify")
struct VerifyTests {
  private func verify(
    _ arguments: [String], in scratch: Scratch, expecting status: Int32 = 0
  ) throws -> Command.Result {
    let result = try settle(["verify"] + arguments, in: scratch)
    try #require(result.status == status && !result.isSignalled, "\(result.report)")
    return result
  }

  @Test("a training has the same bits, whatever the threads, and its folder stays as it was")
  func training() throws {
    let run = try Trained(
      ["learning.metrics=step", "learning.evaluate.confusion=true", "learning.audit.every=5"],
      ["--threads", "2"])
    let before = try run.scratch.contents(of: "run")
    let result = try verify(["run", "--threads", "1", "--json"], in: run.scratch)
    let json = try JSON(result.out)
    #expect(json["verified"].bool == true)
    #expect(json["notes"].elements.isEmpty, "\(result.out)")
    for name in [
      "metrics.csv", "unsettled.csv", "steps.csv", "confusion.csv", "audit.csv",
      "parameters.safetensors", "checkpoints/best.safetensors", "summary.json",
      "checkpoints/epoch-00003-step-000000012.safetensors",
    ] { #expect(result.out.contains("\(name): "), "\(name) is compared") }
    #expect(try run.scratch.contents(of: "run") == before)
  }

  @Test("the first value that is not what the model gives is named, in a table and in an array")
  func tampered() throws {
    let run = try Trained()
    let scratch = run.scratch
    let table = try scratch.table("run/metrics.csv")
    let value = table[2, "test_loss"]
    try scratch.write(
      scratch.text("run/metrics.csv").replacingOccurrences(of: value, with: "0.125"),
      to: "run/metrics.csv")
    let result = try verify(["run"], in: scratch, expecting: 1)
    #expect(result.out.contains("metrics.csv, row 3, column test_loss: 0.125 in the run"))
    #expect(result.out.contains("\(value) in the repetition"))
    #expect(result.out.contains("metrics.csv was changed since the run ended: sha256 "))
    // A run of another seed in this one's place.
    let other = try Trained([], ["--seed", "9"])
    try scratch.write(
      Array(other.scratch.bytes("run/parameters.safetensors")), to: "run/parameters.safetensors")
    let arrays = try verify(["run"], in: scratch, expecting: 1)
    #expect(arrays.out.contains("parameters.safetensors, hidden-hidden.weight [0, 0]: "))
  }

  @Test("a long training is compared up to an update")
  func partial() throws {
    let run = try Trained(["learning.metrics=step"])
    let result = try verify(["run", "--max-updates", "6"], in: run.scratch)
    // Rows 0 and 1 of the epochs, four updates each; six steps.
    #expect(result.out.contains("metrics.csv: 2 rows"), "\(result.report)")
    #expect(result.out.contains("steps.csv: 6 rows"))
    #expect(result.err.contains("up to update 6"))
    let table = try run.scratch.table("run/steps.csv")
    try run.scratch.write(
      run.scratch.text("run/steps.csv").replacingOccurrences(
        of: table[7, "controlled_loss"], with: "1.0"), to: "run/steps.csv")
    let later = try verify(["run", "--max-updates", "6"], in: run.scratch, expecting: 1)
    #expect(later.out.contains("steps.csv: 6 rows"), "the change is in the eighth row")
    #expect(later.out.contains("steps.csv was changed since the run ended"))
    let whole = try verify(["run"], in: run.scratch, expecting: 1)
    #expect(whole.out.contains("steps.csv, row 8, column controlled_loss: 1.0"))
  }

  @Test("a training that a limit ended, and one that went on, have the same bits, too")
  func sessions() throws {
    let stopped = try Trained([], ["--max-updates", "6"])
    let result = try verify(["run"], in: stopped.scratch)
    #expect(result.out.contains("checkpoints/epoch-00001-step-000000006.safetensors"))
    let resumed = try settle("train", "--resume", "run", "--quiet", in: stopped.scratch)
    #expect(resumed.status == 0, "\(resumed.report)")
    _ = try verify(["run"], in: stopped.scratch)
  }

  @Test("another model, and other data, are not what the run was of")
  func otherInputs() throws {
    let scratch = try Scratch()
    try FileManager.default.copyItem(
      atPath: Repository.data + "/digits.csv", toPath: scratch.file("digits.csv"))
    let result = try settle(
      "train", Repository.oracle("digits"), "--data-dir", ".", "--output", "run", "--quiet",
      "--set",
      "learning.epochs=1", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let model = try scratch.text("run/model.yaml")
    try scratch.write(
      model.replacingOccurrences(of: "epochs: 1", with: "epochs: 2"), to: "run/model.yaml")
    let changed = try verify(["run"], in: scratch, expecting: 65)
    #expect(changed.err.contains("is not the model that the run was begun with"))
    try scratch.write(model, to: "run/model.yaml")
    let manifest = try scratch.json("run/manifest.json")
    let inputs = manifest["sha256"]["inputs"].elements
    #expect(inputs.contains { $0["path"].string?.hasSuffix("/digits.csv") == true })
    // A pixel of the first sample.
    var lines = try scratch.text("digits.csv").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    for row in 1...20 { lines[row] = "15" + lines[row].drop { $0 != "," } }
    try scratch.write(lines.joined(separator: "\n"), to: "digits.csv")
    let data = try verify(["run"], in: scratch, expecting: 65)
    #expect(data.err.contains("samples are not those that the run was begun with"))
  }

  @Test("sha256sum gives the hashes of the manifest")
  func hashes() throws {
    let run = try Trained()
    let manifest = try run.scratch.json("run/manifest.json")["sha256"]
    #expect(manifest["outputs"].keys.isSuperset(of: ["metrics.csv", "parameters.safetensors"]))
    for name in ["metrics.csv", "parameters.safetensors", "model.yaml", "summary.json"] {
      let sum = try shell("sha256sum run/\(name) || shasum -a 256 run/\(name)", in: run.scratch)
      #expect(sum.out.hasPrefix(manifest["outputs"][name].string ?? "none"), "\(name)")
    }
    #expect(manifest["model"].string == manifest["outputs"]["model.yaml"].string)
    #expect(manifest["start"].string?.count == 64)
  }

  @Test(
    "a simulation has the same bits: of a stimulus, of samples, driven, and with weights that learn",
    arguments: [
      [Repository.model("tanh"), "--every", "0.5"], [Repository.model("driven")],
      [Repository.model("continuous")],
      [
        Repository.oracle("digits"), "--data-dir", Repository.data, "--split", "test", "--sample",
        "2",
      ],
    ])
  func simulations(_ arguments: [String]) throws {
    let scratch = try Scratch()
    let result = try settle(["simulate"] + arguments + ["--output", "run", "--quiet"], in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let verified = try verify(["run"], in: scratch)
    #expect(verified.out.contains("trajectory.csv: "))
    try scratch.write(
      scratch.text("run/trajectory.csv").replacingOccurrences(of: "\n0.0,", with: "\n0.00,"),
      to: "run/trajectory.csv")
    let changed = try verify(["run"], in: scratch, expecting: 1)
    #expect(changed.out.contains("trajectory.csv, row 1, column time: 0.00 in the run, 0.0"))
  }

  @Test("what was made by other versions is noted")
  func versions() throws {
    let run = try Trained(["learning.epochs=1"])
    // A model that cannot be read is the run's own.
    let model = try run.scratch.text("run/model.yaml")
    let foreign = model.replacingOccurrences(of: "kind: least-control", with: "kind: of-others")
    try #require(foreign != model)
    try run.scratch.write(foreign, to: "run/model.yaml")
    let unknown = try settle("train", "--resume", "run", "--force", in: run.scratch)
    #expect(
      unknown.status == 65 && unknown.err.hasPrefix("error: run/model.yaml:"), "\(unknown.report)")
    try run.scratch.write(model, to: "run/model.yaml")
    try run.scratch.write(
      run.scratch.text("run/manifest.json").replacingOccurrences(
        of: "\"settle\": \"", with: "\"settle\": \"0.0.1-"), to: "run/manifest.json")
    let result = try verify(["run"], in: run.scratch)
    #expect(result.out.contains("note: settle is"), "\(result.report)")
    #expect(result.out.contains("the run was made with 0.0.1-"))
  }

  @Test("what is no run to repeat is refused")
  func refusals() throws {
    let run = try Trained(["learning.epochs=1"])
    let analyzed = try settle(
      "analyze", Repository.model("oscillator"), "--output", "e", "--quiet", in: run.scratch)
    #expect(analyzed.status == 0)
    for (arguments, status, message) in [
      (["nowhere"], Int32(65), "is not the folder of a run"),
      (["e"], 65, "runs of train, simulate and evaluate can be verified"),
      (["run", "--max-updates", "-1"], 64, "--max-updates"),
      (["run", "--output", "e"], 74, "already holds results"),
    ] {
      let result = try verify(arguments, in: run.scratch, expecting: status)
      #expect(result.err.contains(message), "\(result.report)")
    }
    try run.scratch.write(
      run.scratch.text("run/manifest.json").replacingOccurrences(
        of: "\"status\": \"done\"", with: "\"status\": \"running\""), to: "run/manifest.json")
    let running = try verify(["run"], in: run.scratch, expecting: 65)
    #expect(running.err.contains("is running, or was killed"))
  }
}
