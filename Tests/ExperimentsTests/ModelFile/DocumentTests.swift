import Experiments
import Foundation
import Testing

@Suite("Documents that are no models are refused, whatever they hold")
struct DocumentTests {
  private func message(_ text: String) -> String {
    do {
      _ = try ModelFile.parse(text: text, file: "m.yaml")
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test(
    "Empty, null and blank files are called empty", arguments: ["", "\n\n", "# note\n", "~", "---"])
  func empty(_ text: String) {
    #expect(message(text).hasPrefix("m.yaml:1:1: the file is empty"), "\(message(text))")
  }

  @Test("A list or a scalar is no model", arguments: ["[1, 2]", "model", "3"])
  func notAMapping(_ text: String) {
    #expect(message(text).contains("is a mapping with the keys"))
  }

  @Test("Required keys are named")
  func required() {
    #expect(message("name: x").contains("needs the key `settle`"))
    #expect(message("settle: 1").contains("needs the key `network`"))
    #expect(message("settle: 1\nnetwork: {}").contains("needs the key `populations`"))
    #expect(
      message("settle: 1\nnetwork: {populations: [a]}").contains(
        "a mapping from a population's name"))
    #expect(message("settle: 1\nnetwork: {populations: {}}").contains("at least one population"))
  }

  @Test("A second document is refused")
  func secondDocument() {
    #expect(message("settle: 1\n---\nsettle: 1\n").hasPrefix("m.yaml:2:1: not valid YAML"))
  }

  @Test("A control character is refused")
  func controlCharacter() {
    #expect(message("settle: 1\nname: a\u{1}b").contains("control characters"))
  }

  @Test(
    "Deep nesting is refused before anything recurses into it",
    arguments: [
      String(repeating: "[", count: 100_000),
      String(repeating: "{a: ", count: 100_000),
      String(repeating: "- ", count: 100_000),
      "a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
      (0..<900).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
    ])
  func deep(_ text: String) {
    let said = message(text)
    #expect(said.contains("levels deep") || said.contains("not valid YAML"), "\(said.prefix(200))")
  }

  @Test("Aliases cannot expand exponentially, as values or as keys")
  func aliasBomb() {
    var text = "a0: &a0 [x, x, x]\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [" + "*a\(level - 1), *a\(level - 1)" + "]\n"
    }
    #expect(message(text).contains("anchors and aliases"))
    #expect(message(text + "? *a30\n: 1\n? *a30\n: 2\n").contains("anchors and aliases"))
  }

  @Test("A file of more than 16 MiB is refused")
  func large() {
    #expect(message(String(repeating: "# xxxxxxxxxxx\n", count: 1 << 21)).contains("16 MiB"))
  }

  @Test("Text after a number mark, comments and negative numbers do not look like nesting")
  func harmless() throws {
    let brackets = String(repeating: "[", count: 200)
    let row = (0..<300).map { "-\($0)" }.joined(separator: ", ")
    let text = """
      settle: 1
      # \(brackets)
      description: a * b & c - d
      network: {populations: {a: {size: 300}}}
      initial: {phi: {a: [\(row)]}}
      """
    #expect(message(text) == "accepted")
  }

  @Test("Files: missing, a folder, not UTF-8")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let missing = try #require(throws: ModelFileError.self) {
      _ = try ModelFile.load(path: folder + "/no-such-model.yaml")
    }
    #expect(missing.description.contains("no such file"))
    #expect(throws: ModelFileError.self) { _ = try ModelFile.load(path: folder) }
    let path = folder + "/settle-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try (Data("settle: 1\nname: a".utf8) + Data([0xFF, 0xFE])).write(to: URL(fileURLWithPath: path))
    let latin = try #require(throws: ModelFileError.self) { _ = try ModelFile.load(path: path) }
    #expect(latin.description.hasPrefix("\(path):2:8: not UTF-8"), "\(latin)")
  }

  @Test("A file is read; its name and folder are the defaults for the model's name and paths")
  func load() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let stem = "settle-\(UUID().uuidString)"
    let path = "\(folder)/\(stem).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(ModelTexts.minimal.utf8).write(to: URL(fileURLWithPath: path))
    let file = try ModelFile.load(path: path)
    #expect(file.model.name == stem)
    #expect(file.path(of: "w.npy") == URL(fileURLWithPath: folder).path + "/w.npy")
    #expect(file.path(of: "/x/w.npy") == "/x/w.npy")
  }

  @Test("Arbitrary damage to a valid text is an error or a model, never a trap")
  func damaged() {
    var generator = SplitMix(state: 7)
    let original = Array(ModelTexts.everything.unicodeScalars)
    let palette = Array("[]{}:,-#&*!|>'\"%@` \n\t?0ae.~\u{0}\u{85}é".unicodeScalars)
    for _ in 0..<400 {
      var scalars = original
      for _ in 0...(generator.next() % 4) {
        let position = Int(generator.next() % UInt64(scalars.count))
        let new = palette[Int(generator.next() % UInt64(palette.count))]
        switch generator.next() % 3 {
        case 0: scalars[position] = new
        case 1: scalars.insert(new, at: position)
        default: scalars.removeSubrange(position..<min(scalars.count, position + 20))
        }
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      #expect(!message(String(text)).isEmpty)
    }
  }
}

/// A small seeded generator for tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
