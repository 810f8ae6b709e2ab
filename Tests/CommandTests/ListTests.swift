import Foundation
import Testing

@Suite("settle list")
struct ListTests {
  @Test("a kind has a line for each thing; unknown kinds are bad usage with a suggestion")
  func kinds() throws {
    let scratch = try Scratch()
    let rules = try settle("list", "rules", in: scratch)
    #expect(rules.status == 0, "\(rules.report)")
    let lines = rules.out.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("least-control ") && $0.contains("gradient") })
    let names = try settle("list", "rules", "--quiet", in: scratch)
    #expect(names.out.split(separator: "\n").contains("least-control"))
    #expect(names.out.split(separator: "\n").count == lines.count)
    let all = try settle("list", in: scratch)
    #expect(all.out.contains("controllers:\n") && all.out.contains("third-factors:\n"))
    let wrong = try settle("list", "rlues", in: scratch)
    #expect(wrong.status == 64)
    #expect(wrong.err.contains("did you mean `rules`?"))
  }

  @Test("as JSON, by the kind's name")
  func json() throws {
    let result = try settle("list", "third-factors", "--json", in: Scratch())
    let object = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
    let entries = try #require(object?["third_factors"] as? [[String: String]])
    #expect(entries.contains { $0["name"] == "loss" && $0["summary"]?.isEmpty == false })
  }

  @Test(
    "a rule in the model file trains, goes on to the same bits, and is refused by line and column")
  func ownRule() throws {
    let scratch = try Scratch()
    let model = Repository.model("digits-own-rule")
    let whole = try settle(
      "train", model, "--set", "learning.epochs=2", "--output", "whole", "--quiet", in: scratch)
    #expect(whole.status == 0, "\(whole.report)")
    let part = try settle(
      "train", model, "--set", "learning.epochs=2", "--max-updates", "30", "--output", "part",
      "--quiet", in: scratch)
    #expect(part.status == 0, "\(part.report)")
    let rest = try settle("train", "--resume", "part", "--quiet", in: scratch)
    #expect(rest.status == 0, "\(rest.report)")
    let name = "parameters.safetensors"
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: scratch.file("whole/\(name)")))
        == Data(contentsOf: URL(fileURLWithPath: scratch.file("part/\(name)"))))
    try scratch.write(
      String(contentsOfFile: model, encoding: .utf8).replacingOccurrences(
        of: "local: control_post", with: "local: control_pots"), to: "wrong.yaml")
    let wrong = try settle("check", "wrong.yaml", in: scratch)
    #expect(wrong.status == 65)
    #expect(wrong.err.contains("wrong.yaml:40:12: unknown name `control_pots`"), "\(wrong.report)")
  }
}
