import Foundation
import Testing

@Suite("Inputs that change with time")
struct DrivenTests {
  /// Of models/driven.yaml.
  private static let tau = 2.0
  private static let tight = ["settling.rtol=1.0e-10", "settling.atol=1.0e-12"]
  /// Global errors of BDF at rtol 1e-10 stay within a few hundred times the tolerance.
  private static let tolerance = 1e-7

  /// φ at `t` after the beginning of a ramp of slope r, from φ₀: τφ̇ = −φ + x₀ + r t.
  private static func ramp(_ t: Double, from phi: Double, _ x: Double, slope: Double) -> Double {
    let rest = x + slope * (t - tau)
    return rest + (phi - (x - slope * tau)) * exp(-t / tau)
  }

  private static func constant(_ t: Double, from phi: Double, _ x: Double) -> Double {
    x + (phi - x) * exp(-t / tau)
  }

  private static func sinusoid(
    _ t: Double, from phi: Double, mean: Double, amplitude: Double, period: Double
  ) -> Double {
    let omega = 2 * Double.pi / period
    func rest(_ t: Double) -> Double {
      mean + amplitude * (sin(omega * t) - omega * tau * cos(omega * t))
        / (1 + omega * omega * tau * tau)
    }
    return rest(t) + (phi - rest(0)) * exp(-t / tau)
  }

  /// φ and x of the three free phases at a time of the whole.
  private static func wanted(_ time: Double) -> (phi: Double, x: Double) {
    let slope = 2.0 / 5
    if time <= 10 {
      if time <= 1 { return (0, 0) }
      if time <= 6 { return (ramp(time - 1, from: 0, 0, slope: slope), slope * (time - 1)) }
      return (constant(time - 6, from: ramp(5, from: 0, 0, slope: slope), 2), 2)
    }
    let first = wanted(10).phi
    if time <= 40 {
      let t = time - 10
      return (
        sinusoid(t, from: first, mean: 1, amplitude: 0.8, period: 10),
        1 + 0.8 * sin(2 * .pi * t / 10)
      )
    }
    let second = wanted(40).phi
    let t = time - 40
    if t < 2 { return (constant(t, from: second, 0), 0) }
    let begun = constant(2, from: second, 0)
    if t < 8 { return (constant(t - 2, from: begun, 1.5), 1.5) }
    let ended = constant(6, from: begun, 1.5)
    return (constant(t - 8, from: ended, 0), 0)
  }

