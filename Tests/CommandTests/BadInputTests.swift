import Testing

@Suite("Bad input ends with 65, one message that names the file, and nothing written")
struct BadInputTests {
  /// Files, a command, and what its message must contain.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var files: [String: [UInt8]]
    var arguments: [String]
    var says: [String]

    init(
      _ name: String, _ files: [String: [UInt8]], _ arguments: [String], says: [String]
    ) {
      (testDescription, self.files, self.arguments, self.says) = (name, files, arguments, says)
    }

    /// A model text; the mark « stands where the error must point.
    init(_ name: String, model: String, command: String = "simulate", says: String) {
      var text = model
      var place = ""
      if let mark = model.firstIndex(of: "«") {
        text.remove(at: mark)
        let before = model[..<mark]
        let line = before.split(separator: "\n", omittingEmptySubsequences: false).count
        let column = before.distance(
          from: before.lastIndex(of: "\n").map(before.index(after:)) ?? before.startIndex,
          to: before.endIndex)
        place = ":\(line):\(column + 1): "
      }
      self.init(
        name, ["m.yaml": Array(text.utf8)], [command, "m.yaml"], says: ["m.yaml" + place, says])
    }
  }

  // MARK: Model files

  private static let head = """
    settle: 1
    network:
      populations:
        input: {size: 2, role: input}
        hidden: {size: 3, activation: tanh}
        output: {size: 2}
      projections:
        - {from: input, to: hidden}
        - {from: hidden, to: output}
      loss: {kind: squared-error, population: output}
    stimulus: {inputs: {input: [1, 2]}, target: [0, 1]}

    """

  /// The model with lines added, or with one part replaced by another.
  private static func model(_ added: String) -> String { head + added + "\n" }
  private static func model(_ part: String, _ other: String) -> String {
    var text = head
    if let range = text.firstRange(of: part) { text.replaceSubrange(range, with: other) }
    return text
  }

  static let modelCases: [Case] = [
    Case("an empty file", model: "", says: "is empty"),
    Case("not a mapping", model: "«[1, 2]\n", says: "mapping"),
    Case("a tab", model: "settle: 1\n«\tname: x\n", says: "tab"),
    Case("brackets left open", model: model("protocol: [{phase: free\n"), says: "not valid YAML"),
    Case("two documents", model: "settle: 1\n---\nsettle: 1\n", says: "m.yaml"),
    Case("no version", model: model("settle: 1\n", ""), says: "`settle`"),
    Case("another version", model: model("settle: 1", "settle: «2"), says: "version 1"),
    Case("no network", model: "«settle: 1\n", says: "`network`"),
    Case("an unknown key", model: model("«controler: none"), says: "did you mean `controller`?"),
    Case("a key twice", model: model("«seed: 1\nseed: 2"), says: "more than once"),
    Case("a misplaced key", model: model("«epochs: 3"), says: "learning"),
    Case("a wrong type", model: model("settling: {residual: «tiny}"), says: "a number > 0"),
    Case("out of range", model: model("settling: {residual: «-1}"), says: "a number > 0"),
    Case("not finite", model: model("settling: {floor: «.nan}"), says: "finite"),
    Case("an anchor", model: model("seeds: «&a {init: 1}"), says: "anchors"),
    Case("an unknown method", model: model("settling: {method: «bfd}"), says: "`bdf`"),
    Case("no size", model: model("{size: 2}", "«{}"), says: "`size`"),
    Case("size 0", model: model("{size: 2}", "{size: «0}"), says: "from 1"),
    Case("too many units", model: model("{size: 2}", "{size: «9999999999}"), says: "from 1"),
    Case(
      "an unknown activation", model: model("activation: tanh", "activation: «tahn"),
      says: "did you mean `tanh`?"),
    Case("to nowhere", model: model("to: output", "to: «outptu"), says: "`output`?"),
    Case("into the input", model: model("to: hidden", "to: «input"), says: "input"),
    Case(
      "weights of another shape",
      model: model("to: output}", "to: output, weight: «[[1, 2], [3, 4]]}"), says: "2 x 3"),
    Case(
      "ragged weights", model: model("to: output}", "to: output, weight: [[1, 2, 3], «[4]]}"),
      says: "regular"),
    Case(
      "weights that are no numbers",
      model: model("to: output}", "to: output, weight: [[1, 2, 3], [4, 5, «six]]}"),
      says: "a number"),
    Case(
      "a loss of nothing", model: model("population: output", "population: «hiden"),
      says: "hidden"),
    Case(
      "an unknown loss", model: model("kind: squared-error", "kind: «mse"), says: "squared-error"),
    Case("an unknown controller", model: model("controller: «pid"), says: "dynamic-inversion"),
    Case(
      "no leak and a hard target",
      model: model("squared-error", "cross-entropy").replacing("[0, 1]}", with: "0}")
        + "controller: {output: {leak: «0}}\n", says: "`network.loss.soft`"),
    Case("an input too many", model: model("[1, 2]", "«[1, 2, 3]"), says: "[2]"),
    Case("a target too few", model: model("[0, 1]", "«[0]"), says: "1 numbers"),
    Case("no target to control to", model: model(", target: [0, 1]", ""), says: "target"),
    Case("a phase without end", model: model("protocol: [«{phase: free}]"), says: "needs an end"),
    Case("no phase", model: model("protocol: «[]"), says: "at least one"),
    Case(
      "an unknown variable", model: model("record: {variables: [phi, «phy]}"), says: "`phi`?"),
    Case("a grid of 0", model: model("record: {every: «0}"), says: "a number > 0"),
    Case("initial values", model: model("initial: {phi: {hidden: «[1]}}"), says: "[3]"),
    Case(
      "what this version has not",
      model: model("settling: {linear-solver: {preconditioner: «mean-jacobian}}"),
      says: "not available"),
    Case("training without data", model: model("learning: {}"), command: "train", says: "`data`"),
    Case("evaluation without data", model: model(""), command: "evaluate", says: "`data`"),
    Case(
      "an unknown rule", model: model("learning: {rule: «hebb}"), command: "check", says: "hebb"),
    Case("a missing file", [:], ["simulate", "m.yaml"], says: ["m.yaml: no such file"]),
    Case("a folder", ["d/x": []], ["simulate", "d"], says: ["error: d: "]),
    Case(
      "bytes that are no text", ["m.yaml": [0xFF, 0xFE, 0, 1]], ["simulate", "m.yaml"],
      says: ["m.yaml:1:1: not UTF-8"]),
    Case(
      "lists within lists", ["m.yaml": Array(String(repeating: "[", count: 100_000).utf8)],
      ["simulate", "m.yaml"], says: ["m.yaml"]),
  ]

  // MARK: Arrays of a model

  private static func simulation(_ part: String, _ other: String, _ file: [UInt8]?) -> Case {
    Case(
      "\(other.prefix(60))",
      ["m.yaml": Array(model(part, other).utf8)].merging(file.map { ["a.npy": $0] } ?? [:]) { $1 },
      ["simulate", "m.yaml"], says: ["a.npy"])
  }

  static let arrayCases: [Case] = [
    simulation("to: output}", "to: output, weight: a.npy}", nil),
    simulation("to: output}", "to: output, weight: a.npy}", BinaryFixtures.npy([3, 2], .zeros(6))),
    simulation(
      "to: output}", "to: output, weight: a.npy}",
      BinaryFixtures.npy([2, 3], [0, 0, 0, 0, 0, .infinity])),
    simulation(
      "to: output}", "to: output, mask: a.npy}",
      Array(BinaryFixtures.npy([2, 3], .zeros(6)).dropLast())),
    simulation("[1, 2]", "a.npy", BinaryFixtures.npy([3], .zeros(3))),
    simulation("[1, 2]", "a.npy", BinaryFixtures.npy([2], .zeros(2), type: "<c16")),
    simulation("stimulus", "initial: {phi: {hidden: a.npy}}\nstimulus", nil),
    simulation(
      "stimulus", "protocol: [{phase: free, duration: 1, inputs: {input: a.npy}}]\nstimulus",
      BinaryFixtures.npy([2], [0, .nan])),
    simulation(
      "stimulus",
      "protocol: [{phase: free, duration: 1}, {phase: free, duration: 1, "
        + "perturb: {phi.hidden: {add: a.npy}}}]\nstimulus", nil),
  ]

  // MARK: Parameters

  private static let good: [(name: String, shape: [Int], values: [Double])] = [
    ("input-hidden.weight", [3, 2], .zeros(6)), ("hidden-output.weight", [2, 3], .zeros(6)),
    ("hidden.bias", [3], .zeros(3)), ("output.bias", [2], .zeros(2)),
  ]

  private static func parameters(_ name: String, _ bytes: [UInt8]?, _ says: String) -> Case {
    Case(
      name,
      ["m.yaml": Array(head.utf8)].merging(bytes.map { ["p.safetensors": $0] } ?? [:]) { $1 },
      ["simulate", "m.yaml", "--parameters", "p.safetensors"], says: ["p.safetensors: ", says])
  }

  private static func changed(
    _ index: Int, _ array: (name: String, shape: [Int], values: [Double])
  ) -> [UInt8] {
    var arrays = good
    arrays[index] = array
    return Tensors.encoded(arrays)
  }

  private static func header(_ text: String, data: Int = 0) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) } + Array(text.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  static let parameterFiles: [Case] = [
    parameters("missing", nil, "No such file"),
    parameters("empty", [], "p.safetensors"),
    parameters("a text", Array("weights\n".utf8), "p.safetensors"),
    parameters("cut in the header", Array(Tensors.encoded(good).prefix(60)), "cut short"),
    parameters("cut in the data", Array(Tensors.encoded(good).dropLast(3)), "p.safetensors"),
    parameters("with more behind it", Tensors.encoded(good) + [0], "p.safetensors"),
    parameters("of a huge header", [255, 255, 255, 255, 255, 255, 255, 127], "p.safetensors"),
    parameters("of a bad header", header("{\"a\":"), "p.safetensors"),
    parameters(
      "of an unknown type",
      header("{\"hidden.bias\":{\"dtype\":\"F12\",\"shape\":[1],\"data_offsets\":[0,2]}}", data: 2),
      "F12"),
    parameters(
      "beyond its end",
      header(
        "{\"hidden.bias\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}}", data: 8),
      "p.safetensors"),
    parameters("without an array", Tensors.encoded(Array(good.dropLast())), "output.bias"),
    parameters(
      "with an array too many", Tensors.encoded(good + [("extra.weight", [1], [0])]),
      "extra.weight"),
    parameters(
      "of another shape", changed(0, ("input-hidden.weight", [2, 3], .zeros(6))),
      "input-hidden.weight has the shape [2, 3]"),
    parameters(
      "with a NaN", changed(1, ("hidden-output.weight", [2, 3], [0, 0, 0, 0, .nan, 0])),
      "hidden-output.weight is nan at [1, 1]"),
    Case(
      "named by the model", ["m.yaml": Array(model("parameters: p.safetensors").utf8)],
      ["simulate", "m.yaml"], says: ["p.safetensors"]),
  ]

  // MARK: Data

  /// A model of one input and two classes that learns from a table.
  static func table(_ path: String, _ more: String = "") -> String {
    """
    settle: 1
    network:
      populations: {input: {size: 1, role: input}, output: {size: 2}}
      projections: [{from: input, to: output}]
      loss: {kind: cross-entropy, population: output}
    data: {kind: csv, path: \(path), labels: k\(more)}
    learning: {epochs: 1}

    """
  }

  private static func data(_ name: String, _ text: String?, _ more: String = "", _ says: String)
    -> Case
  {
    Case(
      name,
      ["m.yaml": Array(table("t.csv", more).utf8)].merging(
        text.map { ["t.csv": Array($0.utf8)] } ?? [:]
      ) { $1 },
      ["train", "m.yaml"], says: [says])
  }

  static let tableCases: [Case] = [
    data("a missing table", nil, "t.csv: was not found"),
    data("an empty table", "", "t.csv: is empty"),
    data("a header alone", "x,k\n", "t.csv: has a header and no samples"),
    data("no such column", "x,y\n1,0\n", "t.csv:1: has no column 'k'"),
    data("ragged", "x,k\n1,0\n1\n", "t.csv:3: has 1 fields"),
    data("too wide", "x,k\n1,0,3\n", "t.csv:2:5: has 3 fields"),
    data("not a number", "x,k\n1,0\nabc,1\n", "t.csv:3:1: 'abc'"),
    data("not finite", "x,k\nNaN,0\n", "t.csv:2:1: 'NaN'"),
    data("an empty field", "x,k\n,0\n", "t.csv:2:1: "),
    data("a label out of range", "x,k\n1,0\n1,2\n", "t.csv:3:3: "),
    data("a negative label", "x,k\n1,-1\n", "t.csv:2:3: "),
    data("a fraction as label", "x,k\n1,0.5\n", "t.csv:2:3: "),
    data("an unknown class", "x,k\n1,cat\n", ", classes: [dog, cow]", "'cat'"),
    data("another width", "x,y,k\n1,2,0\n", "t.csv:1: has 2 input columns"),
    data("an open quote", "x,k\n\"1,0\n", "t.csv:2"),
    data("a larger split", "x,k\n1,0\n2,1\n", ", split: {test: 3}", "m.yaml"),
    data("nothing left", "x,k\n1,0\n2,1\n", ", split: {test: 2}", "m.yaml"),
  ]

  private static func data(_ name: String, _ text: String?, _ says: String) -> Case {
    data(name, text, "", says)
  }

  private static func binary(
    _ name: String, _ kind: String, _ inputs: [UInt8]?, _ labels: [UInt8], _ says: String
  ) -> Case {
    let model = """
      settle: 1
      network:
        populations: {input: {size: 4, role: input}, output: {size: 2}}
        projections: [{from: input, to: output}]
        loss: {kind: cross-entropy, population: output}
      data: {kind: \(kind), train: {inputs: x.\(kind), labels: y.\(kind)}}

      """
    return Case(
      "\(kind): \(name)",
      ["m.yaml": Array(model.utf8), "y.\(kind)": labels].merging(
        inputs.map { ["x.\(kind)": $0] } ?? [:]
      ) { $1 },
      ["evaluate", "m.yaml", "--output", "e"], says: [says])
  }

  private static let images = BinaryFixtures.idx([2, 2, 2])
  private static let labels = BinaryFixtures.idx([2])
  private static let samples = BinaryFixtures.npy([2, 4], .zeros(8))
  private static let classes = BinaryFixtures.npy([2], .zeros(2))

  static let binaryCases: [Case] = [
    binary("missing", "idx", nil, labels, "x.idx: was not found"),
    binary("empty", "idx", [], labels, "x.idx: "),
    binary("cut short", "idx", Array(images.dropLast()), labels, "x.idx: "),
    binary("cut in the header", "idx", Array(images.prefix(9)), labels, "x.idx: "),
    binary("longer than it says", "idx", images + [0], labels, "x.idx: "),
    binary("a wrong magic number", "idx", BinaryFixtures.idx([2, 4], magic: 1), labels, "x.idx: "),
    binary("an unknown type", "idx", BinaryFixtures.idx([2, 4], type: 7), labels, "x.idx: "),
    binary(
      "sizes that overflow", "idx",
      BinaryFixtures.idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []), labels,
      "x.idx: "),
    binary("fewer labels", "idx", images, BinaryFixtures.idx([1]), "y.idx: has 1 labels"),
    binary("a label out of range", "idx", images, BinaryFixtures.idx([2], [0, 9]), "y.idx: "),
    binary("another width", "idx", BinaryFixtures.idx([2, 3]), labels, "x.idx: "),
    binary(
      "a gzip bomb", "idx",
      BinaryFixtures.bomb(prefix: Array(images.prefix(16)), copies: 1_000_000),
      labels, "x.idx: "),
    binary(
      "a gzip file cut short", "idx",
      Array(BinaryFixtures.bomb(prefix: images, copies: 0).prefix(16)), labels, "x.idx: "),
    binary(
      "a wrong checksum", "idx", BinaryFixtures.bomb(prefix: images, copies: 0), labels, "x.idx: "),
    binary("cut short", "npy", Array(samples.dropLast(5)), classes, "x.npy: "),
    binary("a wrong magic number", "npy", Array("NUMPY".utf8) + samples, classes, "x.npy: "),
    binary("cut in the header", "npy", Array(samples.prefix(20)), classes, "x.npy: "),
    binary("a NaN", "npy", BinaryFixtures.npy([1, 4], [0, 0, .nan, 0]), classes, "x.npy: "),
    binary("fewer labels", "npy", samples, BinaryFixtures.npy([1], [0]), "y.npy: "),
    binary("a label and a half", "npy", samples, BinaryFixtures.npy([2], [0, 1.5]), "y.npy: "),
  ]

  @Test("model files", arguments: modelCases)
  func models(item: Case) throws { try check(item) }

  @Test("arrays that a model names", arguments: arrayCases)
  func arrays(item: Case) throws { try check(item) }

  @Test("parameters", arguments: parameterFiles)
  func parameters(item: Case) throws { try check(item) }

  @Test("tables", arguments: tableCases)
  func tables(item: Case) throws { try check(item) }

  @Test("binary data", arguments: binaryCases)
  func binaries(item: Case) throws { try check(item) }

  private func check(_ item: Case) throws {
    let scratch = try Scratch()
    for (name, bytes) in item.files {
      if name.hasPrefix("d/") { try scratch.makeFolder("d") }
      try scratch.write(bytes, to: name)
    }
    let before = scratch.tree
    let result = try settle(item.arguments, in: scratch)
    #expect(result.status == 65 && !result.isSignalled, "\(result.report)")
    #expect(result.out.isEmpty, "\(result.report)")
    #expect(result.err.hasPrefix("error: ") && result.err.hasSuffix("\n"), "\(result.report)")
    #expect(!result.err.contains("\n\n") && result.err.count < 2000, "\(result.report)")
    for text in item.says { #expect(result.err.contains(text), "\(result.report)") }
    // No Swift types, no paths of the machine it was built on.
    #expect(!result.err.contains("Error("), "\(result.report)")
    #expect(scratch.tree == before)
  }
}

extension [Double] {
  fileprivate static func zeros(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }
}
