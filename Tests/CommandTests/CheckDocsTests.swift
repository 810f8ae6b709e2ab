import Testing

/// The script that holds pages to what they say, held to what it says.
@Suite("scripts/check-docs")
struct CheckDocsTests {
  static let canRun: Bool = {
    guard let scratch = try? Scratch(),
      let result = try? shell("python3 --version && gnuplot --version", in: scratch)
    else { return false }
    return result.status == 0
  }()

  struct Page: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    /// What the report says of it; nil where nothing is wrong.
    var complaint: String?
  }

  private static func block(_ command: String, _ printed: String, _ comment: String = "") -> String
  {
    (comment.isEmpty ? "" : "<!-- check: \(comment) -->\n")
      + "```sh\n\(command)\n```\n\n```text\n\(printed)\n```\n"
  }

  static let pages: [Page] = [
    .init(testDescription: "what is printed", text: block("echo a; echo b", "a\nb")),
    .init(
      testDescription: "another word", text: block("echo a", "b"), complaint: "the page has: b"),
    .init(
      testDescription: "a line too many", text: block("echo a; echo b", "a"),
      complaint: "(the end)"),
    .init(testDescription: "lines left out", text: block("seq 9", "1\n...\n8\n...")),
    .init(
      testDescription: "a line that is not there", text: block("seq 9", "1\n...\n11"),
      complaint: "the page has: 11"),
    .init(
      testDescription: "clocks, and numbers that round otherwise",
      text: block("echo 'loss 0.1001, 3e-9, 110 steps, 4.2 s'", "loss 0.1, 2e-8, 100 steps, 77 s")),
    .init(
      testDescription: "another number", text: block("echo loss 0.2", "loss 0.1"),
      complaint: "loss 0.1"),
    .init(testDescription: "a failure", text: block("false", ""), complaint: "exit codes [1]"),
    .init(testDescription: "a failure that was to be", text: block("false; true", "", "fails 1")),
    .init(
      testDescription: "no failure where one was to be", text: block("true", "", "fails 1"),
      complaint: "exit codes 0"),
    .init(
      testDescription: "folders and variables stay",
      text: block("mkdir x; cd x; y=2", "") + block("basename $PWD; echo $y", "x\n2")),
    .init(
      testDescription: "files that a page shows",
      text: "<!-- check: file a.yaml -->\n```yaml\na: 1\n```\n" + block("cat a.yaml", "a: 1")),
    .init(
      testDescription: "settings of small runs",
      text: block(
        "settle simulate models/one-neuron.yaml --output r", "what is not compared",
        "with name=small")
        + block("grep '^name:' r/model.yaml", "name: small")),
    .init(testDescription: "what is skipped", text: block("false", "", "skip, because it fails")),
    .init(
      testDescription: "a comment that says nothing", text: block("true", "", "skip"),
      complaint: "because REASON"),
    .init(
      testDescription: "a comment that is misspelt", text: block("true", "", "skipp, because"),
      complaint: "`skipp` is none of"),
  ]

  @Test("a page passes, or is told what is wrong with it", .enabled(if: canRun), arguments: pages)
  func page(_ page: Page) throws {
    let scratch = try Scratch()
    try scratch.write(page.text, to: "page.md")
    let result = try shell(
      "'\(Repository.script("check-docs"))' --settle \"$SETTLE\" page.md", in: scratch)
    #expect(result.status == (page.complaint == nil ? 0 : 1), "\(result.report)")
    if let complaint = page.complaint {
      #expect(result.out.contains(complaint), "\(result.report)")
    }
  }
}
