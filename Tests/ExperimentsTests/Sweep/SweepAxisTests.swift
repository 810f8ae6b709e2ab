import Experiments
import Testing

@Suite("The values of a sweep")
struct SweepAxisTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var argument: String
    var key: String
    var values: [String]
    var testDescription: String { argument }
    init(_ argument: String, _ key: String, _ values: [String]) {
      self.argument = argument
      self.key = key
      self.values = values
    }
  }

  @Test(
    "are lists, ranges, and YAML values that may be lists and mappings",
    arguments: [
      Case("learning.batch=16,32, 64", "learning.batch", ["16", "32", "64"]),
      Case("a=1e-3,3e-4", "a", ["1e-3", "3e-4"]),
      Case("a=1..5", "a", ["1", "2", "3", "4", "5"]),
      Case("a=0,2..4,8", "a", ["0", "2", "3", "4", "8"]),
      // Three steps of 0.1 are 0.3, not 0.30000000000000004.
      Case("a=0..0.5..0.1", "a", ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
      Case("a=-1..1..0.75", "a", ["-1", "-0.25", "0.5"]),
      Case("a=-0.05..0.05..0.05", "a", ["-0.05", "0", "0.05"]),
      Case("stimulus.target=[1, 0],[0,1]", "stimulus.target", ["[1, 0]", "[0, 1]"]),
      Case("stimulus.target=[1]", "stimulus.target", ["[1]"]),
      Case(
        "learning.optimizer={kind: adam, rate: 0.01},{kind: sgd, rate: 0.1}", "learning.optimizer",
        ["{kind: adam, rate: 0.01}", "{kind: sgd, rate: 0.1}"]),
      Case("description=\"a, b\",c", "description", ["\"a, b\"", "c"]),
      Case("data.path=../a.csv,../b.csv", "data.path", ["../a.csv", "../b.csv"]),
      Case("a=\"1..5\"", "a", ["\"1..5\""]),
    ])
  func values(_ example: Case) throws {
    let axis = try SweepAxis(parsing: example.argument)
    #expect(axis == SweepAxis(key: example.key, values: example.values))
  }

  @Test(
    "that make no sense are refused, with what to write",
    arguments: [
      ("a", "is not of the form key=a,b,c"), ("=1", "is not of the form key=a,b,c"),
      ("a=", "gives no value"), ("a=[1", "the values are"), ("a={b: 1", "the values are"),
      ("a=1,2,1", "gives 1 twice"), ("a=5..1", "does not go up"), ("a=1..5..0", "does not go up"),
      ("a=1..5..-1", "does not go up"), ("a=1..2..3..4", "is not a range"),
      ("a=1...5", "does not go up"), ("a=0..1..0.000001", "in at most 10000 steps"),
      ("a=0..99999999999999999999", "is not a range"), ("a=1,2..3,3", "gives 3 twice"),
    ])
  func refusals(_ argument: String, _ message: String) throws {
    let error = try #require(throws: InputError.self) { try SweepAxis(parsing: argument) }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test("seeds are a list of integers and ranges")
  func seeds() throws {
    #expect(try SweepAxis.seeds(parsing: "1..3,9") == [1, 2, 3, 9])
    #expect(try SweepAxis.seeds(parsing: "18446744073709551615") == [.max])
    for wrong in ["", "1,", "a", "-1", "1.5", "1,1", "1..2..0.5"] {
      #expect(throws: InputError.self, "\(wrong)") { try SweepAxis.seeds(parsing: wrong) }
    }
  }

  @Test("all combinations come for the first seed, then for the second")
  func runs() {
    let plan = SweepPlan(
      model: "m.yaml", modelHash: "",
      axes: [
        SweepAxis(key: "a", values: ["1", "2"]), SweepAxis(key: "b", values: ["x"]),
        SweepAxis(key: "c", values: ["5", "6"]),
      ], seeds: [3, 4])
    #expect(plan.count == 8)
    #expect(plan.variedKeys == ["a", "c"])
    let runs = plan.runs
    #expect(runs.map(\.name) == (1...8).map { "000\($0)" })
    #expect(runs.map(\.seed) == [3, 3, 3, 3, 4, 4, 4, 4])
    #expect(runs[1].settings.map(\.value) == ["1", "x", "6"])
    #expect(runs[6].settings.map(\.value) == ["2", "x", "5"])
  }
}
