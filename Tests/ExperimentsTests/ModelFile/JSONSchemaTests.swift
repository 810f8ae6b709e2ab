import Experiments
import Foundation
import Testing

@Suite("The JSON Schema says of model files what their reader says")
struct JSONSchemaTests {
  static let validator = SchemaValidator(root: Schema.json())

  /// All model files of the repository.
  static let models: [URL] = ["models", "benchmarks", "examples", "Tests/CommandTests"].flatMap {
    folder in
    let place = URL(fileURLWithPath: packageRoot).appending(path: folder)
    let files = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter {
      // What builds and virtual environments bring is none of ours.
      $0.pathExtension == "yaml" && !$0.path.contains("/.")
    }
  }

  static func text(_ model: URL) throws -> String { try String(contentsOf: model, encoding: .utf8) }

  @Test("docs/settle.schema.json is the schema; after a change of keys, write it anew")
  func committed() throws {
    let file = URL(fileURLWithPath: packageRoot).appending(path: "docs/settle.schema.json")
    // As `settle schema` prints it.
    let generated = Schema.json(for: Registry().knownNames).encoded()
    if ProcessInfo.processInfo.environment["SETTLE_WRITE_REFERENCE"] != nil {
      try generated.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(
      try String(contentsOf: file, encoding: .utf8) == generated,
      "SETTLE_WRITE_REFERENCE=1 scripts/test --filter JSONSchemaTests writes it anew")
  }

  @Test("every model of the repository is valid, as written and with every default written out")
  func modelsAreValid() throws {
    #expect(Self.models.count > 30)
    for model in Self.models {
      let text = try Self.text(model)
      let document = try #require(ModelFile.json(of: text), "\(model.path)")
      // A rule of a program's own is in the schema of that program.
      let names = try Self.names(for: document)
      let validator = SchemaValidator(root: Schema.json(for: names))
      #expect(validator.accepts(document), "\(model.path)")
      guard let parsed = try? ModelFile.parse(text: text, file: "m.yaml", knownNames: names) else {
        continue
      }
      let resolved = try #require(ModelFile.json(of: ModelFile.resolvedYAML(parsed.model)))
      #expect(validator.accepts(resolved), "\(model.path), resolved")
    }
  }

  private static func names(for model: JSONValue) throws -> KnownNames {
    var names = KnownNames()
    let rule = model["learning"]?["rule"]
    if let kind = rule?.stringValue ?? rule?["kind"]?.stringValue, !names.rules.contains(kind) {
      names.rules.append(kind)
    }
    return names
  }

  @Test("templates and the texts of other tests are valid")
  func textsAreValid() throws {
    var texts = [
      ModelTexts.text(), ModelTexts.digits, ModelTexts.everything, ModelTexts.minimal,
    ]
    texts += ModelTemplate.all.map { $0.text(model: "x", file: "x.yaml") }
    for text in texts {
      let document = try #require(ModelFile.json(of: text))
      #expect(Self.validator.accepts(document), "\(text)")
    }
  }

  @Test("what a program registers is in its schema")
  func registered() throws {
    var names = KnownNames()
    names.rules.append("oja")
    let text = ModelTexts.text([:], "learning: {rule: oja}")
    let document = try #require(ModelFile.json(of: text))
    #expect(!Self.validator.accepts(document))
    #expect(SchemaValidator(root: Schema.json(for: names)).accepts(document))
  }

  @Test("every mapping is closed, every key says what it means, every default is one that it takes")
  func structure() {
    func visit(_ schema: JSONValue, _ path: String) {
      if case .object(let keys)? = schema["properties"], schema["additionalProperties"] != nil {
        #expect(schema["additionalProperties"] == false, "\(path)")
        for key in keys {
          let place = "\(path).\(key.key)"
          #expect(key.value["description"]?.stringValue?.hasSuffix(".") == true, "\(place)")
          if let value = key.value["default"] {
            #expect(Self.validator.accepts(value, key.value), "\(place): \(value)")
          }
          visit(key.value, place)
        }
      }
      for word in ["anyOf", "oneOf", "allOf"] {
        for part in schema[word]?.arrayValue ?? [] { visit(part, path) }
      }
      for word in ["items", "additionalProperties"] {
        if let part = schema[word] { visit(part, path + ".<>") }
      }
    }
    visit(Self.validator.root, "")
    #expect(SchemaValidator.unknownKeywords(in: Self.validator.root) == [])
    // As many keys as the reference has rows.
    var count = 0
    func countKeys(_ keys: [KeyShape]) {
      count += keys.count
      for key in keys { countKeys(key.shape.keys) }
    }
    countKeys(Schema.keys)
    #expect(count > 200)
  }

  @Test("malformed models are refused, except for what no schema sees")
  func malformed() throws {
    var missed: Set<String> = []
    for malformed in MalformedModelTests.cases {
      let text = malformed.marked.replacing("«", with: "")
      // What is no document is refused by every reader.
      guard let document = ModelFile.json(of: text), Self.validator.accepts(document) else {
        continue
      }
      missed.insert(malformed.marked.split(separator: "\n").filter { $0.contains("«") }.joined())
    }
    let expected = Set(UnseenByTheSchema.all.values.joined())
    for line in missed.subtracting(expected).sorted() { Issue.record("not refused: \(line)") }
    for line in expected.subtracting(missed).sorted() { Issue.record("refused now: \(line)") }
  }

  @Test("what the reader accepts is valid, and keys that it misses or does not know are refused")
  func mutations() throws {
    var unknown = 0
    var accepted = 0
    for (document, message) in try Mutations.all() {
      let isValid = Self.validator.accepts(document)
      if message == nil {
        accepted += 1
        #expect(isValid, "accepted by the reader: \(document.encoded(indented: false))")
      } else if let message, message.contains("unknown key") || message.contains("needs the key") {
        unknown += 1
        #expect(!isValid, "\(message): \(document.encoded(indented: false))")
      }
    }
    #expect(unknown > 500 && accepted > 100, "\(unknown) \(accepted)")
  }

  @Test(
    "jsonschema for Python agrees on every document",
    .enabled(if: (try? Python.run("import jsonschema")) != nil))
  func python() throws {
    var documents = try Mutations.all().map(\.document)
    documents += MalformedModelTests.cases.compactMap {
      ModelFile.json(of: $0.marked.replacing("«", with: ""))
    }
    documents += try Self.models.compactMap { ModelFile.json(of: try Self.text($0)) }
    let lines =
      [Schema.json().encoded(indented: false)]
      + documents.map { $0.encoded(indented: false) }
    let script = """
      import json, sys
      from jsonschema import Draft7Validator
      lines = open(sys.argv[1], encoding="utf-8").read().split("\\n")
      schema = json.loads(lines[0])
      Draft7Validator.check_schema(schema)
      validator = Draft7Validator(schema)
      print("".join("1" if validator.is_valid(json.loads(line)) else "0" for line in lines[1:]))
      """
    let folder = try ScratchFolder()
    let file = try folder.file("documents", lines.joined(separator: "\n"))
    let verdicts = try Python.run(script, file).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(verdicts.count == documents.count)
    for (document, verdict) in zip(documents, verdicts) {
      #expect(
        Self.validator.accepts(document) == (verdict == "1"),
        "Python: \(verdict), \(document.encoded(indented: false))")
    }
  }
}
