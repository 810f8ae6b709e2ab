import Foundation

/// Where things are: the repository, and the program under test.
enum Repository {
  /// The folder of the package, from where this file stands in it.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The path of a model file that users see.
  static func model(_ name: String) -> String { root.path + "/models/\(name).yaml" }

  /// The path of a script.
  static func script(_ name: String) -> String { root.path + "/scripts/\(name)" }

  /// The folder that has digits.csv.
  static var data: String { root.path + "/models" }

  /// The path of a model file of these tests.
  static func oracle(_ name: String) -> String {
    root.path + "/Tests/CommandTests/Models/\(name).yaml"
  }

  /// The program: what `SETTLE_BINARY` names, or what was built beside these tests.
  static let executable: String = {
    if let given = ProcessInfo.processInfo.environment["SETTLE_BINARY"], !given.isEmpty {
      return given
    }
    var candidates = [Bundle.main.executableURL, Bundle.main.bundleURL]
    candidates.append(URL(fileURLWithPath: CommandLine.arguments.first ?? ""))
    candidates += Bundle.allBundles.map(\.bundleURL)
    for case let candidate? in candidates {
      // On macOS the tests stand a few folders deeper, inside a bundle.
      var folder = candidate
      for _ in 0..<4 {
        folder = folder.deletingLastPathComponent()
        let program = folder.appendingPathComponent("settle").path
        if isProgram(program) { return program }
      }
    }
    return root.path + "/.build/release/settle"
  }()

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: path)
  }
}
