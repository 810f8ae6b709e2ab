import Experiments
import Foundation

/// A run of this program as a process of its own.
///
/// It has a process group of its own, so that Ctrl-C on the terminal reaches it only through its parent:
/// two signals would end it before it has saved. Its standard input is a pipe to which nobody ever writes:
/// when the parent is gone, however it went, the pipe ends, and the child saves and ends too
/// (``Orphan``).
struct ChildProcess {
  enum End {
    case exited(Int32)
    case signalled(Int32)
  }

  let identifier: pid_t

  /// The end that children read, and the one that this process holds as long as it lives. Neither passes to
  /// children but as their standard input.
  private static let lifeline: (reading: Int32, writing: Int32)? = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }()

  /// The program that runs now.
  static var ownProgram: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  /// - Parameters:
  ///   - output: the file for standard output, replaced.
  ///   - errors: likewise for standard error.
  /// - Throws: ``OutputError`` where no process can be made.
  init(
    _ arguments: [String], output: String, errors: String, program: String = ChildProcess.ownProgram
  ) throws(OutputError) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    let lifeline = Self.lifeline
    if let lifeline {
      posix_spawn_file_actions_adddup2(&actions, lifeline.reading, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o666)
    posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o666)
    // A child inherits blocked and ignored signals, and shall hear all.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigemptyset(&all)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&all, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    var environment = ProcessInfo.processInfo.environment
    environment[Orphan.variable] = lifeline == nil ? nil : "1"
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map {
      strdup("\($0.key)=\($0.value)")
    }
    variables.append(nil)
    defer { for text in words + variables { free(text) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, program, &actions, &attributes, words, variables)
    guard code == 0 else {
      // Which of them cannot be opened is not told; a full disk or one that is read-only has both.
      if [ENOSPC, EDQUOT, EROFS, EFBIG].contains(code) {
        throw OutputError(
          output, "cannot be opened: \(String(cString: strerror(code)))",
          try: "free some space, or write to another disk (--output)")
      }
      throw OutputError(
        program, "cannot be started: \(String(cString: strerror(code)))",
        try: "use fewer processes at once (--jobs), or free some memory")
    }
    identifier = child
  }

  /// How it ended, or nil while it runs. Asked again after the end, it has no answer.
  func poll() -> End? {
    var status: Int32 = 0
    let result = waitpid(identifier, &status, WNOHANG)
    if result == 0 || (result < 0 && errno == EINTR) { return nil }
    guard result == identifier else { return .signalled(SIGKILL) }
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
  }

  func send(_ signal: Int32) { kill(identifier, signal) }
}
