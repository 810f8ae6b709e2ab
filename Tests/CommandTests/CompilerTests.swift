import Foundation
import Testing

/// The modules that were built beside the program.
enum BuiltModules {
  static let folder =
    URL(fileURLWithPath: Repository.executable).deletingLastPathComponent().path + "/Modules"

  static let exist = FileManager.default.fileExists(atPath: folder + "/Learning.swiftmodule")
}

/// What the compiler lets a local rule hold: the examples of the documentation as they stand there, and
/// others that must not compile.
@Suite("A local rule is local by its type", .enabled(if: BuiltModules.exist))
struct CompilerTests {
  /// Type-checks a program that uses Settle.
  private func compile(_ code: String) throws -> Command.Result {
    let scratch = try Scratch()
    try scratch.write("import Dynamics\nimport Learning\n\n" + code, to: "rule.swift")
    let libraries = ["CSUNDIALS", "COpenBLAS", "CZlib", "CSquareRoot"].map {
      "-I '\(Repository.root.path)/Sources/\($0)'"
    }
    return try shell(
      "swiftc -typecheck -swift-version 6 -I '\(BuiltModules.folder)' "
        + "\(libraries.joined(separator: " ")) rule.swift", in: scratch)
  }

  /// The examples in the documentation of `LocalRule`.
  private func examples() throws -> [String] {
    let source = try String(
      contentsOfFile: Repository.root.path + "/Sources/Learning/Rules/LocalRule.swift",
      encoding: .utf8)
    var examples: [String] = []
    var isInside = false
    for line in source.split(separator: "\n") where line.hasPrefix("///") {
      let text = line.dropFirst(3)
      if text.hasSuffix("```swift") {
        isInside = true
        examples.append("")
      } else if text.hasSuffix("```") {
        isInside = false
      } else if isInside {
        examples[examples.count - 1] += text + "\n"
      }
    }
    return examples
  }

  @Test("the documented rule compiles, and the documented cheat does not")
  func documented() throws {
    let examples = try examples()
    try #require(examples.count == 2)
    let rule = try compile(examples[0])
    #expect(rule.status == 0, "\(rule.report)")
    let cheat = try compile(examples[1])
    #expect(cheat.status != 0)
    #expect(
      cheat.err.contains(
        "'BitwiseCopyable'-conforming struct 'Cheat' has non-bitwise-copyable type 'Network'"),
      "\(cheat.report)")
  }

  @Test(
    "nothing that leads elsewhere can be held",
    arguments: [
      "let weights: [Double] = []", "let parameters: ParameterSet? = nil", "let box = Box()",
      "let look: @Sendable () -> Double = { 0 }", "var place: UnsafePointer<Double>?",
      "let other: any LearningRule",
    ])
  func cheats(member: String) throws {
    func rule(_ member: String) -> String {
      """
      final class Box: Sendable {}
      struct Cheat: LocalRule {
        \(member)
        func change(_ synapse: Synapse) -> Double { 0 }
      }
      """
    }
    #expect(try compile(rule(member)).status != 0, "\(member) is let in")
    // Were the rest wrong, nothing would have been shown.
    let honest = try compile(rule("var rate = 0.1"))
    #expect(honest.status == 0, "\(honest.report)")
  }
}
