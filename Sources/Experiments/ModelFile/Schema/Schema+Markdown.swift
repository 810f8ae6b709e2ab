extension Schema {
  /// The documentation page of model files: every key with its type, its default and its meaning.
  public static func markdown() -> String {
    var page = """
      # Model files, schema version \(version)

      A model file is YAML. The keys `settle` and `network` are required; unknown keys are errors.
      Paths are relative to the model file. Any key can be set from the command line with
      `--set path.to.key=value`; projections and phases are named in the path by their names
      (`network.projections.hidden-hidden.rate`) or by their position from 0.

      This page is generated from the table of keys that the program reads model files with.

      ## Top level


      """
    var rest: [(path: String, keys: [KeyShape], note: String)] = []
    page += table(keys, under: "", &rest)
    var seen: Set<String> = []
    while !rest.isEmpty {
      let next = rest.removeFirst()
      // The kinds of data share sections.
      guard seen.insert(next.path + next.note).inserted else { continue }
      var below: [(path: String, keys: [KeyShape], note: String)] = []
      page += "\n## `\(next.path)`\(next.note)\n\n"
      page += table(next.keys, under: next.path, &below)
      rest.insert(contentsOf: below, at: 0)
    }
    return page
  }

  private static func table(
    _ keys: [KeyShape], under path: String,
    _ sections: inout [(path: String, keys: [KeyShape], note: String)]
  ) -> String {
    var text = "| key | type | default | meaning |\n|---|---|---|---|\n"
    for key in keys {
      let value = key.defaultText.map(shown) ?? "required"
      text += "| `\(key.name)` | \(cell(key.shape.summary)) | \(value) | \(cell(key.doc)) |\n"
      let full = path.isEmpty ? key.name : "\(path).\(key.name)"
      sections += subsections(of: key.shape, at: full)
    }
    return text
  }

  private static func subsections(
    of shape: Shape, at path: String
  ) -> [(path: String, keys: [KeyShape], note: String)] {
    switch shape {
    case .scalar, .choice, .registered: []
    case .list(let item): subsections(of: item, at: path + ".<n>")
    case .named(_, _, let item): subsections(of: item, at: path + ".<name>")
    case .section(let keys, let shorthand, _):
      [(path, keys, shorthand.map { ", in short its `\($0)`" } ?? "")]
    case .variants(let variants):
      variants.map { (path, $0.keys, " of kind `\($0.name)`") }
    case .also(let shown, _): subsections(of: shown, at: path)
    case .either(let first, let second):
      subsections(of: first, at: path) + subsections(of: second, at: path)
    }
  }

  /// A default in a cell; a whole mapping is shown by its own table.
  private static func shown(_ text: String) -> String {
    if text.contains("`") || text.contains(" ") && !text.hasPrefix("{") && !text.hasPrefix("[") {
      return cell(text)
    }
    return text.count > 60 ? "see below" : "`\(cell(text))`"
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
