import ArgumentParser
import Experiments
import Foundation

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists what model files can name, a line each.",
    discussion: """
      Kinds: \(Catalog.allCases.map(\.rawValue).joined(separator: ", ")).

      Example:
        settle list rules
      """)

  @Argument(
    help: "What to list; everything unless given.",
    completion: .list(Catalog.allCases.map(\.rawValue)))
  var kind: String?

  @Flag(name: .shortAndLong, help: "Names only.")
  var quiet = false

  @Flag(help: "Print the list for scripts, as JSON.")
  var json = false

  func validate() throws { _ = try chosen() }

  private func chosen() throws -> [Catalog] {
    guard let kind else { return Catalog.allCases }
    guard let catalog = Catalog(rawValue: kind) else {
      let names = Catalog.allCases.map(\.rawValue)
      throw ValidationError(Catalog.message(unknown: kind, of: names))
    }
    return [catalog]
  }

  func run() throws {
    let registry = SettleCommand.registry
    let lists = try chosen().map { ($0, $0.entries(in: registry)) }
    if json {
      let members = lists.map { catalog, entries in
        JSONValue.Member(
          catalog.rawValue.replacingOccurrences(of: "-", with: "_"),
          .array(
            entries.map {
              .object([.init("name", .string($0.name)), .init("summary", .string($0.summary))])
            }))
      }
      return try StandardOutput.write(JSONValue.object(members).encoded())
    }
    var lines: [String] = []
    for (catalog, entries) in lists {
      if lists.count > 1 && !quiet {
        lines.append((lines.isEmpty ? "" : "\n") + "\(catalog.rawValue):")
      }
      let width = entries.map(\.name.count).max() ?? 0
      for entry in entries {
        let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
        let indent = lists.count > 1 && !quiet ? "  " : ""
        lines.append(
          quiet || entry.summary.isEmpty
            ? indent + entry.name : "\(indent)\(name)  \(entry.summary)")
      }
    }
    try StandardOutput.write(lines.joined(separator: "\n") + "\n")
  }
}
