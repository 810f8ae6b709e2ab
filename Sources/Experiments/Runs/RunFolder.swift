public import Foundation

/// The folder that a run writes to. Nothing in it is ever overwritten unless the user insists.
public struct RunFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes the folder, with everything above it.
  ///
  /// - Parameters:
  ///   - path: where; nil for `runs/<name>/<UTC time>` under the current folder.
  ///   - name: of the model.
  ///   - overwrite: whether a folder that already holds a run may be used.
  /// - Throws: ``OutputError`` where it exists and is not empty, or cannot be made.
  public init(_ path: String?, name: String, overwrite: Bool) throws(OutputError) {
    let files = FileManager.default
    var chosen = path ?? "runs/\(name)/\(Self.timestamp(Date()))"
    if path == nil {
      // Two runs within a second get folders of their own.
      var attempt = 2
      let stem = chosen
      while files.fileExists(atPath: chosen) {
        chosen = "\(stem)-\(attempt)"
        attempt += 1
      }
    }
    self.path = chosen
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: chosen, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw OutputError(chosen, "is a file", try: "name a folder with --output")
      }
      let contents = (try? files.contentsOfDirectory(atPath: chosen)) ?? []
      if !contents.isEmpty && !overwrite {
        throw OutputError(
          chosen, "already holds results",
          try: "choose another folder with --output, or replace them with --force")
      }
    }
    do {
      try files.createDirectory(atPath: chosen, withIntermediateDirectories: true)
    } catch {
      throw OutputError(
        chosen, "the folder cannot be made: \((error as NSError).localizedDescription)",
        try: "choose another folder with --output")
    }
  }

  /// A folder that exists, as `--resume` names it.
  public init(existing path: String) throws(InputError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { throw InputError(path, .whole, "is not the folder of a run") }
    self.path = path
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a folder inside, if it is not there.
  public func makeFolder(_ name: String) throws(OutputError) -> String {
    let path = file(name)
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw OutputError(path, "the folder cannot be made", try: "check permissions and space")
    }
    return path
  }

  /// `20260131T235959Z`
  public static func timestamp(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
    return formatter.string(from: date)
  }
}
