import Experiments
import Testing

@Suite("--set changes any key, and says which argument is wrong")
struct OverrideTests {
  private func message(_ overrides: [String], _ appended: String = "") -> String {
    do {
      _ = try ModelTexts.parse([:], appended, set: overrides)
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test("Keys at every depth, list items by name or position, later arguments win")
  func set() throws {
    let model = try ModelTexts.parse(
      [:], "learning: {rule: least-control}\nprotocol: [{phase: free, duration: 1}]",
      set: [
        "seed=7", "settling.residual=1e-4", "settling.residual=1e-5",
        "network.populations.hidden.size=5",
        "network.projections.hidden-hidden.rate=0.1", "network.projections.0.decay=0.5",
        "network.projections.hidden-output.init={kind: he, gain: 2}",
        "learning.rule.modulation=slope", "learning.optimizer.rate=3e-4",
        "controller.output.leak=0.5", "protocol.free.duration=3", "description=a=b",
      ])
    #expect(model.seed == 7)
    #expect(model.settling.residual == 1e-5)
    #expect(model.network.populations[1].size == 5)
    #expect(model.network.projections[1].rate == 0.1)
    #expect(model.network.projections[0].decay == 0.5)
    #expect(model.network.projections[2].weight == .initialization(.init(kind: "he", gain: 2)))
    #expect(model.learning?.rule.modulation == .slope)
    #expect(model.learning?.optimizer.rate == 3e-4)
    #expect(model.controller.output.leak == 0.5)
    #expect(model.protocol[0].end == .duration(3))
    #expect(model.description == "a=b")
  }

  @Test("A bare kind keeps its kind when another of its keys is set")
  func shorthand() throws {
    let model = try ModelTexts.parse(
      [:], "controller: energy", set: ["controller.output.tau=2", "settling.polish.depth=3"])
    #expect(model.controller.kind == "energy" && model.controller.output.tau == 2)
    #expect(model.settling.polish.kind == .anderson && model.settling.polish.depth == 3)
  }

  @Test(
    "Errors name the argument, not a position",
    arguments: [
      ("seed=x", "`seed` should be an integer"),
      ("sede=1", "did you mean `seed`?"),
      ("settling.resdual=1", "did you mean `residual`?"),
      ("seed", "not of the form key=value"),
      ("=1", "not of the form key=value"),
      ("a..b=1", "empty part"),
      ("network.populations.hiden.size=3", "did you mean `hidden`?"),
      ("network.projections.hidden-hiden.rate=1", "did you mean `hidden-hidden`?"),
      ("network.projections.9.rate=1", "a position from 0 to 2"),
      ("network.projections.hidden-hidden.rate=-1", "a number >= 0"),
      ("network.populations.hidden.size=[1", "not valid YAML"),
      ("seed.x=1", "has no keys below it"),
      ("protocol.0.duration=2", "unknown key `0`"),
      ("settling=&a 3", "anchors"),
      ("network.projections.0.to=hiden", "did you mean `hidden`?"),
      ("network.populations.hidden.size=", "an integer from 1"),
    ])
  func refused(_ argument: String, _ says: String) {
    let said = message(["seed=2", argument])
    #expect(said.hasPrefix("--set argument 2: "), "\(said)")
    #expect(said.contains(says), "\(said)")
    #expect(!said.contains("\n"), "\(said)")
  }

  @Test("A phase name that is not unique asks for a position")
  func ambiguous() {
    let phases = "protocol: [{phase: free, duration: 1}, {phase: free, duration: 2}]"
    #expect(message(["protocol.free.duration=3"], phases).contains("names 2 items"))
    #expect(message(["protocol.1.duration=3"], phases) == "accepted")
  }
}
