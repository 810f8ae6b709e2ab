import ArgumentParser
import Experiments

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Says in what two runs differ: model, versions, outcome, parameters, tables.",
    discussion: """
      Model and outcome are compared key by key, parameters by the norm of their difference, tables up to \
      the first row that differs; times and places are not compared. Ends with 0 where nothing differs and \
      with 1 where something does.

      Example:
        settle diff runs/least-control runs/backpropagation
      """)

  @Argument(help: "The folder of a run.", completion: .directory) var first: String
  @Argument(help: "The folder of another run.", completion: .directory) var second: String

  @Flag(name: .shortAndLong, help: "Say nothing; the exit code tells.")
  var quiet = false

  @Flag(help: "Print everything for scripts on standard output, as JSON.")
  var json = false

  func run() throws {
    let difference = try RunDifference(first, second)
    if json {
      try StandardOutput.write(difference.json.encoded())
    } else if !quiet {
      try StandardOutput.write(difference.text + "\n")
    }
    if !difference.isSame { throw ExitCode(1) }
  }
}
