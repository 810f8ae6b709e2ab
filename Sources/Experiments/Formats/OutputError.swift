/// An output that could not be written: which, why, and what to try.
public struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as the user named it, or `standard output`.
  public var path: String
  /// What failed: one clause, without a full stop.
  public var reason: String
  /// What to try; empty where nothing can be advised.
  public var remedy: String
  /// Whether the reader of a pipe went away (`settle simulate ... | head`), which deserves no
  /// message.
  public var isBrokenPipe: Bool

  /// Why a path could not be written, and what to try.
  public init(_ path: String, _ reason: String, try remedy: String = "", isBrokenPipe: Bool = false)
  {
    self.path = path
    self.reason = reason
    self.remedy = remedy
    self.isBrokenPipe = isBrokenPipe
  }

  /// The exit status for output that could not be written (`EX_IOERR` of sysexits).
  public static let exitCode: Int32 = 74

  public var description: String {
    "\(path): \(reason)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
