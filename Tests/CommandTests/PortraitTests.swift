import Foundation
import Testing

/// The phase portrait, by the tables that its figure is drawn from: they are written with or without
/// gnuplot.
@Suite("Phase portraits")
struct PortraitTests {
  /// Runs `settle portrait` where there is no gnuplot, so that only script and tables are made.
  private func draw(_ arguments: [String], in scratch: Scratch) throws -> Command.Result {
    try settle(
      ["portrait"] + arguments, in: scratch, environment: ["SETTLE_GNUPLOT": "/nowhere/gnuplot"])
  }

  private func points(_ scratch: Scratch, _ name: String) throws -> [[Double]] {
    try scratch.text("figures/\(name).csv").split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    }
  }

  /// f of models/portrait.yaml.
  private func f(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (
      -x + 0.4 * tanh(x) - 0.9 * tanh(y) + 1.5, -y + 0.9 * tanh(x) + 0.4 * tanh(y) - 0.4
    )
  }

  private func loss(_ x: Double, _ y: Double) -> Double {
    let error = tanh(y) - tanh(x) - 1
    return error * error / 2
  }

  @Test("nullclines, contours, ways and arrows are those of the model's equations")
  func tables() throws {
    let scratch = try Scratch()
    let result = try draw([Repository.model("portrait"), "--quiet"], in: scratch)
    // The script and its tables are there, and the reason why there is no picture.
    #expect(result.status == 74 && result.err.contains("gnuplot was not found"), "\(result.report)")
    #expect(scratch.exists("figures/portrait.gp"))
    let grid = try points(scratch, "portrait-grid")
    #expect(grid.count == 121 * 121)
    for row in grid {
      let here = f(row[0], row[1])
      #expect(abs(row[2] - here.x) < 1e-12 && abs(row[3] - here.y) < 1e-12)
      #expect(abs(row[4] - loss(row[0], row[1])) < 1e-12)
    }
    // Straight between grid points: off by h²/8 times a second derivative, of which those of
    // Σ w tanh are below 0.77·(0.4 + 0.9).
    let h = (grid[120][0] - grid[0][0]) / 120
    for (name, part) in [("portrait-nullcline-1", 0), ("portrait-nullcline-2", 1)] {
      let line = try points(scratch, name)
      #expect(line.count > 50)
      for point in line {
        let here = f(point[0], point[1])
        #expect(abs(part == 0 ? here.x : here.y) < h * h / 8)
      }
    }
    for point in try points(scratch, "portrait-contours") {
      #expect(abs(loss(point[0], point[1]) - point[2]) < h * h)
    }
    let ends = try points(scratch, "portrait-equilibria")
    #expect(ends.count == 2)
    let (free, controlled) = (ends[0], ends[1])
    let rest = f(free[1], free[2])
    #expect(abs(rest.x) < 1e-12 && abs(rest.y) < 1e-12)
    #expect(loss(controlled[1], controlled[2]) < 1e-20)
    // Ways begin at zero and end there, to the residual.
    for (name, end) in [("portrait-free", free), ("portrait-controlled", controlled)] {
      let way = try points(scratch, name)
      #expect(way[0][1] == 0 && way[0][2] == 0)
      #expect(abs(way[way.count - 1][1] - end[1]) < 1e-5)
      #expect(abs(way[way.count - 1][2] - end[2]) < 1e-5)
    }
    let arrows = try points(scratch, "portrait-arrows")
    let pull = f(controlled[1], controlled[2])
    #expect(abs(arrows[0][3] - pull.x) < 1e-10 && abs(arrows[0][4] - pull.y) < 1e-10)
    #expect(arrows[1][3] == -arrows[0][3] && arrows[1][4] == -arrows[0][4])
    // Least control: along the valley ½‖f‖² is least there. The valley is tanh y = tanh x + 1.
    func cost(_ x: Double) -> Double {
      let here = f(x, atanh(tanh(x) + 1))
      return (here.x * here.x + here.y * here.y) / 2
    }
    for step in [-0.05, -0.01, 0.01, 0.05] {
      #expect(cost(controlled[1] + step) > cost(controlled[1]))
    }
  }

  @Test("a way that swings late and far is as smooth as the solver's own steps")
  func smooth() throws {
    let scratch = try Scratch()
    try scratch.write(
      """
      settle: 1
      network:
        populations:
          input: {size: 1, role: input}
          hidden: {size: 2, activation: tanh}
          out: {size: 1, role: readout}
        projections:
          - {from: input, to: hidden, weight: [[1.0], [-0.6]]}
          - {from: hidden, to: hidden, weight: [[0.5, -1.2], [1.2, 0.5]]}
          - {from: hidden, to: out, weight: [[0.7, 1.1]]}
        loss: {kind: squared-error, population: out}
      controller: {kind: dynamic-inversion, output: {leak: 0, tau: 5}}
      stimulus: {inputs: {input: [1]}, target: [-0.5]}
      """, to: "pair.yaml")
    _ = try draw(["pair.yaml"], in: scratch)
    let way = try points(scratch, "portrait-controlled")
    let grid = try points(scratch, "portrait-grid").map { $0[0] }
    let extent = grid.max()! - grid.min()!
    for (a, b) in zip(way, way.dropFirst()) {
      #expect(a[0] <= b[0])
      let (dx, dy) = (b[1] - a[1], b[2] - a[2])
      #expect((dx * dx + dy * dy).squareRoot() <= extent / 300 * (1 + 1e-9))
    }
  }

  @Test("after learning the arrows are gone and both equilibria are one")
  func learning() throws {
    let scratch = try Scratch()
    let trained = try settle(
      "train", Repository.model("portrait"), "--output", "run", "--quiet", "--no-figures",
      in: scratch)
    #expect(trained.status == 0, "\(trained.report)")
    _ = try draw(
      [
        Repository.model("portrait"), "--after", scratch.file("run/parameters.safetensors"),
      ], in: scratch)
    func length(_ panel: String) throws -> Double {
      let arrow = try points(scratch, "portrait-\(panel)-arrows")[0]
      return (arrow[3] * arrow[3] + arrow[4] * arrow[4]).squareRoot()
    }
    #expect(try length("after") < 0.05 * length("before"))
    let ends = try points(scratch, "portrait-after-equilibria")
    #expect(abs(ends[0][1] - ends[1][1]) < 0.05 && abs(ends[0][2] - ends[1][2]) < 0.05)
    // Both panels have the same axes.
    let grids = try ["before", "after"].map { try points(scratch, "portrait-\($0)-grid") }
    #expect(grids[0][0][0] == grids[1][0][0] && grids[0].last?[1] == grids[1].last?[1])
  }

  @Test("the plane through both equilibria has them and the control in it")
  func equilibria() throws {
    let scratch = try Scratch()
    _ = try draw([Repository.model("tanh")], in: scratch)
    let ends = try points(scratch, "portrait-equilibria")
    #expect(ends[0][1] == 0 && ends[0][2] == 0 && abs(ends[1][2]) < 1e-12)
    // ‖φ* − φ°‖ and ‖ψ‖ of SCIENCE 8.2 at α = 0.1.
    let apart = [
      1.0001359375 - 1.1593832062, 0.381044335 + 0.8235867274, -0.1527614304 - 0.4490314235,
    ]
    #expect(abs(ends[1][1] - apart.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-9)
    let psi = try points(scratch, "portrait-arrows")[1]
    let length = (psi[3] * psi[3] + psi[4] * psi[4]).squareRoot()
    #expect(abs(length - (2 * 0.8587107779725758).squareRoot()) < 1e-9 && psi[4] >= 0)
  }

  @Test("a way that runs away ends at the edge of the picture, and is said not to come to rest")
  func runaway() throws {
    // An integrator as quick as its two linear neurons: unstable (SCIENCE 8.1 has it at the edge).
    let scratch = try Scratch()
    let result = try settle(
      "portrait", Repository.model("linear"), "--set", "controller.output.tau=0.5", "--json",
      in: scratch)
    if result.err.contains("gnuplot was not found") { return }
    #expect(result.status == 0, "\(result.report)")
    let panel = try JSON(result.out)["panels"][0]
    #expect(panel["free_settles"].bool == true && panel["controlled_settles"].bool == false)
    #expect(result.err.contains("the controlled way does not come to rest"))
    for point in try points(scratch, "portrait-controlled") {
      #expect(abs(point[1]) < 40 && abs(point[2]) < 40)
    }
  }

  @Test("the legend is of what is there, and a loss that does not vary is spoken of")
  func absences() throws {
    let scratch = try Scratch()
    let result = try settle(
      "portrait", Repository.model("feedforward"), "--plane", "phi.first.0,phi.first.1",
      in: scratch)
    if result.err.contains("gnuplot was not found") { return }
    #expect(result.status == 0, "\(result.report)")
    #expect(result.err.contains("the loss is the same all over the plane"), "\(result.report)")
    let script = try scratch.text("figures/portrait.gp")
    #expect(!script.contains("dark is low") && script.contains("controlled equilibrium"))
    #expect(try scratch.text("figures/portrait-contours.csv") == "x,y,level\n")
  }

  @Test(
    "what cannot be drawn is refused with its reason",
    arguments: [
      (["--plane", "phi.hidden.0"], 64, "two units"),
      (["--plane", "phi.hidden.0,phi.hidden.7"], 65, "no unit phi.hidden.7"),
      (["--plane", "phi.hidden.1,phi.hidden.1"], 65, "twice"),
      (["--range", "1,0,0,1"], 64, "--range"), (["--set", "controller.kind=none"], 65, "control"),
    ])
  func refusals(arguments: [String], status: Int32, word: String) throws {
    let scratch = try Scratch()
    let more =
      arguments[0] == "--set" ? ["--set", "protocol=[{phase: free, until: equilibrium}]"] : []
    let result = try draw([Repository.model("portrait")] + arguments + more, in: scratch)
    #expect(result.status == status && result.err.contains(word), "\(result.report)")
    #expect(scratch.tree.isEmpty)
  }

  @Test("a picture and its animation, where there is gnuplot")
  func pictures() throws {
    let scratch = try Scratch()
    let arguments = [
      "portrait", Repository.model("portrait"), "--animate", "--format", "png", "--json",
    ]
    let result = try settle(arguments, in: scratch)
    if result.err.contains("gnuplot was not found") { return }
    #expect(result.status == 0, "\(result.report)")
    #expect(try scratch.bytes("figures/portrait.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try scratch.bytes("figures/portrait.gif").starts(with: Array("GIF8".utf8)))
    #expect(try JSON(result.out)["figures"].elements.count == 2)
    #expect(try settle(arguments, in: scratch).status == 74)
    #expect(try settle(arguments + ["--force"], in: scratch).status == 0)
  }
}
