import Experiments
import Testing

@Suite("Comparisons of a sweep")
struct SweepComparisonTests {
  private func row(
    _ run: Int, _ values: [String], _ seed: UInt64, _ metric: Double,
    _ status: SweepRow.Status = .done
  ) -> SweepRow {
    SweepRow(
      run: "\(1000 + run)", values: values, seed: seed, status: status,
      metrics: [("loss", metric), ("evaluations", 10)])
  }

  private func plan(_ axes: [SweepAxis]) -> SweepPlan {
    SweepPlan(model: "m", modelHash: "", axes: axes, seeds: [1, 2, 3])
  }

  @Test("are over pairs of equal seeds, whatever order the runs ended in")
  func pairs() throws {
    var table = SweepTable(keys: ["rule"])
    for (index, (rule, seed, loss)) in [
      ("b", 3, 9.0), ("a", 1, 1), ("b", 1, 2), ("a", 2, 3), ("a", 3, 5), ("b", 2, 5),
    ].enumerated() { table.put(row(index, [rule], UInt64(seed), loss)) }
    let all = SweepComparison.all(
      of: table, plan([SweepAxis(key: "rule", values: ["a", "b"])]), metrics: ["loss"])
    #expect(all.count == 1)
    #expect(all[0].value == "b" && all[0].baseline == "a" && all[0].setting == nil)
    #expect(all[0].difference == PairedDifference([1, 2, 4]))
    #expect(all[0].baselineMean == 3)
    #expect(all[0].unpaired == 0)
  }

  @Test("leave out seeds whose run failed, and say how many")
  func unpaired() throws {
    var table = SweepTable(keys: ["rule"])
    table.put(row(0, ["a"], 1, 1))
    table.put(row(1, ["b"], 1, 3))
    table.put(row(2, ["a"], 2, 1))
    table.put(row(3, ["b"], 2, 3, .failed))
    table.put(row(4, ["a"], 3, .nan))
    table.put(row(5, ["b"], 3, 3))
    let one = try #require(
      SweepComparison.all(
        of: table, plan([SweepAxis(key: "rule", values: ["a", "b"])]), metrics: ["loss"]
      ).first)
    #expect(one.difference?.count == 1)
    #expect(one.unpaired == 2)
    let none = try #require(
      SweepComparison.all(
        of: table, plan([SweepAxis(key: "rule", values: ["a", "b"])]), metrics: ["nothing"]
      ).first)
    #expect(none.difference == nil && none.unpaired == 3)
  }

  @Test(
    "where another key varies too, are of each of its values, and once of seeds averaged over them")
  func strata() throws {
    var table = SweepTable(keys: ["rule", "rate"])
    var run = 0
    for seed in 1...3 {
      for (rule, shift) in [("a", 0.0), ("b", 1)] {
        for (rate, scale) in [("1", 1.0), ("2", 10)] {
          table.put(row(run, [rule, rate], UInt64(seed), scale * (Double(seed) * shift)))
          run += 1
        }
      }
    }
    let axes = [
      SweepAxis(key: "rule", values: ["a", "b"]), SweepAxis(key: "rate", values: ["1", "2"]),
    ]
    let rules = SweepComparison.all(of: table, plan(axes), metrics: ["loss"])
      .filter { $0.key == "rule" }
    #expect(rules.map(\.setting) == ["rate=1", "rate=2", nil])
    #expect(rules[0].difference == PairedDifference([1, 2, 3]))
    #expect(rules[1].difference == PairedDifference([10, 20, 30]))
    // Three seeds, not six pairs: those of one seed are not independent.
    #expect(rules[2].difference == PairedDifference([5.5, 11, 16.5]))
  }

  @Test("are with the first value, or of all pairs")
  func baselines() {
    var table = SweepTable(keys: ["k"])
    for (index, value) in ["x", "y", "z"].enumerated() {
      table.put(row(index, [value], 1, Double(index)))
    }
    let axes = [SweepAxis(key: "k", values: ["x", "y", "z"])]
    func names(_ allPairs: Bool) -> [String] {
      SweepComparison.all(of: table, plan(axes), metrics: ["loss"], allPairs: allPairs)
        .map { "\($0.value)-\($0.baseline)" }
    }
    #expect(names(false) == ["y-x", "z-x"])
    #expect(names(true) == ["y-x", "z-x", "z-y"])
  }

  @Test("a table reads back what it wrote, whatever its texts hold")
  func table() throws {
    let scratch = try ScratchFolder()
    var table = SweepTable(keys: ["a, b", "c"])
    table.put(
      SweepRow(
        run: "0002", values: ["[1, 2]", "{kind: \"x\"}"], seed: 3, status: .failed,
        note: "it \"broke\", badly", metrics: [("loss", 0.1), ("step", 7)]))
    table.put(
      SweepRow(
        run: "0001", values: [" x", "y"], seed: .max, status: .done,
        metrics: [("loss", .nan), ("step", 1), ("extra", -.infinity)]))
    let path = try scratch.file("sweep.csv")
    try table.write(to: path)
    let read = try SweepTable(reading: path, keys: ["a, b", "c"])
    #expect(read.rows.map(\.run) == ["0001", "0002"])
    #expect(read.rows[1].values == ["[1, 2]", "{kind: \"x\"}"])
    #expect(read.rows[1].note == "it \"broke\", badly")
    #expect(read.rows[0].seed == .max)
    #expect(read.rows[0]["loss"].isNaN && read.rows[0]["extra"] == -.infinity)
    #expect(read.rows[1]["step"] == 7)
    #expect(throws: InputError.self) { try SweepTable(reading: path, keys: ["other"]) }
  }
}