  @Test(
    "a linear neuron follows ramp, sinusoid and step as the closed form does",
    arguments: [
      [], ["record.every=0.1"], ["settling.method=adams"], ["record.every=0.7"],
    ])
  func closedForm(_ more: [String]) throws {
    let run = try Simulated(Repository.model("driven"), set: Self.tight + more)
    var phases: Set<String> = []
    for row in run.table.rows.indices {
      let phase = run.table[row, "phase"]
      guard phase != "4-controlled" else { continue }
      phases.insert(phase)
      let time = run.table.number(row, "time")
      // The last row of a phase is its own; the first of the next is at the same time.
      let wanted = Self.wanted(time)
      #expect(
        abs(run.table.number(row, "phi.neuron.0") - wanted.phi) < Self.tolerance,
        "phi at \(time) in \(phase)")
      let isBoundary = [10, 40, 60].contains(time)
      if !isBoundary {
        #expect(abs(run.table.number(row, "x.input.0") - wanted.x) < 1e-13, "x at \(time)")
      }
    }
    #expect(phases.count == 3)
    // Awaiting equilibrium begins once the input rests, 10 after its beginning at 60.
    #expect(run.summary["phases"][3]["end"].number >= 70)
    expectEqual(run.sample(phase: 3)["output"].numbers, [1], within: 1e-5)
    expectEqual(run.sample(phase: 3)["psi"].numbers, [0.5], within: 1e-5)
  }

  @Test("the solver's own steps end at every break, and the row there has the new input")
  func breaks() throws {
    let table = try Simulated(Repository.model("driven")).table
    for (time, x) in [("42.0", 1.5), ("48.0", 0.0)] {
      let row = try #require(table.column("time").firstIndex(of: time), "no row at \(time)")
      #expect(table.number(row, "x.input.0") == x)
      #expect(table.number(row - 1, "x.input.0") == 1.5 - x)
    }
    for time in ["1.0", "6.0"] { #expect(table.column("time").contains(time)) }
    // From the jump at 48 on phi moves as the new input has it: residual |phi - x|/(floor + |phi|).
    let row = try #require(table.column("time").firstIndex(of: "48.0"))
    let phi = table.number(row, "phi.neuron.0")
    expectEqual(
      [table.number(row, "residual")], [abs(phi) / (1e-3 + abs(phi))], within: 1e-12)
  }

  private func pulse(_ scratch: Scratch, _ input: String, more: String = "") throws {
    try scratch.write(
      """
      settle: 1
      network:
        populations:
          input: {size: 2, role: input}
          unit: {size: 2, activation: identity, tau: 2, bias: none}
        projections:
          - {from: input, to: unit, weight: [[1, 0], [0, 1]]}
      stimulus: {inputs: {input: [0, 0]}}
      protocol:
        - {phase: free, duration: 1000, inputs: {input: \(input)}}
      \(more)
      """, to: "m.yaml")
  }

  @Test("a short pulse after a long rest is not stepped over")
  func shortPulse() throws {
    let scratch = try Scratch()
    try pulse(scratch, "{kind: step, from: [0, 0], to: [1, -3], at: 500, until: 500.01}")
    let table = try Simulated(scratch.file("m.yaml"), set: Self.tight).table
    let row = try #require(table.column("time").firstIndex(of: "500.01"))
    let height = 1 - exp(-0.01 / Self.tau)
    expectEqual(
      table.numbers(row, ["phi.unit.0", "phi.unit.1"]), [height, -3 * height], within: 1e-9)
  }

  @Test("a swing is not stepped over either, though it starts from rest")
  func swing() throws {
    let scratch = try Scratch()
    try pulse(scratch, "{kind: sinusoid, amplitude: [1, 0], period: 0.5}")
    let run = try Simulated(scratch.file("m.yaml"), set: Self.tight + ["protocol.0.duration=50"])
    for row in run.table.rows.indices {
      let time = run.table.number(row, "time")
      let wanted = Self.sinusoid(time, from: 0, mean: 0, amplitude: 1, period: 0.5)
      #expect(abs(run.table.number(row, "phi.unit.0") - wanted) < Self.tolerance)
      #expect(run.table.number(row, "phi.unit.1") == 0)
    }
  }

  @Test("a table drives units by its columns, beside the model file")
  func file() throws {
    let scratch = try Scratch()
    try scratch.write("time,b,a\n1,0,2\n2,4,2\n5,-2,0\n", to: "drive.csv")
    try pulse(scratch, "{kind: file, path: drive.csv, columns: [a, b]}")
    let short = ["protocol.0.duration=8"]
    let linear = try Simulated(scratch.file("m.yaml"), set: Self.tight + short).table
    let row = try #require(linear.column("time").firstIndex(of: "5.0"))
    let first = Self.ramp(3, from: Self.constant(2, from: 0, 2), 2, slope: -2.0 / 3)
    let begun = Self.ramp(1, from: 0, 0, slope: 4)
    let second = Self.ramp(3, from: begun, 4, slope: -2)
    expectEqual(
      linear.numbers(row, ["phi.unit.0", "phi.unit.1"]), [first, second], within: Self.tolerance)
    let held = try Simulated(
      scratch.file("m.yaml"),
      set: Self.tight + short + ["protocol.0.inputs.input.interpolation=previous"]
    ).table
    let end = try #require(held.column("time").firstIndex(of: "5.0"))
    let b = Self.constant(3, from: 0, 4)
    expectEqual(
      held.numbers(end, ["phi.unit.0", "phi.unit.1"]), [Self.constant(5, from: 0, 2), b],
      within: Self.tolerance)
  }

  @Test("an input goes on into the next phases, by its own clock, until one names it")
  func goingOn() throws {
    let scratch = try Scratch()
    try pulse(
      scratch, "{kind: ramp, to: [4, 0], start: 2, duration: 4}",
      more: """
          - {phase: free, duration: 2}
          - {phase: free, duration: 1, inputs: {input: {kind: step, to: [0, 1], at: 0.5}}}
        record: {variables: [x, phi], every: 0.5}
        """)
    let table = try Simulated(scratch.file("m.yaml"), set: ["protocol.0.duration=3"]).table
    func x(_ time: String, _ phase: String) throws -> [Double] {
      let row = try #require(
        table.rows.indices.first { table[$0, "time"] == time && table[$0, "phase"] == phase })
      return table.numbers(row, ["x.input.0", "x.input.1"])
    }
    #expect(try x("3.0", "1-free") == [1, 0])
    #expect(try x("4.5", "2-free") == [2.5, 0])
    // What it is when the phase begins is where the step comes from.
    #expect(try x("5.0", "3-free") == [3, 0])
    #expect(try x("5.5", "3-free") == [0, 1])
    #expect(try x("6.0", "3-free") == [0, 1])
  }

  @Test("weights that learn inside the dynamics see the input of the moment, as do noisy units")
  func otherDynamics() throws {
    let signal = "{kind: step, from: [0], to: [1], at: 5}"
    let protocols = "protocol=[{phase: controlled, duration: 20, inputs: {input: \(signal)}}]"
    let base = ["stimulus.target=[1]", protocols, "record.variables=[x, phi, weight]"]
    let learned = try Simulated(
      Repository.model("one-neuron"),
      set: base + [
        "learning.continuous={tau: 50}", "learning.rule=least-control",
        "record.every=0.5",
      ]
    ).table
    let before = try #require(learned.column("time").firstIndex(of: "4.5"))
    let last = learned.rows.count - 1
    // dU/dt = psi x/tau: nothing before the step, something after it.
    #expect(learned[before, "weight.input-neuron.0"] == "0.5")
    #expect(learned.number(last, "weight.input-neuron.0") != 0.5)
    #expect(learned.number(last, "x.input.0") == 1)
  }

  @Test(
    "what cannot be is said at its place",
    arguments: [
      ("{kind: ramp, to: [1, 2]}", "needs the key `duration`"),
      ("{kind: ramp, to: [1], duration: 1}", "[2] is needed"),
      ("{kind: ramp, to: [1, 2], duration: 0}", "a number > 0"),
      ("{kind: step, to: [1, 2], at: 3, until: 2}", "ends before it begins"),
      ("{kind: sinusoid, perod: 1}", "did you mean `period`?"),
      ("{kind: swing}", "unknown kind of input `swing`"),
      ("{to: [1, 2]}", "needs the key `kind`"),
      ("{kind: constant}", "needs the key `value`"),
      ("{kind: file, path: x.csv, columns: [a]}", "1 columns are named"),
      ("{kind: file, path: x.csv, columns: [a, a]}", "names the column `a` twice"),
      ("{kind: file, path: x.csv}", "x.csv: cannot be opened"),
      ("{kind: file, path: bad.csv}", "bad.csv:3:1: the time 1.0 comes after 2.0"),
      ("{kind: file, path: bad.csv, time: t}", "unknown column `t`"),
      ("{kind: file, path: bad.csv, columns: [a, c]}", "unknown column `c`"),
      ("{kind: file, path: text.csv}", "text.csv:2:3: 'x' is no finite number"),
      ("{kind: file, path: three.csv}", "3 columns for 2 input units"),
      ("{kind: file, path: empty.csv}", "empty.csv: has no rows"),
    ])
  func refusals(_ input: String, _ message: String) throws {
    let scratch = try Scratch()
    try scratch.write("time,a,b\n2,1,1\n1,1,1\n", to: "bad.csv")
    try scratch.write("time,a,b\n2,x,1\n", to: "text.csv")
    try scratch.write("time,a,b,c\n2,1,1,1\n", to: "three.csv")
    try scratch.write("time,a,b\n", to: "empty.csv")
    try pulse(scratch, input)
    let result = try settle("simulate", "m.yaml", "--output", "out", in: scratch)
    #expect(result.status == 65, "\(result.report)")
    #expect(result.err.contains(message), "\(result.report)")
    #expect(!scratch.exists("out"), "nothing is left behind")
  }

  @Test("what never rests has no equilibrium to await, and what has no time no moving inputs")
  func restless() throws {
    let scratch = try Scratch()
    let input = "{kind: sinusoid, period: 1}"
    try pulse(scratch, input, more: "  - {phase: free, until: equilibrium}")
    let result = try settle("simulate", "m.yaml", "--output", "out", in: scratch)
    #expect(result.status == 65, "\(result.report)")
    #expect(result.err.contains("m.yaml:11:5: the input of `input` is a sinusoid"))
    try pulse(scratch, "{kind: step, to: [1, 1]}")
    let jump = try settle(
      "simulate", "m.yaml", "--set", "settling.method=newton", "--set",
      "protocol=[{phase: free, until: equilibrium, inputs: {input: {kind: step, to: [1, 1]}}}]",
      "--output", "out", in: scratch)
    #expect(jump.status == 65, "\(jump.report)")
    #expect(jump.err.contains("need a method with time"))
  }

  @Test("a phase that breaks off while it rests has failed, and the next is not begun")
  func brokenOff() throws {
    // From rest into the ramp, the smallest step allowed is too long for the tolerance.
    let run = try Simulated(
      Repository.model("driven"), set: Self.tight + ["settling.steps.min=0.5"], expecting: 1)
    #expect(run.summary["phases"].elements.count == 1)
    #expect(run.sample()["certificate"]["outcome"].string == "solver-failure")
    #expect(run.table[run.table.rows.count - 1, "time"] == "1.0")
  }

  @Test("numbers by their kind are numbers, and model.yaml reads as what it was")
  func resolved() throws {
    let scratch = try Scratch()
    try scratch.write("time,a,b\n1,0,2\n", to: "drive.csv")
    for input in [
      "{kind: constant, value: [1, 2]}", "{kind: ramp, to: [1, 2], duration: 3}",
      "{kind: step, from: [0, 1], to: 2, at: 1, until: 5}",
      "{kind: sinusoid, mean: 1, amplitude: [0.5, 2], period: 5, phase: 0.25}",
      "{kind: file, path: drive.csv, interpolation: previous}",
    ] {
      try pulse(scratch, input)
      for (model, output) in [("m.yaml", "one"), ("resolved.yaml", "two")] {
        let result = try settle(
          "simulate", model, "--set", "protocol.0.duration=2", "--output", output, "--force",
          "--set", "name=m", in: scratch)
        #expect(result.status == 0, "\(result.report)")
        if output == "one" {
          try scratch.write(scratch.text("one/model.yaml"), to: "resolved.yaml")
        }
      }
      #expect(try scratch.text("one/model.yaml") == scratch.text("two/model.yaml"))
      #expect(try scratch.text("one/trajectory.csv") == scratch.text("two/trajectory.csv"))
    }
    #expect(try scratch.text("one/model.yaml").contains("kind: file"))
  }
}
