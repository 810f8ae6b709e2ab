import Testing

/// What the program wrote, judged by another one that shares nothing with it.
@Suite("NumPy agrees with what is written")
struct IndependentTests {
  /// Whether there is a Python with NumPy.
  static let hasNumPy: Bool = {
    guard let scratch = try? Scratch(),
      let result = try? shell("python3 -c 'import numpy'", in: scratch)
    else { return false }
    return result.status == 0
  }()

  static let script = Repository.script("check-outputs.py")

  @Test("residuals and losses at every row", .enabled(if: hasNumPy))
  func residuals() throws {
    let result = try shell("SETTLE_BINARY=\"$SETTLE\" python3 '\(Self.script)'", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    #expect(result.out.split(separator: "\n").count == 8, "\(result.report)")
  }

  @Test(
    "a number that is not right is found", .enabled(if: hasNumPy),
    arguments: [
      "phi.hidden.1", "psi.hidden.2", "u.hidden.1", "loss", "residual",
    ])
  func wrongNumber(column: String) throws {
    let scratch = try Scratch()
    let result = try settle("simulate", Repository.model("tanh"), "--output", "run", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    var table = try scratch.table("run/trajectory.csv")
    let place = try #require(table.header.firstIndex(of: column))
    // The last row is that of the certificate, which tells the variables apart; a residual is small
    // there, and its own last digits are rounding.
    let rows = table.rows(inPhase: "2-controlled")
    let row = try #require(column == "residual" ? rows.first : rows.last)
    // A relative change of 1e-9, far above rounding and far below what anyone would see.
    table.rows[row][place] = String(table.number(row, column) * (1 + 1e-9))
    let lines = ([table.header] + table.rows).map { $0.joined(separator: ",") + "\n" }
    try scratch.write(lines.joined(), to: "run/trajectory.csv")
    let checked = try shell("python3 '\(Self.script)' run", in: scratch)
    #expect(checked.status == 1, "\(checked.report)")
    #expect(checked.err.contains("trajectory.csv:\(row + 2)"), "\(checked.report)")
  }

  @Test("pandas and NumPy read the tables without options", .enabled(if: hasNumPy))
  func tables() throws {
    let run = try Trained(["learning.epochs=1"])
    let simulated = try settle(
      "simulate", Repository.model("linear"), "--output", "s", "--set", "stimulus.target=null",
      "--set", "protocol=[{phase: free, duration: 1}]", in: run.scratch)
    try #require(simulated.status == 0, "\(simulated.report)")
    let script = """
      import csv, numpy
      for name in ("run/metrics.csv", "s/trajectory.csv"):
          table = numpy.genfromtxt(name, delimiter=",", names=True, dtype=None, encoding="utf-8")
          assert len(table) >= 2, name
          for column in table.dtype.names:
              assert column == "phase" or table[column].dtype.kind in "fi", (name, column)
      try:
          import pandas
      except ImportError:
          raise SystemExit
      for name in ("run/metrics.csv", "s/trajectory.csv"):
          table = pandas.read_csv(name)
          for column, kind in table.dtypes.items():
              assert column == "phase" or kind.kind in "fi", (name, column)
      """
    try run.scratch.write(script, to: "read.py")
    let result = try shell("python3 read.py", in: run.scratch)
    #expect(result.status == 0, "\(result.report)")
  }
}
