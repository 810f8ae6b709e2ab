#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Finds data files: under the user's folder, then `SETTLE_DATA`, then beside the model file.
public struct DataLocator: Hashable, Sendable {
  /// A folder and what it is to the user.
  public struct Folder: Hashable, Sendable {
    /// As messages call it.
    public let name: String
    /// Where it is.
    public let path: String
  }

  /// In the order of the search.
  public let folders: [Folder]

  /// - Parameters:
  ///   - dataFolder: what `--data-dir` gives.
  ///   - environmentFolder: the value of `SETTLE_DATA`; by default that of this process.
  ///   - modelFolder: the folder of the model file.
  public init(
    dataFolder: String? = nil, environmentFolder: String? = environmentFolder(),
    modelFolder: String? = nil
  ) {
    let candidates = [
      ("--data-dir", dataFolder), ("SETTLE_DATA", environmentFolder),
      (Self.modelFolderName, modelFolder.map { $0.isEmpty ? "." : $0 }),
    ]
    folders = candidates.compactMap { name, path in
      path.flatMap { $0.isEmpty ? nil : Folder(name: name, path: $0) }
    }
  }

  private static let modelFolderName = "the model file's folder"

  /// The value of `SETTLE_DATA` in this process.
  public static func environmentFolder() -> String? {
    getenv("SETTLE_DATA").map { String(cString: $0) }
  }

  /// The path at which the file named `path` exists. An absolute path stands for itself. Where a path that
  /// goes up (`../data/a.csv`) leads nowhere, as in a copy of the model, a folder that the user gives may
  /// hold the file itself.
  ///
  /// - Throws: ``InputError`` that lists every place tried.
  public func locate(_ path: String) throws(InputError) -> String {
    if path.isEmpty { throw InputError("\"\"", .whole, "is not a file name") }
    if path.hasPrefix("/") { return path }
    var tried: [String] = []
    func look(for relative: String, in folder: Folder) -> String? {
      let candidate = folder.path + (folder.path.hasSuffix("/") ? "" : "/") + relative
      if access(candidate, F_OK) == 0 { return candidate }
      tried.append("\(candidate) (\(folder.name))")
      return nil
    }
    for folder in folders {
      if let found = look(for: path, in: folder) { return found }
    }
    if path.hasPrefix("../"), let name = path.split(separator: "/").last {
      for folder in folders where folder.name != Self.modelFolderName {
        if let found = look(for: String(name), in: folder) { return found }
      }
    }
    throw InputError(
      path, .whole,
      tried.isEmpty
        ? "cannot be looked for: no folder was given"
        : "was not found; tried " + tried.joined(separator: ", "),
      try: "give its folder with --data-dir or SETTLE_DATA")
  }
}
