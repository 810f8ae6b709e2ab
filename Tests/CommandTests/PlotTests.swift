import Foundation
import Testing

/// Whether there is a gnuplot in the search path of these tests.
private let hasGnuplot: Bool = {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/gnuplot") }
}()

/// A search path in which nothing is found.
private let noPrograms = ["PATH": "/nowhere", "SETTLE_GNUPLOT": ""]

@Suite("settle plot")
struct PlotTests {
  private static func simulated(_ more: String...) throws -> Scratch {
    let scratch = try Scratch()
    let result = try settle(
      ["simulate", Repository.model("one-neuron"), "--output", "run", "--quiet", "--no-figures"]
        + more, in: scratch)
    try #require(result.status == 0, "\(result.report)")
    return scratch
  }

  private static func isWhole(_ data: Data, _ format: String) -> Bool {
    let text = String(decoding: data, as: UTF8.self)
    switch format {
    case "svg":
      return text.hasPrefix("<?xml") && text.contains("<svg") && text.hasSuffix("</svg>\n\n")
        || text.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("</svg>")
    case "png":
      return data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        && data.suffix(8).starts(with: Data("IEND".utf8))
    default:
      return data.starts(with: Data("%PDF-".utf8))
        && String(decoding: data.suffix(16), as: UTF8.self).contains("%%EOF")
    }
  }

  @Test(
    "a run is drawn in every format and theme, with script and data beside it",
    .enabled(if: hasGnuplot), arguments: ["svg", "png", "pdf"], ["light", "dark"])
  func formats(format: String, theme: String) throws {
    let scratch = try Self.simulated()
    let result = try settle(
      "plot", "run", "--format", format, "--theme", theme, in: scratch)
    #expect(result.status == 0 && result.err == "drew run/figures/trajectory.\(format)\n")
    #expect(result.out.isEmpty)
    #expect(Self.isWhole(try scratch.bytes("run/figures/trajectory.\(format)"), format))
    #expect(try scratch.text("run/figures/trajectory.gp").contains("(\(theme))"))
    let table = try scratch.table("run/figures/trajectory.csv")
    #expect(table.header.prefix(2) == ["time", "phi.neuron.0"])
    #expect(try scratch.table("run/trajectory.csv").rows.count == table.rows.count)
  }

  @Test("the script draws the figure again in its folder", .enabled(if: hasGnuplot))
  func again() throws {
    let scratch = try Self.simulated()
    // Settle makes an SVG smaller, so only the others have the same bits.
    _ = try settle("plot", "run", "--format", "png", "--output", "f", "--quiet", in: scratch)
    let first = try scratch.bytes("f/trajectory.png")
    let result = try shell(
      "cd f && rm trajectory.png && gnuplot trajectory.gp && gnuplot -e \"output='o.png'\" trajectory.gp",
      in: scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(try scratch.bytes("f/trajectory.png") == first && scratch.bytes("f/o.png") == first)
  }

  @Test("simulate draws, and nothing else of it changes", .enabled(if: hasGnuplot))
  func simulate() throws {
    let plain = try Self.simulated()
    let scratch = try Scratch()
    let result = try settle(
      "simulate", Repository.model("one-neuron"), "--output", "run", in: scratch)
    #expect(result.status == 0 && result.err.hasSuffix("drew run/figures/trajectory.svg\n"))
    #expect(
      try scratch.bytes("run/trajectory.csv") == plain.bytes("run/trajectory.csv"))
    #expect(!plain.exists("run/figures"))
    let streamed = try Scratch()
    let stream = try settle(
      "simulate", Repository.model("one-neuron"), "--output", "-", in: streamed)
    #expect(stream.status == 0 && streamed.tree.isEmpty && !stream.err.contains("figures"))
    #expect(Data(stream.out.utf8) == (try plain.bytes("run/trajectory.csv")))
  }

