import Foundation

/// A program on its way, and what came of it. Its output goes to files, so that it never waits for a
/// reader; they lie outside the folder that it works in.
final class Command {
  struct Result {
    var status: Int32
    /// Whether a signal ended it, `status` being its number.
    var isSignalled: Bool
    var isTimedOut: Bool
    var out: String
    var err: String

    /// What to show when an expectation fails.
    var report: String {
      "status \(status)\(isSignalled ? " (signal)" : "")\(isTimedOut ? " (timed out)" : "")\n"
        + "stdout: \(out.prefix(2000))\nstderr: \(err.prefix(2000))"
    }
  }

  private let process = Process()
  private let streams: Scratch
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - folder: its current folder.
  ///   - output: where standard output goes; a file of this command's own unless given.
  init(
    _ program: String, _ arguments: [String], in folder: Scratch,
    environment changes: [String: String] = [:], output: String? = nil
  ) throws {
    streams = try Scratch()
    for name in ["out", "err"] { try streams.write("", to: name) }
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    var environment = ProcessInfo.processInfo.environment
    environment["SETTLE_DATA"] = nil
    process.environment = environment.merging(changes) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output ?? streams.file("out"))
    process.standardError = FileHandle(forWritingAtPath: streams.file("err"))
    process.terminationHandler = { [ended] _ in ended.signal() }
    try Self.withSignals { try process.run() }
  }

  /// A child inherits the signals that its parent's thread blocks, and threads of a pool block many.
  private static func withSignals(_ body: () throws -> Void) rethrows {
    var wanted = sigset_t()
    var former = sigset_t()
    sigemptyset(&wanted)
    for number in [SIGINT, SIGTERM] { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try body()
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// How many times as long a program may take as where nothing slows it down, a sanitizer for instance.
  private static let patience =
    ProcessInfo.processInfo.environment["SETTLE_TEST_PATIENCE"].flatMap(Double.init) ?? 1

  /// Waits for the end, which comes by force after `seconds`.
  func finish(within seconds: Double = 120) throws -> Result {
    var isTimedOut = false
    if ended.wait(timeout: .now() + seconds * Self.patience) == .timedOut {
      isTimedOut = true
      send(SIGKILL)
      ended.wait()
    }
    // Foundation keeps a process until someone has waited for it.
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      isSignalled: process.terminationReason == .uncaughtSignal, isTimedOut: isTimedOut,
      out: try streams.text("out"), err: try streams.text("err"))
  }
}

/// Runs `settle` to its end.
func settle(
  _ arguments: String..., in folder: Scratch, environment: [String: String] = [:],
  output: String? = nil
) throws -> Command.Result {
  try settle(arguments, in: folder, environment: environment, output: output)
}

/// Runs `settle` to its end.
func settle(
  _ arguments: [String], in folder: Scratch, environment: [String: String] = [:],
  output: String? = nil
) throws -> Command.Result {
  try Command(
    Repository.executable, arguments, in: folder, environment: environment, output: output
  ).finish()
}

/// Runs a script of the shell, in which `$SETTLE` is the program.
func shell(_ script: String, in folder: Scratch) throws -> Command.Result {
  try Command(
    "/bin/bash", ["-c", script], in: folder, environment: ["SETTLE": Repository.executable]
  ).finish()
}
