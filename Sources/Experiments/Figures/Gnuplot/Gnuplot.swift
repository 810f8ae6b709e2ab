internal import Dispatch
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The program that draws: where it is, and how it is run.
public struct Gnuplot: Sendable, Hashable {
  /// The program.
  public let path: String

  /// How to get it.
  public static let advice =
    "install it (Debian and Ubuntu: apt install gnuplot-nox; macOS: brew install gnuplot), or name "
    + "the program in SETTLE_GNUPLOT"

  /// A program that is known.
  public init(path: String) { self.path = path }

  /// What `SETTLE_GNUPLOT` names, or the first `gnuplot` in the search path; nil where there is none.
  ///
  /// - Parameter environment: of the process unless given.
  public static func find(environment: [String: String]? = nil) -> Gnuplot? {
    let environment = environment ?? ProcessInfo.processInfo.environment
    if let named = environment["SETTLE_GNUPLOT"], !named.isEmpty {
      return isProgram(named) ? Gnuplot(path: named) : nil
    }
    let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    for folder in folders where isProgram("\(folder)/gnuplot") {
      return Gnuplot(path: "\(folder)/gnuplot")
    }
    return nil
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: path)
  }

  /// Runs a script in its folder.
  ///
  /// - Parameters:
  ///   - script: its name in the folder.
  ///   - folder: the current folder of gnuplot.
  ///   - variables: set before the script is read, in this order; values are expressions of gnuplot's.
  ///   - seconds: after which it is ended.
  /// - Throws: ``OutputError`` with what gnuplot had to say.
  public func run(
    _ script: String, in folder: String, variables: [(name: String, value: String)] = [],
    within seconds: Double = 60
  ) throws(OutputError) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    // -d: the figure must not depend on what the user's own start-up file says.
    process.arguments =
      ["-d"] + variables.flatMap { ["-e", "\($0.name) = \($0.value)"] } + [script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // A file and not a pipe: a pipe that another child of this process came to hold would never end.
    let messages =
      NSTemporaryDirectory() + "/settle-gnuplot-\(ProcessInfo.processInfo.processIdentifier)-"
      + UUID().uuidString
    _ = FileManager.default.createFile(atPath: messages, contents: nil)
    defer { try? FileManager.default.removeItem(atPath: messages) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: messages) ?? .nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    let place = "\(folder)/\(script)"
    do {
      try process.run()
    } catch {
      throw OutputError(
        place, "gnuplot (\(path)) cannot be started: \((error as NSError).localizedDescription)",
        try: Self.advice)
    }
    if ended.wait(timeout: .now() + seconds) == .timedOut {
      process.terminate()
      // What does not heed SIGTERM is ended all the same.
      if ended.wait(timeout: .now() + 2) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
      }
    }
    // Foundation keeps a process until someone has waited for it.
    process.waitUntilExit()
    let said = (try? FileBytes.read(messages, limit: 1 << 20)) ?? []
    guard process.terminationReason == .exit else {
      throw OutputError(
        place, "gnuplot was ended by signal \(process.terminationStatus)",
        try: "run it again, or: cd \(folder) && gnuplot \(script)")
    }
    guard process.terminationStatus == 0 else {
      throw Self.failure(place, String(decoding: said, as: UTF8.self))
    }
  }

  /// The error behind what gnuplot printed: its last sentence, without the lines that point at it.
  private static func failure(_ place: String, _ said: String) -> OutputError {
    let lines = said.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && $0 != "^" }
    let sentence = lines.last ?? "gnuplot said nothing"
    let isTerminal = sentence.contains("terminal type")
    return OutputError(
      place, "gnuplot could not draw it: \(sentence)",
      try: isTerminal
        ? "this gnuplot was built without the format; choose another with --format"
        : "correct the script, and run gnuplot in its folder")
  }
}
