import Testing

@Suite("Evaluation and checks")
struct EvaluationTests {
  @Test("the final parameters give the last row of the metrics again, to the bit")
  func lastRow() throws {
    for precision in ["double", "single"] {
      let run = try Trained(["precision=\(precision)"])
      let table = try run.scratch.table("run/metrics.csv")
      for split in ["test", "validation"] {
        let result = try settle(
          "evaluate", "run/model.yaml", "--data-dir", Repository.data, "--parameters",
          "run/parameters.safetensors", "--split", split, "--json", "--quiet", in: run.scratch)
        try #require(result.status == 0, "\(result.report)")
        let summary = try JSON(result.out)
        #expect(summary["accuracy"].number == table.number(3, "\(split)_accuracy"))
        #expect(summary["loss"].number == table.number(3, "\(split)_loss"))
      }
    }
  }

  @Test("predictions.csv agrees with the summary, and --equilibria with both")
  func predictions() throws {
    let run = try Trained()
    let result = try settle(
      "evaluate", Repository.oracle("digits"), "--data-dir", Repository.data, "--parameters",
      "run/parameters.safetensors", "--output", "e", "--equilibria", "--set",
      "learning.evaluate.confusion=true", in: run.scratch)
    try #require(result.status == 0, "\(result.report)")
    let summary = try run.scratch.json("e/summary.json")
    let table = try run.scratch.table("e/predictions.csv")
    #expect(
      table.header == [
        "sample", "label", "predicted", "correct", "loss", "outcome", "residual", "evaluations",
      ])
    #expect(table.rows.count == 50 && summary["samples"].number == 50)
    let right = table.rows.indices.filter { table[$0, "label"] == table[$0, "predicted"] }
    #expect(right == table.rows.indices.filter { table[$0, "correct"] == "1" })
    #expect(summary["accuracy"].number == Double(right.count) / 50)
    let mean = table.rows.indices.reduce(0) { $0 + table.number($1, "loss") } / 50
    expectEqual([summary["loss"].number], [mean], within: 1e-14)
    let confusion = summary["confusion"].elements.map(\.numbers)
    #expect(confusion.flatMap { $0 }.reduce(0, +) == 50)
    #expect((0..<10).reduce(0) { $0 + confusion[$1][$1] } == Double(right.count))

    let arrays = try run.scratch.tensors("e/equilibria.safetensors").arrays
    #expect(
      arrays.mapValues(\.shape) == [
        "phi": [50, 22], "psi": [50, 22], "rate": [50, 22], "u": [50, 10], "output": [50, 10],
        "loss": [50], "residual": [50], "evaluations": [50], "settled": [50], "sample": [50],
      ])
    let outputs = try #require(arrays["output"]).values
    for row in 0..<50 {
      let logits = outputs[row * 10..<row * 10 + 10]
      let largest = logits.indices.max { logits[$0] < logits[$1] }.map { $0 - row * 10 }
      #expect(largest.map(String.init) == table[row, "predicted"])
      #expect(arrays["sample"]?.values[row] == table.number(row, "sample"))
      expectEqual([arrays["loss"]?.values[row] ?? 0], [table.number(row, "loss")], within: 1e-14)
    }
    #expect(arrays["psi"]?.values.allSatisfy { $0 == 0 } == true, "free equilibria")
    #expect(arrays["settled"]?.values.allSatisfy { $0 == 1 } == true)
  }

  @Test("--controlled writes the equilibria that learning reads")
  func controlled() throws {
    let scratch = try Scratch()
    let result = try settle(
      "evaluate", Repository.oracle("digits"), "--data-dir", Repository.data, "--output", "e",
      "--equilibria", "--controlled", "--split", "train", in: scratch)
    try #require(result.status == 0, "\(result.report)")
    let arrays = try scratch.tensors("e/equilibria.safetensors").arrays
    let psi = try #require(arrays["psi"])
    let u = try #require(arrays["u"])
    #expect(psi.shape == [120, 22])
    for row in 0..<120 {
      // The output projects nowhere, so its psi is u, to the residual.
      let outputs = Array(psi.values[row * 22 + 12..<row * 22 + 22])
      expectEqual(outputs, Array(u.values[row * 10..<row * 10 + 10]), within: 1e-6)
    }
    let energies = (0..<120).map { row in
      psi.values[row * 22..<row * 22 + 22].reduce(0) { $0 + $1 * $1 / 2 }
    }
    #expect(energies.allSatisfy { $0 > 0 })
  }

  @Test(
    "samples that do not settle are wrong, without a loss, and a failure where they must not be")
  func unsettled() throws {
    let scratch = try Scratch()
    let arguments = [
      "evaluate", Repository.oracle("digits"), "--data-dir", Repository.data, "--output", "e",
      "--force", "--json", "--set", "settling.limits.evaluations=3", "--set",
      "settling.limits.straggler=1", "--set", "settling.descent=false",
    ]
    let result = try settle(arguments, in: scratch)
    #expect(result.status == 0, "\(result.report)")
    let summary = try JSON(result.out)
    #expect(summary["unsettled"].number == 50)
    #expect(summary["accuracy"].number == 0)
    #expect(summary["loss"].isNull)
    let table = try scratch.table("e/predictions.csv")
    #expect(table.column("loss").allSatisfy { $0 == "NaN" })
    #expect(table.column("correct").allSatisfy { $0 == "0" })
    let failed = try settle(arguments + ["--set", "settling.unsettled=fail"], in: scratch)
    #expect(failed.status == 1)
  }

  @Test(
    "check finds the rule to be the gradient of F",
    arguments: [
      "linear", "tanh", "energy", "readout", "one-neuron", "digits",
    ])
  func check(model: String) throws {
    let path = model == "digits" ? Repository.oracle(model) : Repository.model(model)
    let result = try settle(
      "check", path, "--data-dir", Repository.data, "--samples", "2", "--directions", "2", "--json",
      in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let document = try JSON(result.out)
    #expect(document["valid"].bool == true)
    #expect(document["rule"]["passed"].bool == true && document["rule"]["exact"].bool == true)
    let promised = document["rule"]["parameters"].elements.filter { $0["promised"].bool == true }
    #expect(promised.count > 1)
    for row in promised {
      #expect(row["reference"].string == "augmented-energy")
      #expect(row["relative_error"].number < 1e-6, "\(row["parameter"].string ?? "")")
      #expect(row["cosine"].number > 0.999999999)
    }
    let differences = document["rule"]["differences"].elements
    #expect(differences.count == 2)
    for row in differences {
      #expect(row["confirmed"].bool == true && row["directions"].number == 2)
      #expect(row["relative_error"].number < 1e-4)
    }
  }

  @Test("check says so where a rule is the gradient only roughly, and that is no failure")
  func approximateRule() throws {
    let result = try settle(
      "check", Repository.model("linear-feedback"), "--json", in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    let document = try JSON(result.out)
    #expect(document["rule"]["exact"].bool == false)
    #expect(
      document["rule"]["parameters"].elements.contains { $0["relative_error"].number > 1e-3 })
  }

  @Test("check does not pass what does not settle")
  func checkOfOscillator() throws {
    let result = try settle("check", Repository.model("oscillator"), in: Scratch())
    #expect(result.status == 1, "\(result.report)")
    #expect(result.out.contains("did not settle"))
  }
}
