import Testing

@Suite("settle new")
struct NewTests {
  static let templates = ["recurrent", "feedforward", "one-neuron", "driven", "own-rule"]

  @Test("a template settles, learns what it is given, and passes its check", arguments: templates)
  func runs(_ template: String) throws {
    let scratch = try Scratch()
    let made = try settle("new", "mine", "--template", template, in: scratch)
    #expect(made.status == 0, "\(made.report)")
    #expect(scratch.tree == ["mine.yaml"])
    let simulated = try settle("simulate", "mine.yaml", "--output", "s", in: scratch)
    #expect(simulated.status == 0, "\(simulated.report)")
    let trained = try settle("train", "mine.yaml", "--output", "t", "--quiet", in: scratch)
    #expect(trained.status == 0, "\(trained.report)")
    let metrics = try scratch.table("t/metrics.csv")
    let (first, last) = (
      metrics.number(0, "train_loss"), metrics.number(metrics.rows.count - 1, "train_loss")
    )
    #expect(last < 0.1 * first, "from \(first) to \(last)")
    #expect(try scratch.json("t/summary.json")["model"].string == "mine")
    let checked = try settle("check", "mine.yaml", in: scratch)
    #expect(checked.status == 0, "\(checked.report)")
    #expect(try !scratch.text("mine.yaml").contains("{{"))
  }

  @Test("nothing is overwritten without --force, and what makes no sense is refused")
  func refusals() throws {
    let scratch = try Scratch()
    #expect(try settle("new", in: scratch).status == 0)
    #expect(scratch.exists("recurrent.yaml"))
    try scratch.write("mine", to: "recurrent.yaml")
    let again = try settle("new", in: scratch)
    #expect(again.status == 74 && again.err.contains("--force"), "\(again.report)")
    #expect(try scratch.text("recurrent.yaml") == "mine")
    #expect(try settle("new", "--force", "--quiet", in: scratch).status == 0)
    #expect(try scratch.text("recurrent.yaml").contains("name: recurrent"))
    for (arguments, message) in [
      (["--template", "recurent"], "did you mean `recurrent`?"), (["a/b"], "is no name of a model"),
      (["-", "--template", "driven"], "is no name"),
    ] {
      let result = try settle(["new"] + arguments, in: scratch)
      #expect(result.status == 64, "\(result.report)")
      if message != "is no name" { #expect(result.err.contains(message), "\(result.report)") }
    }
    let out = try settle("new", "x", "--output", "-", in: scratch)
    #expect(out.out.contains("name: x\n") && !scratch.exists("x.yaml"))
  }
}
