import Testing

@Suite("settle diff")
struct DiffTests {
  private func run(_ name: String, _ settings: [String], in scratch: Scratch) throws {
    let result = try settle(
      [
        "train", Repository.oracle("digits"), "--data-dir", Repository.data, "--output", name,
        "--quiet",
      ] + settings.flatMap { ["--set", $0] }, in: scratch)
    try #require(result.status == 0, "\(result.report)")
  }

  @Test("two runs of the same model do not differ, whatever the threads")
  func same() throws {
    let scratch = try Scratch()
    try run("a", [], in: scratch)
    try run("b", [], in: scratch)
    let result = try settle("diff", "a", "b", in: scratch)
    #expect(result.status == 0, "\(result.report)")
    #expect(result.out == "no difference but times and places\n")
    let json = try settle("diff", "a", "b", "--json", in: scratch)
    #expect(try JSON(json.out)["same"].bool == true)
  }

  @Test("keys, outcome, parameters and the first row that differs are named with both values")
  func different() throws {
    let scratch = try Scratch()
    try run("a", [], in: scratch)
    try run(
      "b", ["learning.optimizer.rate=0.5", "network.projections.hidden-hidden.rate=0.25"],
      in: scratch)
    let text = try settle("diff", "a", "b", in: scratch)
    #expect(text.status == 1 && text.err.isEmpty, "\(text.report)")
    #expect(text.out.contains("  network.projections.hidden-hidden.rate: "))
    #expect(text.out.contains(" | 0.25\n"))
    #expect(text.out.contains("metrics.csv, row 2, column "))
    let result = try settle("diff", "a", "b", "--json", in: scratch)
    let json = try JSON(result.out)
    #expect(json["same"].bool == false)
    let keys = json["model"].elements.map { $0["place"].string }
    #expect(keys == ["network.projections.hidden-hidden.rate", "learning.optimizer.rate"])
    let first = try scratch.tensors("a/parameters.safetensors")
    let second = try scratch.tensors("b/parameters.safetensors")
    for tensor in json["parameters"].elements {
      let name = try #require(tensor["name"].string)
      let (a, b) = (
        try #require(first.arrays[name]).values, try #require(second.arrays[name]).values
      )
      let norm = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      #expect(abs(tensor["difference_norm"].number - norm) <= 1e-12 * norm, "\(name)")
      #expect(tensor["differing"].number == Double(zip(a, b).count { $0 != $1 }))
    }
    #expect(
      json["outcome"].elements.contains {
        $0["place"].string == "test_loss" && $0["first"].string != $0["second"].string
      })
  }

  @Test("simulations by their certificates; runs of different kinds by what only one has")
  func simulations() throws {
    let scratch = try Scratch()
    for (name, leak) in [("a", "1"), ("b", "2")] {
      let result = try settle(
        "simulate", Repository.model("linear"), "--set", "controller.output.leak=\(leak)",
        "--output", name, "--quiet", in: scratch)
      #expect(result.status == 0, "\(result.report)")
    }
    let json = try JSON(settle("diff", "a", "b", "--json", in: scratch).out)
    #expect(json["model"][0]["place"].string == "controller.output.leak")
    #expect(
      json["outcome"].elements.contains {
        $0["place"].string?.hasSuffix("certificate.steps") == true
      })
    #expect(json["tables"][0]["file"].string == "trajectory.csv")
    try run("t", ["learning.epochs=1"], in: scratch)
    let kinds = try settle("diff", "a", "t", in: scratch)
    #expect(kinds.status == 1)
    #expect(kinds.out.contains("metrics.csv: not there | there"))
    let none = try settle("diff", "a", ".", in: scratch)
    #expect(none.status == 65 && none.err.contains("is not the folder of a run"))
    #expect(try settle("diff", "a", in: scratch).status == 64)
  }
}
