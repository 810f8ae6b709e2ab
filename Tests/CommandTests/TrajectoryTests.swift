import Testing

@Suite("A trajectory is what the contract says")
struct TrajectoryTests {
  @Test("columns: time, phase, sample, then the variables in their order")
  func columns() throws {
    let run = try Simulated(Repository.model("linear"))
    #expect(
      run.table.header == ["time", "phase", "sample"] + hiddenPhi + hiddenPsi + hiddenU
        + ["loss", "residual"])
    let chosen = try Simulated(
      Repository.oracle("protocol"),
      ["--record", "residual", "rate.hidden.2", "x", "phi.hidden", "u.hidden.2"])
    #expect(
      chosen.table.header == [
        "time", "phase", "sample", "residual", "rate.hidden.2", "x.input.0", "x.input.1",
        "phi.hidden.0", "phi.hidden.1", "phi.hidden.2", "u.hidden.2",
      ])
    let units = try Simulated(
      Repository.oracle("decoder"), set: ["network.populations.output.role=state"])
    #expect(
      units.table.header == ["time", "phase", "sample"] + hiddenPhi
        + ["phi.output.0", "phi.output.1"] + hiddenPsi + ["psi.output.0", "psi.output.1"]
        + ["u.output.0", "u.output.1", "loss", "residual"])
  }

  @Test("times grow within a phase, and a phase begins at the time and state where the last ended")
  func times() throws {
    for steps in [[], ["record.every=steps"]] {
      let table = try Simulated(Repository.oracle("protocol"), set: steps).table
      let phases = ["1-free", "2-controlled", "3-moved", "4-anew", "5-kicked"]
      var order: [String] = []
      for phase in table.column("phase") where order.last != phase { order.append(phase) }
      #expect(order == phases)
      for row in table.rows.indices.dropFirst() {
        let step = table.number(row, "time") - table.number(row - 1, "time")
        if table[row, "phase"] == table[row - 1, "phase"] {
          #expect(step > 0, "row \(row)")
        } else {
          #expect(table[row, "time"] == table[row - 1, "time"], "row \(row)")
        }
      }
      #expect(Set(table.column("sample")) == ["0"])
    }
  }

  @Test("a grid of 0.1 is 0.1, 0.2, 0.3 in decimal, and the end of a phase is among its rows")
  func grid() throws {
    let run = try Simulated(Repository.oracle("protocol"))
    let table = run.table
    #expect(
      table.rows(inPhase: "1-free").map { table[$0, "time"] }
        == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.75"])
    for phase in run.summary["phases"].elements {
      let name = try #require(phase["phase"].string)
      let rows = table.rows(inPhase: name)
      let first = try #require(rows.first)
      let last = try #require(rows.last)
      #expect(table.number(first, "time") == phase["start"].number)
      #expect(table.number(last, "time") == phase["end"].number)
      for row in rows where row != first && row != last {
        let text = table[row, "time"]
        #expect(text.drop { $0 != "." }.count == 2, "\(text) has one decimal")
      }
      // No multiple of 0.1 is left out.
      let inside = rows.dropFirst().dropLast().map { table.number($0, "time") }
      for (a, b) in zip(inside, inside.dropFirst()) { #expect(abs(b - a - 0.1) < 1e-12) }
    }
    let finer = try Simulated(Repository.oracle("protocol"), ["--every", "0.25"])
    #expect(finer.table.column("time").prefix(4) == ["0.0", "0.25", "0.5", "0.75"])
  }

  @Test("without control ψ and u are exactly 0")
  func freePhases() throws {
    let table = try Simulated(Repository.oracle("protocol")).table
    for row in table.rows(inPhase: "1-free") + table.rows(inPhase: "5-kicked") {
      for name in hiddenPsi + hiddenU { #expect(table[row, name] == "0.0") }
    }
  }

  @Test("control starts from 0, or where it was; states carry over, but for kicks")
  func phases() throws {
    let run = try Simulated(Repository.oracle("protocol"))
    let table = run.table
    func first(_ phase: String) throws -> Int { try #require(table.rows(inPhase: phase).first) }
    func values(_ names: [String], _ row: Int) -> [String] { names.map { table[row, $0] } }
    for phase in ["2-controlled", "3-moved", "4-anew"] {
      let row = try first(phase)
      #expect(values(hiddenPhi, row) == values(hiddenPhi, row - 1))
    }
    for phase in ["2-controlled", "4-anew"] {
      #expect(values(hiddenPsi + hiddenU, try first(phase)) == Array(repeating: "0.0", count: 5))
    }
    let moved = try first("3-moved")
    #expect(values(hiddenPsi + hiddenU, moved) == values(hiddenPsi + hiddenU, moved - 1))
    #expect(Double(table[moved, hiddenU[0]]) != 0)

    let kicked = try first("5-kicked")
    let kick = [1, 0, -0.5]
    for (k, name) in hiddenPhi.enumerated() {
      #expect(table.number(kicked, name) == table.number(kicked - 1, name) + kick[k])
    }
    // The target changes the loss at once, the input only x.
    let y = table.numbers(moved, Array(hiddenPhi.dropFirst()))
    let loss = 0.5 * ((y[0] + 0.3) * (y[0] + 0.3) + (y[1] - 0.4) * (y[1] - 0.4))
    expectEqual([table.number(moved, "loss")], [loss], within: 1e-15)
    #expect(values(["x.input.0", "x.input.1"], moved) == ["1.0", "-0.5"])
    #expect(values(["x.input.0", "x.input.1"], try first("4-anew")) == ["0.0", "1.0"])
    // No leak: each target is reached, to the residual (1e-6) times the loop's response.
    expectEqual(run.sample(phase: 1)["output"].numbers, [0.5, -0.2], within: 1e-5)
    expectEqual(run.sample(phase: 2)["output"].numbers, [-0.3, 0.4], within: 1e-5)
  }

  @Test("a phase until equilibrium ends as soon as, and only if, the residual is small enough")
  func residuals() throws {
    for model in ["linear", "tanh", "energy", "linear-feedback", "readout", "feedforward"] {
      let run = try Simulated(Repository.model(model), set: ["settling.residual=1.0e-5"])
      for phase in run.summary["phases"].elements {
        let rows = run.table.rows(inPhase: try #require(phase["phase"].string))
        let last = try #require(rows.last)
        #expect(run.table.number(last, "residual") <= 1e-5)
        #expect(
          run.table.number(last, "residual")
            == phase["samples"][0]["certificate"]["residual"].number)
        #expect(phase["samples"][0]["certificate"]["outcome"].string == "settled")
        // It leaves a hundredth below the promise, so only a row that close may be passed over.
        for row in rows.dropLast() { #expect(run.table.number(row, "residual") > 0.98e-5) }
      }
    }
    let failed = try Simulated(
      Repository.model("tanh"), set: ["settling.limits.time=3"], expecting: 1)
    let last = failed.table.rows.count - 1
    #expect(failed.table.number(last, "residual") > 1e-6)
    #expect(failed.table.number(last, "time") == 3)
  }

  @Test("the output is what the loss reads, of a readout its value; the target stands beside it")
  func outputs() throws {
    let run = try Simulated(
      Repository.model("readout"), ["--record", "phi", "output", "target", "loss"])
    let table = run.table
    let readout = [[0.3, 0.8, -0.2], [-0.5, 0.1, 0.9]]
    for row in table.rows.indices {
      let phi = table.numbers(row, hiddenPhi)
      let output = table.numbers(row, ["output.output.0", "output.output.1"])
      // Three products and their sum in another order.
      expectEqual(
        output, readout.map { zip($0, phi).reduce(0) { $0 + $1.0 * $1.1 } }, within: 1e-14)
      #expect(table.numbers(row, ["target.output.0", "target.output.1"]) == [0.5, -0.2])
      let (a, b) = (output[0] - 0.5, output[1] + 0.2)
      expectEqual([table.number(row, "loss")], [0.5 * (a * a + b * b)], within: 1e-14)
    }
    let refused = try settle(
      "simulate", Repository.model("readout"), "--record", "phi.output", in: Scratch())
    #expect(refused.status == 65, "\(refused.report)")
    #expect(refused.err.hasPrefix("error: --record: ") && refused.err.contains("`output.output`"))
  }

  @Test("a phase of given duration says where it led; one that did not do what it was to does not")
  func duration() throws {
    let run = try Simulated(
      Repository.model("readout"), set: ["protocol=[{phase: controlled, duration: 3}]"],
      ["--record", "output", "loss"])
    let last = run.table.rows.count - 1
    let sample = run.sample()
    #expect(sample["at_rest"].bool == false)
    #expect(
      sample["output"].numbers == run.table.numbers(last, ["output.output.0", "output.output.1"]))
    #expect(sample["loss"].number == run.table.number(last, "loss"))
    #expect(run.result.err.contains("   output ["), "\(run.result.report)")
  }

  @Test("a loss without a target is NaN, which pandas and NumPy read")
  func missing() throws {
    let run = try Simulated(
      Repository.model("linear"),
      set: ["stimulus.target=null", "protocol=[{phase: free, duration: 1}]"], ["--every", "0.5"])
    #expect(run.table.column("loss") == ["NaN", "NaN", "NaN"])
    #expect(run.sample()["loss"].isNull)
  }

  @Test("numbers are the shortest decimals that read back as the same")
  func decimals() throws {
    let table = try Simulated(Repository.model("tanh")).table
    for row in table.rows.prefix(50) {
      for (name, text) in zip(table.header, row) where name != "phase" && name != "sample" {
        #expect(Double(text)?.description == text)
      }
    }
  }

  @Test("--output - streams the same bytes to standard output, and writes nothing")
  func stream() throws {
    let scratch = try Scratch()
    let file = try settle(
      "simulate", Repository.model("tanh"), "--every", "0.5", "--output", "out", in: scratch)
    try #require(file.status == 0, "\(file.report)")
    let other = try Scratch()
    let stream = try settle(
      "simulate", Repository.model("tanh"), "--every", "0.5", "--output", "-", in: other)
    try #require(stream.status == 0, "\(stream.report)")
    #expect(try stream.out == scratch.text("out/trajectory.csv"))
    #expect(other.tree.isEmpty)
  }

  @Test("samples of the data: rows by time, then sample, each under its row in the file")
  func samples() throws {
    let scratch = try Scratch()
    let evaluated = try settle(
      "evaluate", Repository.model("digits-rnn"), "--output", "e", in: scratch)
    try #require(evaluated.status == 0, "\(evaluated.report)")
    let rows = try scratch.table("e/predictions.csv").column("sample").prefix(3)
    #expect(rows.map { Int($0) ?? -1 } == rows.compactMap { Int($0) }.sorted())
    let result = try settle(
      ["simulate", Repository.model("digits-rnn"), "--split", "test", "--sample"] + rows
        + ["--every", "2", "--output", "out"], in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let table = try scratch.table("out/trajectory.csv")
    #expect(table.rows.count > 6 && table.rows.count % 3 == 0)
    for (k, row) in table.rows.indices.enumerated() {
      #expect(table[row, "sample"] == rows[rows.startIndex + k % 3])
      #expect(table[row, "time"] == table[row - k % 3, "time"])
    }
    #expect(table.header.count == 3 + 64 + 10 + 64 + 10 + 10 + 2)
    let summary = try scratch.json("out/summary.json")
    #expect(
      summary["phases"][0]["samples"].elements.map { String(Int($0["sample"].number)) }
        == Array(rows))

    // A row that is in the other part is refused, with the advice to look there.
    let part = try #require((0...).first { !rows.contains(String($0)) && $0 < Int(rows[0]) ?? 0 })
    let wrong = try settle(
      "simulate", Repository.model("digits-rnn"), "--split", "test", "--sample", "\(part)",
      in: scratch)
    #expect(wrong.status == 65)
    #expect(wrong.err.contains("--split"))
  }
}
