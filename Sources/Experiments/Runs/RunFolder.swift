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
    guard let path else {
      try Folder.make("runs/\(name)")
      self.path = try Folder.makeNew("runs/\(name)/\(Self.timestamp(Date()))")
      return
    }
    self.path = path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw OutputError(path, "is a file", try: "name a folder with --output")
      }
      if !overwrite { try requireNoResults() }
    }
    try Folder.make(path)
  }

  /// - Throws: ``OutputError`` where the folder holds anything but the lock of a run.
  func requireNoResults() throws(OutputError) {
    let contents = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if contents.contains(where: { $0 != RunLock.fileName }) {
      throw OutputError(
        path, "already holds results",
        try: "choose another folder with --output, or replace them with --force")
    }
  }

  /// A folder that exists, as `--resume` names it.
  public init(existing path: String) throws(InputError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { throw InputError(path, .whole, "is not the folder of a run") }
    self.path = path
  }

  /// Removes what an earlier run left, lest it be taken for this one's.
  public func remove(_ names: [String]) {
    for name in names { try? FileManager.default.removeItem(atPath: file(name)) }
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a folder inside, if it is not there.
  public func makeFolder(_ name: String) throws(OutputError) -> String {
    let path = file(name)
    try Folder.make(path)
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
