import ArgumentParser
import Dynamics
import Experiments
import Foundation
import Integration

/// All subcommands, and how a command ends.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle",
    abstract:
      "Simulates controlled neural networks until they settle, and lets them learn from there.",
    discussion: """
      Examples:
        settle simulate models/one-neuron.yaml
        settle train models/digits-rnn.yaml
        settle simulate models/tanh.yaml --set controller.output.leak=1 --output - | head

      Exit codes: 0 done; 1 the computation failed (something did not settle, or diverged);
      64 bad usage; 65 bad input; 74 output could not be written, or \
      another process has the run; 130 interrupted, after saving.
      """,
    version: Versions.description,
    subcommands: [
      SimulateCommand.self, TrainCommand.self, EvaluateCommand.self, ReplayCommand.self,
      CheckCommand.self, AnalyzeCommand.self, PlotCommand.self, PortraitCommand.self,
      SweepCommand.self, VerifyCommand.self, DiffCommand.self, NewCommand.self,
      ListCommand.self, SchemaCommand.self,
    ])

  /// Runs what the arguments of the process ask for; always ends the process.
  static func runProcess() -> Never {
    // A reader that goes away (`| head`) shows as an error of the write, not as a signal.
    signal(SIGPIPE, SIG_IGN)
    // So does a limit on the size of files.
    signal(SIGXFSZ, SIG_IGN)
    // Until there is something to save.
    Interruption.end()
    Orphan.watch()
    refuseUnknownCommand()
    do {
      var command = try parseAsRoot()
      do {
        try command.run()
        exit()
      } catch let failure as ExitCode {
        throw failure
      } catch {
        exit(reporting: error)
      }
    } catch {
      // What was asked for, such as help, must not get lost in silence.
      if exitCode(for: error) == .success { say(fullMessage(for: error)) }
      exit(withError: error)
    }
  }

  /// Ends where the first argument is no command, which the parser would call an unexpected argument.
  private static func refuseUnknownCommand() {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let first = CommandLine.arguments.dropFirst().first, !first.hasPrefix("-"),
      !known.contains(first), first != "help"
    else { return }
    let meant = Suggestion.nearest(to: first, in: known).map { "; did you mean `\($0)`?" } ?? ""
    Diagnostics.say(
      "error: there is no command `\(first)`\(meant)\n"
        + "Usage: settle <subcommand>, one of \(known.joined(separator: ", "))")
    Foundation.exit(64)
  }

  /// Prints what was asked for, and ends.
  private static func say(_ text: String) -> Never {
    do {
      if !text.isEmpty { try StandardOutput.write(text + "\n") }
      Foundation.exit(0)
    } catch {
      exit(reporting: error)
    }
  }

  /// Prints what went wrong and ends with the documented code.
  private static func exit(reporting error: any Error) -> Never {
    let code: Int32
    switch error {
    case is ModelFileError, is InputError, is NetworkError, is ParameterError: code = 65
    case IntegrationError.badInput: code = 65
    case let output as OutputError:
      code = 74
      // Whoever closed the pipe has seen enough and needs no message.
      if output.isBrokenPipe { Foundation.exit(code) }
    case is CancellationError: code = 130
    default:
      // Help is asked for by an error too, and usage errors have a code of their own.
      if exitCode(for: error) == .success { say(fullMessage(for: error)) }
      if exitCode(for: error) != .failure { exit(withError: error) }
      code = 1
    }
    if error is CancellationError {
      Diagnostics.say("interrupted")
    } else {
      Diagnostics.say("error: \(error)")
    }
    Foundation.exit(code)
  }
}
