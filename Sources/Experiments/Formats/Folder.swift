#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Folders, made with the system's reason where they cannot be.
enum Folder {
  /// Makes a folder and all above it that are missing.
  ///
  /// - Throws: ``OutputError`` where it cannot be made, or is something else.
  static func make(_ path: String) throws(OutputError) {
    let code = create(path)
    switch code {
    case 0: return
    case EEXIST where isFolder(path): return
    case ENOENT where !parent(of: path).isEmpty:
      try make(parent(of: path))
      let again = create(path)
      // Another process may have been faster.
      if again == 0 || again == EEXIST && isFolder(path) { return }
      throw unmade(path, again)
    // Systems differ in what they say first of a folder that is there and cannot be written to.
    case _ where isFolder(path): return
    default: throw unmade(path, code)
    }
  }

  /// Makes a folder that was not there: of that name, or with `-2`, `-3`, ... behind it. Two processes
  /// never get the same.
  ///
  /// - Returns: its path.
  static func makeNew(_ path: String) throws(OutputError) -> String {
    var attempt = 1
    while true {
      let chosen = attempt == 1 ? path : "\(path)-\(attempt)"
      let code = create(chosen)
      if code == 0 { return chosen }
      if code != EEXIST { throw unmade(chosen, code) }
      attempt += 1
    }
  }

  private static func unmade(_ path: String, _ code: Int32) -> OutputError {
    var error = SystemCall.outputError(path, "make", code)
    error.reason = "the folder cannot be made: \(SystemCall.text(code))"
    return error
  }

  /// 0, or why not.
  private static func create(_ path: String) -> Int32 {
    SystemCall.retrying { mkdir(path, 0o777) }.1
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func parent(of path: String) -> String {
    var rest = path[...]
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return "" }
    return slash == rest.startIndex ? "/" : String(rest[..<slash])
  }
}
