import Foundation
import Testing

@Suite("The command line")
struct CommandLineTests {
  static let subcommands = ["simulate", "train", "evaluate", "check", "analyze"]

  @Test("--version names Settle, Swift, SUNDIALS and OpenBLAS")
  func version() throws {
    let result = try settle("--version", in: Scratch())
    #expect(result.status == 0)
    #expect(result.err.isEmpty)
    let lines = result.out.split(separator: "\n")
    #expect(lines.count == 4)
    for (line, name) in zip(lines, ["settle ", "Swift ", "SUNDIALS ", "OpenBLAS "]) {
      #expect(line.hasPrefix(name))
      #expect(line.contains(/\d+\.\d+/), "\(line)")
    }
  }

  /// What this processor can run, as Linux says.
  private static let features: Set<Substring> = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return Set(flags.split(separator: " "))
  }()

  @Test(
    "OpenBLAS's oldest kernels are not used where the processor can run others, unless asked for",
    .enabled(if: features.isSuperset(of: ["avx2", "fma"])))
  func kernels() throws {
    let own = try settle(["--version"], in: Scratch(), environment: ["OPENBLAS_CORETYPE": ""])
    #expect(own.status == 0)
    #expect(own.out.contains("OpenBLAS") && !own.out.contains(" Prescott "))
    let asked = try settle(
      ["--version"], in: Scratch(), environment: ["OPENBLAS_CORETYPE": "Prescott"])
    #expect(asked.out.contains(" Prescott "))
  }

  @Test(
    "help goes to standard output and ends with 0",
    arguments: [
      [["--help"], ["-h"], ["help"]], subcommands.flatMap { [[$0, "--help"], ["help", $0]] },
    ].flatMap { $0 })
  func help(arguments: [String]) throws {
    let result = try settle(arguments, in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    #expect(result.err.isEmpty)
    #expect(result.out.contains("USAGE: settle"))
    #expect(result.out.contains("Example"))
    if let command = arguments.first(where: Self.subcommands.contains) {
      #expect(result.out.contains("settle \(command) models/"), "an example")
      for option in ["--quiet", "--json", "--threads", "--seed", "--output", "--force", "--set"] {
        #expect(result.out.contains(option))
      }
    }
  }

  @Test(
    "bad usage ends with 64, says how it is used, and does nothing",
    arguments: [
      ["frobnicate"], ["simulate"], ["train"], ["simulate", "a.yaml", "b.yaml"],
      ["simulate", "a.yaml", "--frobnicate"], ["simulate", "a.yaml", "--every", "often"],
      ["simulate", "a.yaml", "--every"], ["simulate", "a.yaml", "--threads", "0"],
      ["simulate", "a.yaml", "--threads", "many"], ["simulate", "a.yaml", "--seed", "-1"],
      ["simulate", "a.yaml", "--sample", "one"], ["train", "a.yaml", "--output", "-"],
      ["train", "a.yaml", "--resume", "run"], ["evaluate", "a.yaml", "--equilibria"],
      ["evaluate", "a.yaml", "--controlled", "--output", "e"],
      ["evaluate", "a.yaml", "--output", "-"], ["check", "a.yaml", "--samples", "-1"],
      ["check", "a.yaml", "--directions", "-1"], ["--frobnicate"],
    ])
  func usage(arguments: [String]) throws {
    let scratch = try Scratch()
    let result = try settle(arguments, in: scratch)
    #expect(result.status == 64, "\(result.report)")
    #expect(result.out.isEmpty)
    #expect(result.err.contains("Usage: settle"))
    #expect(scratch.tree.isEmpty)
  }

  @Test(
    "usage that only a good model shows to be bad",
    arguments: [
      ["--output", "-", "--json"], ["--split", "tset"],
    ])
  func usageOfModel(arguments: [String]) throws {
    let scratch = try Scratch()
    let result = try settle(["simulate", Repository.model("tanh")] + arguments, in: scratch)
    #expect(result.status == 64, "\(result.report)")
    #expect(result.out.isEmpty)
    #expect(scratch.tree.isEmpty)
  }

  @Test(
    "an error in --set names the argument",
    arguments: [
      (["settling.residul=1"], 1, "did you mean `residual`?"),
      (["seed=2", "settling.residual=small"], 2, "a number > 0"),
      (["seed=2", "seed=3", "nonsense"], 3, "key=value"),
      (["network.projections.hidden-hidden.rate=-1"], 1, "a number >= 0"),
      (["network.projections.hidden-hiden.rate=1"], 1, "hidden-hidden"),
      (["stimulus.target=[1, 2, 3]"], 1, "3 numbers"),
      (["seed=2", "controller={output: {leak: [}}"], 2, "YAML"),
      (["=1"], 1, "key=value"),
    ])
  func overrides(settings: [String], number: Int, says: String) throws {
    let scratch = try Scratch()
    let result = try settle(
      ["simulate", Repository.model("tanh")] + settings.flatMap { ["--set", $0] }, in: scratch)
    #expect(result.status == 65, "\(result.report)")
    #expect(result.err.hasPrefix("error: --set argument \(number): "), "\(result.report)")
    #expect(result.err.contains(says), "\(result.report)")
    #expect(result.out.isEmpty)
    #expect(scratch.tree.isEmpty)
  }

  @Test(
    "an error of another option names that",
    arguments: [
      ("--record", "outpt", "did you mean `output`?"), ("--every", "0", "a number > 0"),
    ])
  func otherOptions(option: String, value: String, says: String) throws {
    let result = try settle(
      "simulate", Repository.model("readout"), "--set", "seed=2", "--seed", "3", option, value,
      in: Scratch())
    #expect(result.status == 65, "\(result.report)")
    #expect(result.err.hasPrefix("error: \(option): "), "\(result.report)")
    #expect(result.err.contains(says), "\(result.report)")
  }

  @Test("what is nearly a command, and what is no model file, is told apart from bad usage")
  func nearly() throws {
    let scratch = try Scratch()
    let command = try settle("trian", "model.yaml", in: scratch)
    #expect(command.status == 64, "\(command.report)")
    #expect(command.err.contains("no command `trian`; did you mean `train`?"))
    try FileManager.default.createDirectory(
      atPath: scratch.file("run"), withIntermediateDirectories: false)
    try scratch.write("settle: 1\n", to: "run/model.yaml")
    let folder = try settle("evaluate", "run", in: scratch)
    #expect(folder.status == 65, "\(folder.report)")
    #expect(folder.err.contains("such as run/model.yaml"))
    try scratch.write("settle: 1\nnetwork:\n\tpopulations: {}\n", to: "tab.yaml")
    let tab = try settle("simulate", "tab.yaml", in: scratch)
    #expect(tab.status == 65 && tab.err.hasPrefix("error: tab.yaml:3:1: "), "\(tab.report)")
    #expect(tab.err.contains("tab; use spaces"))
  }

  @Test("--set reaches list items by name, and the last of two wins")
  func overriding() throws {
    let run = try Simulated(
      Repository.model("linear"),
      set: [
        "network.projections.hidden-hidden.weight=[[0, 0, 0], [0, 0, 0], [0, 0, 0]]",
        "protocol=[{phase: free, until: equilibrium}]", "seed=5", "seed=7",
        "settling.residual=1e-9",
      ])
    expectEqual(run.sample()["phi"].numbers, [0.75, -1, 0.65], within: 2e-9)
    #expect(run.summary["seed"].number == 7)
  }

  @Test("--json prints a document, and nothing else, on standard output")
  func json() throws {
    let scratch = try Scratch()
    let digits = [Repository.oracle("digits"), "--data-dir", Repository.data]
    let commands: [(arguments: [String], key: String)] = [
      (["simulate", Repository.model("tanh"), "--output", "s"], "phases"),
      (["train"] + digits + ["--set", "learning.epochs=1", "--output", "t"], "test_accuracy"),
      (["evaluate"] + digits, "accuracy"), (["check", Repository.model("tanh")], "rule"),
      (["check"] + digits + ["--samples", "0"], "valid"),
      (["train", "--resume", "t"], "test_accuracy"),
    ]
    for (arguments, key) in commands {
      let result = try settle(arguments + ["--json"], in: scratch)
      #expect(result.status == 0, "\(result.report)")
      let document = try JSON(result.out)
      #expect(document.keys.contains(key), "\(arguments)")
      #expect(result.out.hasSuffix("}\n") && !result.out.hasSuffix("\n\n"))
      for key in document.keys { #expect(key.contains(/^[a-z0-9_]+$/), "\(key) is snake_case") }
    }
    // The summary of a folder is the same document, and stays one where numbers are missing.
    #expect(try scratch.text("s/summary.json").hasPrefix("{"))
    let failed = try settle(
      "simulate", Repository.model("tanh"), "--set", "settling.limits.steps=3", "--json",
      "--output", "f", in: scratch)
    #expect(failed.status == 1)
    #expect(try failed.out == scratch.text("f/summary.json"))
    let sample = try JSON(failed.out)["phases"][0]["samples"][0]
    #expect(sample["phi"].elements.allSatisfy(\.isNull) && sample["phi"].elements.count == 3)
    #expect(sample["loss"].isNull)
  }

  @Test("--quiet says nothing where nothing is wrong")
  func quiet() throws {
    let scratch = try Scratch()
    let digits = [Repository.oracle("digits"), "--data-dir", Repository.data]
    for arguments in [
      ["simulate", Repository.model("tanh"), "--output", "s"],
      ["train"] + digits + ["--set", "learning.epochs=1", "--output", "t"],
      ["evaluate"] + digits, ["check", Repository.model("tanh")], ["train", "--resume", "t"],
    ] {
      let result = try settle(arguments + ["--quiet"], in: scratch)
      #expect(result.status == 0, "\(result.report)")
      #expect(result.out.isEmpty && result.err.isEmpty, "\(result.report)")
    }
  }

  @Test("no bar is drawn, and no colour, where standard error is a file")
  func progress() throws {
    let run = try Trained(["learning.epochs=2"])
    #expect(run.result.out.isEmpty)
    #expect(!run.result.err.contains("\r") && !run.result.err.contains("\u{1b}"))
    #expect(run.result.err.contains("epoch 2"))
    #expect(run.result.err.contains("6.4"), "the effective leak")
  }

  @Test("data are looked for under --data-dir, then SETTLE_DATA, then beside the model")
  func dataFolders() throws {
    let scratch = try Scratch()
    let names = ["a", "b", "c"]
    for (k, name) in names.enumerated() {
      try scratch.makeFolder(name)
      // One input, and more samples in each.
      try scratch.write(
        "x,k\n" + String(repeating: "1,0\n0,1\n", count: k + 1), to: "\(name)/t.csv")
    }
    try scratch.write(BadInputTests.table("t.csv"), to: "c/m.yaml")
    let arguments = ["evaluate", "c/m.yaml", "--json"]
    let beside = try settle(arguments, in: scratch)
    let given = try settle(arguments, in: scratch, environment: ["SETTLE_DATA": "b"])
    let asked = try settle(
      arguments + ["--data-dir", "a"], in: scratch, environment: ["SETTLE_DATA": "b"])
    #expect(
      try [beside, given, asked].map { try JSON($0.out)["samples"].number } == [6, 4, 2])
  }
}
