#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What the system calls of this module share: retrying, and turning `errno` into a message.
enum SystemCall {
  /// Calls `body` until it is not interrupted by a signal.
  ///
  /// - Returns: its result and, where that is negative, `errno`.
  static func retrying<Result: SignedInteger>(_ body: () -> Result) -> (Result, Int32) {
    while true {
      let result = body()
      if result >= 0 { return (result, 0) }
      let code = errno
      if code != EINTR { return (result, code) }
    }
  }

  /// The system's sentence for an error number.
  static func text(_ code: Int32) -> String {
    // Known errors have constant texts, so that threads do not disturb each other.
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  /// The error of a failed attempt to write `path`, with the advice that fits the cause.
  static func outputError(_ path: String, _ action: String, _ code: Int32) -> OutputError {
    let remedy =
      switch code {
      case ENOSPC, EDQUOT: "free some space or write to another disk (--output)"
      case EACCES, EPERM, EROFS: "choose a folder you may write to (--output)"
      case ENOENT, ENOTDIR: "create the folder first"
      case EISDIR: "give the name of a file, not of a folder"
      case EFBIG: "raise the limit on the size of files (ulimit -f)"
      case EEXIST: "choose another name, or overwrite it with --force"
      case ENAMETOOLONG: "choose a shorter name"
      case EMFILE, ENFILE: "close other files or raise the limit (ulimit -n)"
      default: ""
      }
    return OutputError(
      path, "cannot \(action): \(text(code))", try: remedy, isBrokenPipe: code == EPIPE)
  }
}
