import ArgumentParser
import Experiments
import Foundation

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Writes a commented model file to start from.",
    discussion: """
      It runs as it is, in simulate and in train. Templates:
      \(ModelTemplate.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      Where settle.schema.json lies beside it (`settle schema`), its first line says so to editors.

      Examples:
        settle new
        settle new memory --template recurrent
      """)

  @Argument(help: "The model's name; its file is NAME.yaml. That of the template unless given.")
  var name: String?

  @Option(
    help: ArgumentHelp(
      "What it is to be: " + ModelTemplate.all.map(\.name).joined(separator: ", ") + ".",
      valueName: "name"), completion: .list(ModelTemplate.all.map(\.name)))
  var template = "recurrent"

  @Option(
    name: .shortAndLong, help: "The file; NAME.yaml unless given, and - for standard output.",
    completion: .file(extensions: ["yaml"]))
  var output: String?

  @Flag(help: "Replace a file that is there already.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Print a summary for scripts on standard output, as JSON.")
  var json = false

  func validate() throws {
    guard ModelTemplate(named: template) != nil else {
      throw ValidationError(ModelTemplate.message(unknown: template))
    }
    if let name, !ModelTemplate.isModelName(name) {
      throw ValidationError(
        "`\(name)` is no name of a model: give letters, digits, `-`, `_` and `.`, beginning with a "
          + "letter or digit; a path goes to --output")
    }
    if output == "-" && json {
      throw ValidationError("--output - writes the model to standard output; leave out --json")
    }
  }

  func run() throws {
    guard let template = ModelTemplate(named: template) else { throw ExitCode(64) }
    let name = name ?? template.name
    let path = output ?? "\(name).yaml"
    var text = template.text(model: name, file: path == "-" ? "\(name).yaml" : path)
    if path == "-" { return try StandardOutput.write(text) }
    if hasSchema(beside: path) { text = "# yaml-language-server: $schema=\(Self.schema)\n" + text }
    try AtomicFile.write(text, to: path, overwrite: force)
    if json {
      try StandardOutput.write(
        JSONValue.object([
          .init("file", .string(path)), .init("model", .string(name)),
          .init("template", .string(template.name)),
        ]).encoded())
    }
    if !quiet {
      Diagnostics.say("wrote \(path)")
      Diagnostics.say("settle simulate \(path)\nsettle train \(path)")
    }
  }

  private static let schema = "settle.schema.json"

  private func hasSchema(beside path: String) -> Bool {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent(Self.schema).path)
  }
}
