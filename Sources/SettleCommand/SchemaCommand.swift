import ArgumentParser
import Experiments

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of model files, by which editors complete and check them.",
    discussion: """
      A model file beside it that begins with
        # yaml-language-server: $schema=settle.schema.json
      is checked by it; `settle new` writes this line where the schema is. docs/editors.md has the rest.

      Example:
        settle schema > settle.schema.json
      """)

  func run() throws {
    try StandardOutput.write(Schema.json(for: SettleCommand.registry.knownNames).encoded())
  }
}