  @Test(
    "train draws what there is to see, to the same bits, and again when it goes on",
    .enabled(if: hasGnuplot))
  func train() throws {
    let settings = ["learning.audit.every=10", "learning.evaluate.confusion=true"]
    let drawn = try Trained(settings)
    let plain = try Trained(settings, ["--no-figures"])
    #expect(try drawn.bits() == plain.bits())
    let figures = drawn.scratch.tree.filter { $0.hasSuffix(".svg") }
    #expect(
      figures
        == ["alignment", "confusion", "control", "features", "learning", "weights"].map {
          "run/figures/\($0).svg"
        })
    for figure in figures { #expect(Self.isWhole(try drawn.scratch.bytes(figure), "svg")) }
    #expect(!plain.scratch.exists("run/figures"))
    #expect(drawn.result.err.contains("drew run/figures/{learning.svg,"))

    let part = try Trained(settings, ["--max-updates", "5"])
    let before = try part.scratch.table("run/figures/learning.csv")
    let rest = try settle("train", "--resume", "run", "--quiet", in: part.scratch)
    #expect(rest.status == 0, "\(rest.report)")
    let after = try part.scratch.table("run/figures/learning.csv")
    #expect(before.rows.count < after.rows.count)
    #expect(
      try part.scratch.bytes("run/figures/learning.csv")
        == drawn.scratch.bytes("run/figures/learning.csv"))
    // A run that takes the place of another keeps no picture of it.
    let over = try settle(
      Trained.arguments(settings, ["--force", "--no-figures", "--quiet"]), in: drawn.scratch)
    #expect(over.status == 0 && !drawn.scratch.exists("run/figures/learning.svg"))
  }

  @Test("without gnuplot, runs are as ever and say once how to get it")
  func withoutGnuplot() throws {
    let scratch = try Scratch()
    let result = try settle(
      "simulate", Repository.model("one-neuron"), "--output", "run", in: scratch,
      environment: noPrograms)
    #expect(result.status == 0, "\(result.report)")
    #expect(result.err.components(separatedBy: "gnuplot was not found").count == 2)
    #expect(result.err.contains("apt install gnuplot-nox") && result.err.contains("--no-figures"))
    #expect(scratch.exists("run/summary.json") && !scratch.exists("run/figures"))
    let quiet = try settle(
      "simulate", Repository.model("one-neuron"), "--output", "quiet", "--quiet", in: scratch,
      environment: noPrograms)
    #expect(quiet.status == 0 && quiet.err.isEmpty)
    // Who asks for a figure gets an error, and what it takes to draw it elsewhere.
    let plot = try settle("plot", "run", in: scratch, environment: noPrograms)
    #expect(plot.status == 74, "\(plot.report)")
    #expect(
      plot.err.contains("error: run/figures/trajectory.svg: cannot be drawn: gnuplot was not"))
    #expect(scratch.exists("run/figures/trajectory.gp"))
    #expect(scratch.exists("run/figures/trajectory.csv"))
  }

  @Test("a gnuplot that fails does not fail the run")
  func failingGnuplot() throws {
    let scratch = try Scratch()
    try scratch.write("#!/bin/sh\necho 'no memory' >&2\nexit 3\n", to: "gnuplot")
    _ = try shell("chmod +x gnuplot", in: scratch)
    let broken = ["SETTLE_GNUPLOT": scratch.file("gnuplot")]
    let result = try settle(
      "simulate", Repository.model("one-neuron"), "--output", "run", in: scratch,
      environment: broken)
    #expect(result.status == 0, "\(result.report)")
    #expect(
      result.err.contains(
        "no figures: run/figures/trajectory.gp: gnuplot could not draw it: no memory"))
    #expect(!scratch.exists("run/figures/trajectory.svg"))
    let plot = try settle("plot", "run", "--force", in: scratch, environment: broken)
    #expect(plot.status == 74 && plot.err.contains("no memory"))
  }

  @Test("seeds become a band, widths a capacity figure", .enabled(if: hasGnuplot))
  func manyRuns() throws {
    let scratch = try Scratch()
    for (run, settings) in [
      ("a", ["seed=1"]), ("b", ["seed=2"]), ("c", ["network.populations.hidden.size=5"]),
    ] {
      let result = try settle(
        ["train", Repository.oracle("digits"), "--data-dir", Repository.data, "--output", run]
          + settings.flatMap { ["--set", $0] } + [
            "--set", "learning.epochs=1", "-q", "--no-figures",
          ],
        in: scratch)
      try #require(result.status == 0, "\(result.report)")
    }
    let seeds = try settle("plot", "a", "b", in: scratch)
    #expect(seeds.status == 0, "\(seeds.report)")
    #expect(
      seeds.err == "drew figures/learning.svg\n  mean ± standard deviation over 2 seeds\n")
    let table = try scratch.table("figures/learning.csv")
    for row in 0..<2 {
      let losses = try ["a", "b"].map {
        try scratch.table("\($0)/metrics.csv").number(row, "train_loss")
      }
      // The mean of two, and their distance over √2, in the same order of operations.
      let mean = (0 + losses[0] + losses[1]) / 2
      #expect(table.number(row, "train_loss") == mean)
      #expect(
        abs(
          table.number(row, "train_loss_high") - mean - abs(losses[0] - losses[1])
            / 2.0.squareRoot())
          <= 4 * mean.ulp)
    }
    let widths = try settle("plot", "a", "b", "c", "--force", "--format", "png", in: scratch)
    #expect(widths.status == 0, "\(widths.report)")
    #expect(Self.isWhole(try scratch.bytes("figures/capacity.png"), "png"))
    // Before training nothing was learned, and the figure is of what differs.
    let compared = try scratch.table("figures/learning-group-1.csv")
    #expect(compared.column("epoch") == ["0.0", "1.0"], "where there is one epoch, both stay")
    let one = try settle("plot", "a", "b", "--kind", "weights", in: scratch)
    #expect(one.status == 65 && one.err.contains("is of one run"))
  }

  @Test("a sweep is drawn by its runs, rules are called by their names", .enabled(if: hasGnuplot))
  func sweeps() throws {
    let scratch = try Scratch()
    let result = try settle(
      "sweep", Repository.oracle("digits"), "--data-dir", Repository.data, "--set",
      "learning.epochs=2", "--set",
      "learning.rule={local: 'control_post * rate_pre'},{local: 'control_post * rate_pre - 1e-4 * weight'}",
      "--output", "s", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let drawn = try settle("plot", "s", in: scratch)
    #expect(drawn.status == 0, "\(drawn.report)")
    let script = try scratch.text("s/figures/learning.gp")
    for name in ["control_post * rate_pre", "control_post * rate_pre - 1e-4 * weight"] {
      #expect(script.contains("\(name)'") || script.contains("\(name)\""), "\(script)")
    }
    #expect(try scratch.table("s/figures/learning-group-2.csv").column("epoch") == ["1.0", "2.0"])
    // The runs of `check` have nothing to draw.
    let checks = try settle(
      "sweep", Repository.oracle("digits"), "--data-dir", Repository.data, "--command", "check",
      "--set", "seed=1,2", "--output", "c", in: scratch)
    let nothing = try settle("plot", "c", in: scratch)
    #expect(
      nothing.status == 65 && nothing.err.contains("sweep"), "\(checks.report)\(nothing.report)")
    // A column that is asked for is called as in the standard figure.
    let one = try settle(
      "plot", "s", "--kind", "learning", "--variables", "test_accuracy", "--name", "one",
      in: scratch)
    #expect(one.status == 0, "\(one.report)")
    #expect(try scratch.text("s/figures/one.gp").contains("test acc. (%)"))
  }

  @Test("--list and --json say what can be drawn and what was")
  func listing() throws {
    let scratch = try Self.simulated()
    let list = try settle("plot", "run", "--list", in: scratch)
    #expect(list.status == 0 && list.err.isEmpty)
    #expect(
      list.out.split(separator: "\n").map { $0.prefix { $0 != " " } } == ["trajectory", "heat-map"])
    #expect(!scratch.exists("run/figures"))
    let kinds = try JSON(settle("plot", "run", "--list", "--json", in: scratch).out)
    #expect(kinds["kinds"][0]["kind"].string == "trajectory")
    guard hasGnuplot else { return }
    let drawn = try settle(
      "plot", "run", "--kind", "trajectory", "--variables", "phi", "loss", "--name", "mine",
      "--json",
      "--quiet", in: scratch)
    #expect(drawn.status == 0 && drawn.err.isEmpty, "\(drawn.report)")
    let figure = try JSON(drawn.out)["figures"][0]
    #expect(figure["figure"].string == "run/figures/mine.svg")
    #expect(figure["script"].string == "run/figures/mine.gp")
    #expect(figure["data"][0].string == "run/figures/mine.csv")
    #expect(
      try scratch.table("run/figures/mine.csv").header == [
        "time", "phi.neuron.0", "target of phi.neuron.0", "loss",
      ])
  }

  @Test("bad usage, bad input and outputs that cannot be written have their codes")
  func codes() throws {
    let scratch = try Self.simulated()
    try scratch.write("epoch,step,train_loss\n", to: "empty.csv")
    try scratch.write("a,b\n1,\"2\n", to: "broken.csv")
    try scratch.write("a,b\n1,2\n", to: "table.csv")
    try scratch.makeFolder("nothing")
    for (arguments, status, message) in [
      (["run", "--kind", "pie"], 64, "'pie' is invalid"),
      (["run", "--format", "jpeg"], 64, "svg"),
      (["run", "--width", "3"], 64, "--width is 3; give 240 to 8000"),
      (["run", "--name", "a/b"], 64, "--name is \"a/b\""),
      (["run", "--shape", "8"], 64, "--shape"),
      (["run", "--output", "-"], 64, "--output - cannot be"),
      ([], 64, "<paths>"),
      (["none"], 65, "none: there is no such file or folder"),
      (["nothing"], 65, "holds nothing that can be drawn"),
      (["run", "--kind", "learning"], 65, "has no metrics.csv to draw learning from"),
      (["run", "--kind", "trajectory", "--variables", "fi"], 65, "unknown variable `fi`"),
      (["run", "--kind", "trajectory", "--sample", "9"], 65, "has no sample 9; it has 0"),
      (["empty.csv"], 65, "has no row to draw"),
      (["broken.csv"], 65, "broken.csv:2:3: a quote that is not closed"),
      (["table.csv", "--x", "c"], 65, "unknown column `c`"),
      (["table.csv", "--output", "empty.csv/figures"], 74, "the folder cannot be made"),
    ] as [([String], Int32, String)] {
      let result = try settle(["plot"] + arguments, in: scratch)
      #expect(result.status == status && !result.isSignalled, "\(arguments): \(result.report)")
      #expect(result.err.contains(message), "\(arguments): \(result.report)")
    }
    #expect(!scratch.exists("run/figures"))
  }

  @Test("an evaluation has its confusion, a file is known by its columns", .enabled(if: hasGnuplot))
  func files() throws {
    let run = try Trained([], ["--no-figures"])
    let evaluation = try settle(
      "evaluate", Repository.oracle("digits"), "--data-dir", Repository.data, "--parameters",
      "run/parameters.safetensors", "--confusion", "--output", "e", "--quiet", in: run.scratch)
    try #require(evaluation.status == 0, "\(evaluation.report)")
    let confusion = try settle("plot", "e", in: run.scratch)
    #expect(confusion.err == "drew e/figures/confusion.svg\n", "\(confusion.report)")
    _ = try shell("cp run/metrics.csv mine.csv", in: run.scratch)
    let metrics = try settle("plot", "mine.csv", in: run.scratch)
    #expect(metrics.err == "drew figures/learning.svg\n", "\(metrics.report)")
    let table = try settle(
      "plot", "mine.csv", "--kind", "table", "--x", "step", "--variables", "test_loss",
      in: run.scratch
    )
    #expect(table.err == "drew figures/table.svg\n", "\(table.report)")
    #expect(try run.scratch.table("figures/table.csv").header == ["step", "test_loss"])
  }

  @Test("nothing is replaced without --force", .enabled(if: hasGnuplot))
  func noOverwriting() throws {
    let scratch = try Self.simulated()
    #expect(try settle("plot", "run", "--quiet", in: scratch).status == 0)
    try scratch.write("# mine\n", to: "run/figures/trajectory.gp")
    try FileManager.default.removeItem(atPath: scratch.file("run/figures/trajectory.svg"))
    try FileManager.default.removeItem(atPath: scratch.file("run/figures/trajectory.csv"))
    let next = try settle("plot", "run", in: scratch)
    #expect(
      next.status == 0 && next.err == "drew run/figures/trajectory-2.svg\n", "\(next.report)")
    #expect(scratch.exists("run/figures/trajectory-2.csv"))
    let refused = try settle("plot", "run", "--name", "trajectory", in: scratch)
    #expect(refused.status == 74)
    #expect(refused.err.contains("is there already; replace it with --force"), "\(refused.report)")
    #expect(try scratch.text("run/figures/trajectory.gp") == "# mine\n")
    #expect(!scratch.exists("run/figures/trajectory.csv"))
    #expect(try settle("plot", "run", "--force", "--quiet", in: scratch).status == 0)
    #expect(scratch.exists("run/figures/trajectory.svg"))
  }
}
