import Experiments
import Foundation
import Testing

@Suite("Figures of trajectories and tables")
struct TrajectoryFigureTests {
  /// It lives as long as the test.
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let small = """
    time,phase,sample,phi.out.0,phi.out.1,u.out.0,loss,residual
    0.0,1-before,5,0.0,1.0,0.0,4.0,1.0
    0.0,1-before,7,9.0,9.0,0.0,4.0,1.0
    1.0,1-before,5,0.5,NaN,0.0,2.0,0.1
    1.0,1-before,7,9.0,9.0,0.0,2.0,0.1
    1.0,2-controlled,5,0.5,2.0,0.0,2.0,0.1
    1.0,2-controlled,7,9.0,9.0,0.0,2.0,0.1
    3.0,2-controlled,5,1.0,3.0,0.7,0.001,1e-06
    3.0,2-controlled,7,9.0,9.0,0.7,0.001,1e-06

    """

  @Test(
    "few rows are drawn as they are: those of the first sample, or of the one that is asked for")
  func rows() throws {
    let run = try folder.run("a", ["trajectory.csv": Self.small])
    let first = try figure(.trajectory, [run])
    let table = try first.columns("trajectory.csv")
    #expect(table["time"] == [0, 1, 1, 3])
    #expect(table["phi.out.0"] == [0, 0.5, 0.5, 1])
    #expect(table["phi.out.1"]?[1].isNaN == true)
    #expect(first.notes.contains { $0.contains("the first of 2") })
    let second = try figure(.trajectory, [run]) { $0.samples = [7] }
    #expect(try second.columns("trajectory.csv")["phi.out.0"] == [9, 9, 9, 9])
    let error = #expect(throws: InputError.self) {
      try figure(.trajectory, [run]) { $0.samples = [6] }
    }
    #expect(error?.description.hasSuffix("has no sample 6; it has 5, 7") == true)
  }

  @Test("phases are named, and those under control are shaded, by u, or by what the summary says")
  func phases() throws {
    let run = try folder.run("a", ["trajectory.csv": Self.small])
    let text = try figure(.trajectory, [run]).text
    #expect(text.contains("set label 'before' at first 0.5, graph 1"))
    #expect(text.contains("set label 'controlled' at first 2.0, graph 1"))
    // One in each of the panels φ, u, loss and residual.
    let shades = text.components(separatedBy: "set object rectangle").count - 1
    #expect(shades == 4)
    #expect(text.contains("rectangle from first 1.0, graph 0 to first 3.0, graph 1 fc rgb shade"))
    let summary =
      #"{"phases": [{"phase": "1-before", "kind": "controlled"}, {"phase": "2-controlled", "kind": "free"}]}"#
    let other = try folder.run("b", ["trajectory.csv": Self.small, "summary.json": summary])
    #expect(
      try figure(.trajectory, [other]).text.contains(
        "rectangle from first 0.0, graph 0 to first 1.0, graph 1 fc rgb shade"))
  }

  @Test(
    "what control is to reach is drawn beside the states that the loss reads, while it controls")
  func targets() throws {
    let model = """
      network: {loss: {kind: KIND, population: out, units: [1]}}

      """
    let summary =
      #"{"phases": [{"phase": "1-before", "kind": "free", "samples": [{"sample": 5, "target": [2.5]}]}, "#
      + #"{"phase": "2-controlled", "kind": "controlled", "samples": "#
      + #"[{"sample": 5, "target": [2.5]}, {"sample": 7, "target": [8]}]}]}"#
    func drawn(_ kind: String, _ name: String, sample: Int = 5) throws -> Figure {
      let run = try folder.run(
        name,
        [
          "trajectory.csv": Self.small, "summary.json": summary,
          "model.yaml": model.replacingOccurrences(of: "KIND", with: kind),
        ])
      return try figure(.trajectory, [run]) { $0.samples = [sample] }
    }
    let squared = try drawn("squared-error", "a")
    let table = try squared.columns("trajectory.csv")
    let target = try #require(table["target of phi.out.1"])
    #expect(target[0].isNaN && target[1].isNaN && target[2...] == [2.5, 2.5])
    #expect(table["target of phi.out.0"] == nil)
    #expect(squared.text.contains("with lines lt 2 lw 1 dt (9,6) title 'target'"))
    let other = try drawn("squared-error", "b", sample: 7).columns("trajectory.csv")
    #expect(other["target of phi.out.1"]?.last == 8)
    // A distribution over classes is no place for a state.
    let entropy = try drawn("cross-entropy", "c").columns("trajectory.csv")
    #expect(entropy["target of phi.out.1"] == nil)
  }

  @Test(
    "values too large or too small for short ticks are divided by a power of ten, which is told")
  func powers() throws {
    for (value, label) in [
      ("-123456789", "u out / 10⁸"), ("0.00025", "u out / 10⁻⁴"), ("0.5", "u out"),
    ] {
      let text = "time,phase,sample,u.out.0\n0,1-free,0,0.0\n1,1-free,0,\(value)\n"
      let run = try folder.run("p\(value)", ["trajectory.csv": text])
      let figure = try figure(.trajectory, [run])
      #expect(figure.text.contains("set label '\(label)' at screen"), "\(figure.text)")
      let isDivided = label.contains("/")
      #expect(figure.text.contains("using 1:2 ") == !isDivided)
      // The table has them as they are.
      #expect(try figure.columns("trajectory.csv")["u.out.0"]?.last == Double(value))
    }
  }

  @Test("loss and residual are logarithmic where they go over decades; φ never is")
  func logarithms() throws {
    let run = try folder.run("a", ["trajectory.csv": Self.small])
    func isLog(_ variable: String) throws -> Bool {
      try figure(.trajectory, [run]) { $0.variables = [variable] }.text.contains("\nset logscale y")
    }
    #expect(try isLog("loss") && isLog("residual"))
    #expect(try !isLog("phi") && !isLog("u.out") && !isLog("phi.out.1"))
  }

  @Test("an unknown variable, no row and no number are errors that say what there is")
  func errors() throws {
    let run = try folder.run("a", ["trajectory.csv": Self.small])
    let unknown = #expect(throws: InputError.self) {
      try figure(.trajectory, [run]) { $0.variables = ["phi.put"] }
    }
    #expect(unknown?.problem.contains("did you mean `phi.out`?") == true)
    for text in ["time,phase,sample,loss\n", "time,phase,sample,loss\n0,1-free,0,NaN\n"] {
      let run = try folder.run("b", ["trajectory.csv": text])
      #expect(throws: InputError.self) { try figure(.trajectory, [run]) }
    }
    let missing = try folder.run("c", ["trajectory.csv": "time,phase,loss\n0,1-free,1\n"])
    let error = #expect(throws: InputError.self) { try figure(.trajectory, [missing]) }
    #expect(error?.problem.contains("unknown column `sample`") == true)
  }

  @Test("many units are a heat map, whose cells keep the extremes")
  func heat() throws {
    var text = "time,phase,sample," + (0..<9).map { "phi.h.\($0)" }.joined(separator: ",") + "\n"
    for step in 0...2000 {
      // Unit k is k/10 but for one spike, of one row among several in a cell.
      let row = (0..<9).map { step == 1000 + $0 ? "-5.0" : "\(Double($0) / 10)" }
      text += "\(Double(step) / 100),1-free,0," + row.joined(separator: ",") + "\n"
    }
    let run = try folder.run("a", ["trajectory.csv": text])
    let figure = try figure(.trajectory, [run])
    let cells = try figure.matrix("trajectory-units-1.csv")
    #expect(cells.count == 9 && cells.allSatisfy { $0.count == 480 })
    for (unit, row) in cells.enumerated() {
      #expect(row.min() == -5 && row.max() == Double(unit) / 10)
      #expect(row.count { $0 == -5 } == 1)
    }
    #expect(figure.text.contains("set cbrange [-5.0:5.0]"))
    // Eight are lines.
    let lines = try TrajectoryFigureTests.lines(run)
    #expect(lines.tables.map(\.file) == ["trajectory.csv"])
  }

  private static func lines(_ run: RunSource) throws -> Figure {
    try figure(.trajectory, [run]) { $0.maximumLines = 9 }
  }

  @Test("cells between rows lie on the line between them")
  func interpolation() throws {
    let run = try folder.run(
      "a", ["trajectory.csv": "time,phase,sample,phi.h.0\n0,1-free,0,0\n480,1-free,0,4.8\n"])
    let row = try figure(.heatMap, [run]).matrix("heat-map-units-1.csv")[0]
    // The first and last cell hold the rows themselves; the centre of cell k is at k + 1/2.
    for cell in 1..<479 { #expect(abs(row[cell] - (Double(cell) + 0.5) / 100) < 1e-14) }
    #expect(row[0] == 0 && row[479] == 4.8)
  }

  @Test(
    "of a huge table every extreme stays, at its place to within a bin, whatever the order",
    arguments: [true, false])
  func decimation(isOrdered: Bool) throws {
    let count = 60_000
    var text = "x,y,z\n"
    for row in 0..<count {
      let x = isOrdered ? Double(row) : Double(row % 1000)
      let y = row == 12_345 ? "777.0" : row == 54_321 ? "-999.0" : "\(row % 7)"
      text += "\(x),\(y),\(row < count / 2 ? "1.5" : "NaN")\n"
    }
    let source = try RunSource(folder.file("huge.csv", text))
    let figure = try figure(.table, [source])
    let table = try figure.columns("table.csv")
    let x = try #require(table["x"])
    let y = try #require(table["y"])
    #expect(x.count <= 3000 && x.count > 2000)
    #expect(y.max() == 777 && y.min() == -999)
    #expect(y.count { $0 == 777 } == 1 && y.count { $0 == -999 } == 1)
    // Between the spikes each bin has every remainder of 7.
    #expect(Set(y) == [0, 6, 777, -999])
    #expect(table["z"]?.filter { !$0.isNaN }.allSatisfy { $0 == 1.5 } == true)
    #expect(
      figure.notes == ["60000 rows: the least and the greatest value of each of 1500 bins"])
    if isOrdered {
      let spike = try #require(y.firstIndex(of: 777))
      #expect(abs(x[spike] - 12_345) <= 40)
      #expect(zip(x, x.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(x.first == 0 && x.last == 59_999)
    }
  }

  @Test("bins do not reach across phases")
  func phasesOfHugeTrajectories() throws {
    var text = "time,phase,sample,loss\n"
    for row in 0..<3000 { text += "\(row),1-free,0,1.0\n" }
    for row in 2999..<6000 { text += "\(row),2-controlled,0,2.0\n" }
    let run = try folder.run("a", ["trajectory.csv": text])
    let table = try figure(.trajectory, [run]).columns("trajectory.csv")
    let time = try #require(table["time"])
    let loss = try #require(table["loss"])
    for (time, loss) in zip(time, loss) where loss == 1 { #expect(time <= 2999) }
    for (time, loss) in zip(time, loss) where loss == 2 { #expect(time >= 2999) }
    #expect(time.count { $0 == 2999 } == 2)
  }

  @Test("any table is drawn over its first column of numbers, or over the one that is asked for")
  func table() throws {
    let path = try folder.file("t.csv", "name,a,b\nx,1,10\ny,2,1000\nz,3,inf\n")
    let source = try RunSource(path)
    #expect(FigureMaker([source]).available == [.table])
    let plain = try figure(.table, [source]).columns("table.csv")
    #expect(plain["a"] == [1, 2, 3] && plain["b"]?[2].isNaN == true && plain["name"] == nil)
    let other = try figure(.table, [source]) {
      $0.x = "b"
      $0.variables = ["a"]
    }
    // A row without a place on the axis cannot be drawn.
    #expect(try other.columns("table.csv")["a"] == [1, 2])
    let error = #expect(throws: InputError.self) {
      try figure(.table, [source]) { $0.variables = ["aa"] }
    }
    #expect(error?.problem.contains("unknown column `aa`") == true)
    let words = try RunSource(folder.file("w.csv", "name\nx\n"))
    #expect(throws: InputError.self) { try figure(.table, [words]) }
    let empty = try RunSource(folder.file("e.csv", "a,b\n"))
    #expect(throws: InputError.self) { try figure(.table, [empty]) }
    #expect(throws: InputError.self) { _ = try RunSource(folder.file("n.csv", "")) }
    #expect(throws: InputError.self) { _ = try RunSource(folder.path + "/none") }
  }

  @Test("an axis over any number of decades has a few ticks at powers of ten")
  func decades() throws {
    for (least, greatest) in [("1e-20", "5.2e+15"), ("0.02", "3.0"), ("5e-324", "1.7e+308")] {
      let text =
        "time,phase,sample,loss\n0,1-free,0,0.0\n1,1-free,0,\(least)\n2,1-free,0,\(greatest)\n"
      let run = try folder.run("a\(least)", ["trajectory.csv": text])
      let figure = try figure(.trajectory, [run])
      let line = try #require(
        figure.text.split(separator: "\n").first { $0.hasPrefix("set ytics (") })
      let ticks = line.dropFirst("set ytics (".count).dropLast()
        .split(separator: ",").compactMap { Double($0.filter { $0 != " " }) }
      #expect((2...5).contains(ticks.count), "\(line)")
      for tick in ticks {
        #expect(tick.description == Double("1e\(Int(log10(tick).rounded()))")?.description)
      }
      // gnuplot ends, and in time: it is given a minute.
      guard let gnuplot = Gnuplot.find() else { continue }
      try FigureFolder(folder.path + "/f\(least)", overwrite: false).draw(
        figure, FigureStyle(), with: gnuplot)
    }
  }
}
