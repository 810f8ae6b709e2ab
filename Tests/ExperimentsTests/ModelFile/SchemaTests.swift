import Experiments
import Testing

@Suite("The table of keys is the documentation")
struct SchemaTests {
  @Test("The page has every key with its default")
  func markdown() {
    let page = Schema.markdown()
    for line in [
      "| `settle` | `1` | required |", "| `precision` | `single`, `double` | `double` |",
      "| `residual` | a number > 0 | `0.000001` |", "## `controller.output`, in short its `kind`",
      "## `network.populations.<name>`", "## `network.projections.<n>.feedback`",
      "## `data` of kind `idx`", "| `leak` | a number >= 0 | `1` |",
    ] {
      #expect(page.contains(line), "\(line)")
    }
    // Every row of a table has its four cells.
    for row in page.split(separator: "\n") where row.hasPrefix("| `") {
      #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 5, "\(row)")
    }
  }

  @Test("No mapping has a key twice, and every key says what it means")
  func keys() {
    func visit(_ keys: [KeyShape], _ path: String) {
      for key in keys {
        #expect(key.doc.hasSuffix(".") || key.doc.hasSuffix(". "), "\(path).\(key.name)")
        // YAML 1.1 takes these for booleans.
        #expect(!["on", "off", "y", "n", "yes", "no"].contains(key.name))
        visit(key.shape.keys, path + "." + key.name)
      }
    }
    visit(Schema.keys, "")
  }

  @Test(
    "Suggestions are near, or none",
    arguments: [
      ("lerning", "learning"), ("max_unsettled", "max-unsettled"), ("Seed", "seed"),
      ("sede", "seed"), ("temp", nil), ("x", nil), ("", nil), ("netwrok", "network"),
    ])
  func suggestions(_ name: String, _ nearest: String?) {
    let known = ["learning", "seed", "network", "max-unsettled", "data"]
    #expect(Suggestion.nearest(to: name, in: known) == nearest)
  }
}
