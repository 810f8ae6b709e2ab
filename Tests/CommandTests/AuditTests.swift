import Foundation
import Testing

/// The audit as users meet it: `settle check`, and audit.csv during training.
@Suite("Audits")
struct AuditTests {
  @Test("check on linear feedback gives the printed figures (SCIENCE 8.1)")
  func linearFeedback() throws {
    let result = try settle(
      "check", Repository.model("linear-feedback"), "--json", "--quiet", in: Scratch())
    #expect(result.status == 0 && result.err.isEmpty, "\(result.report)")
    let rule = try JSON(result.out)["rule"]
    let row = try #require(
      rule["parameters"].elements.first {
        $0["parameter"].string == "hidden-hidden.weight"
          && $0["reference"].string == "augmented-energy"
      })
    #expect(abs(row["cosine"].number - 0.9977981371) < 1e-10)
    #expect(row["promised"].bool == false && row["sign_agreement"].number == 1)
    let control = rule["control"]
    #expect(abs(control["condition_ratio"].number - 0.9896778912) < 1e-10)
    #expect(abs(control["largest_angle"].number - 11.4529793) < 1e-7)
    #expect(control["principal_angles"].elements.count == 2)
    #expect(rule["differences"].elements.allSatisfy { $0["confirmed"].bool == true })
    #expect(rule["differences"][0]["directions"].number == 4)
    #expect(rule["locality"].elements.allSatisfy { $0["local"].bool == true })
  }

  @Test(
    "every rule that comes with Settle is local and what it promises, or promises nothing",
    arguments: [
      ("digits-backpropagation", "loss"), ("digits-recurrent-backpropagation", "loss"),
      ("digits-predictive-coding", "augmented-energy"), ("digits-rnn", "augmented-energy"),
      ("digits-equilibrium-propagation", nil), ("digits-contrastive-hebbian", nil),
      ("digits-deep-feedback-control", nil),
    ])
  func rules(model: String, promise: String?) throws {
    let result = try settle(
      "check", Repository.model(model), "--data-dir", Repository.data, "--samples", "2",
      "--directions", "1", "--json", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let rule = try JSON(result.out)["rule"]
    let rows = rule["parameters"].elements
    #expect(rows.contains { $0["reference"].string == "loss" } && rule["settled"].number == 2)
    for row in rows {
      let isPromised = row["reference"].string == promise
      #expect(row["promised"].bool == isPromised)
      if isPromised { #expect(row["relative_error"].number < 1e-6) }
      // Whatever a rule promises, it does not go uphill.
      if row["parameter"].isNull { #expect(row["cosine"].number > 0.5) }
    }
    #expect(rule["exact"].bool == (promise != nil))
    for row in rule["locality"].elements {
      #expect(row["local"].bool == true && row["promised"].bool == true)
    }
    #expect(!rule["locality"].elements.isEmpty)
  }

  @Test("check says in words what it found, and its policy")
  func words() throws {
    let passed = try settle("check", Repository.model("feedforward"), in: Scratch())
    for word in [
      "as promised", "backpropagation", "confirmed", "local", "condition ratio", "passed",
    ] {
      #expect(passed.out.contains(word), "\(word) in \(passed.report)")
    }
    let failed = try settle("check", Repository.model("oscillator"), in: Scratch())
    #expect(failed.status == 1)
    #expect(failed.out.contains("left out of all figures") && failed.out.contains("FAILED"))
  }

  @Test("check without directions leaves the differences out")
  func noDirections() throws {
    let result = try settle(
      "check", Repository.model("tanh"), "--directions", "0", "--json", in: Scratch())
    #expect(result.status == 0 && !result.err.contains("differences"), "\(result.report)")
    #expect(try JSON(result.out)["rule"]["differences"].elements.isEmpty)
  }

  static let settings = [
    "learning.epochs=40", "learning.checkpoint.every=2", "learning.audit.every=40",
    "learning.audit.samples=3",
  ]
  static let undisturbed = Result { try Trained(settings) }

  @Test("a training writes a row for each audit, parameter and gradient")
  func training() throws {
    let run = try Self.undisturbed.get()
    let table = try run.scratch.table("run/audit.csv")
    let control = try run.scratch.table("run/audit-control.csv")
    // 120 samples in batches of 32 are four updates an epoch: at the start and after every 40 of 160.
    #expect(control.column("step") == ["0", "40", "80", "120", "160"])
    #expect(control.column("epoch") == ["0", "10", "20", "30", "40"])
    #expect(control.column("settled").allSatisfy { $0 == "3" })
    let parameters = Set(table.column("parameter"))
    #expect(parameters.contains("all") && parameters.count > 3)
    #expect(Set(table.column("reference")) == ["augmented-energy", "loss"])
    #expect(table.rows.count == 5 * 2 * parameters.count)
    for row in table.rows.indices {
      #expect(table[row, "local"] == "1" && table[row, "samples"] == "3")
      if table[row, "reference"] == "augmented-energy" {
        #expect(table.number(row, "relative_error") < 1e-6)
        #expect(table.number(row, "cosine") > 0.999999999)
      } else {
        #expect(table.number(row, "cosine").magnitude <= 1 + 1e-12)
      }
    }
    #expect(Set(control.column("control_energy")).count == 5)
    #expect(control.rows.indices.allSatisfy { control.number($0, "closed_loop_eigenvalue") < 0 })
  }

  @Test(
    "rules of feedback weights, which have no gradient, leave the audit of the rule beside them as it is",
    arguments: ["digits-kp", "digits-lf-noise"])
  func besideFeedbackRules(model: String) throws {
    let scratch = try Scratch()
    let result = try settle(
      "train", Repository.model(model), "--max-updates", "4", "--set", "learning.audit.every=4",
      "--set", "learning.audit.samples=2", "--no-figures", "--output", "run", in: scratch)
    #expect(result.status == 0, "\(result.report)")
    let table = try scratch.table("run/audit.csv")
    #expect(Set(table.column("step")) == ["0", "4"])
    #expect(!table.column("parameter").contains(where: { $0.hasSuffix(".feedback") }))
  }

  @Test("an audit changes nothing of the training")
  func bystander() throws {
    let without = try Trained(["learning.epochs=40", "learning.checkpoint.every=2"])
    #expect(try Self.undisturbed.get().bits() == without.bits())
    #expect(!without.scratch.exists("run/audit.csv"))
    // A run over an older one does not keep its audits.
    let scratch = try Self.audited()
    let again = try settle(
      Trained.arguments(["learning.epochs=1"], ["--force"]), in: scratch)
    #expect(again.status == 0 && !scratch.exists("run/audit.csv"), "\(again.report)")
  }

  /// A short run with audits, in a folder of its own.
  private static func audited() throws -> Scratch {
    try Trained(["learning.epochs=1", "learning.audit.every=2"]).scratch
  }

  /// A run that was killed after its second audit.
  private func killed() throws -> Scratch {
    // A machine can be so busy that the run ends before the signal is sent: then once more.
    for _ in 0..<5 {
      let scratch = try Scratch()
      let command = try Command(
        Repository.executable, Trained.arguments(Self.settings), in: scratch)
      let patience = Date() + 120
      while command.isRunning, Date() < patience,
        ((try? scratch.text("run/audit-control.csv"))?.split(separator: "\n").count ?? 0) < 3
      {
        usleep(2000)
      }
      command.send(SIGKILL)
      if try command.finish().isSignalled { return scratch }
    }
    throw NeverInTime()
  }

  struct NeverInTime: Error {}

  @Test("a killed run goes on with the same audits")
  func resumption() throws {
    let expected = try Self.undisturbed.get().scratch
    let scratch = try killed()
    // Rows of updates after the checkpoint, one of them torn, are written again.
    for name in ["audit.csv", "audit-control.csv"] {
      let handle = try #require(FileHandle(forWritingAtPath: scratch.file("run/\(name)")))
      handle.seekToEndOfFile()
      handle.write(Data("39,156,torn,1,2\n40,16".utf8))
      try handle.close()
    }
    let result = try settle("train", "--resume", "run", in: scratch)
    #expect(result.status == 0, "\(result.report)")
    for name in ["audit.csv", "audit-control.csv", "parameters.safetensors"] {
      #expect(try scratch.bytes("run/\(name)") == expected.bytes("run/\(name)"), "\(name)")
    }
  }
}
