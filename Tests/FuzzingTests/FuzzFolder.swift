import Foundation

/// A folder for what readers read from files; in memory where the system has such a place.
final class FuzzFolder {
  let path: String

  init() throws {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : FileManager.default.temporaryDirectory.path
    path = "\(parent)/settle-fuzz-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and gives its path.
  @discardableResult
  func put(_ bytes: [UInt8], _ name: String) -> String {
    let path = file(name)
    guard let stream = fopen(path, "wb") else { preconditionFailure("\(path) cannot be written") }
    let count = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
    precondition(fclose(stream) == 0 && count == bytes.count, "\(path) cannot be written")
    return path
  }

  @discardableResult
  func put(_ text: String, _ name: String) -> String { put(Array(text.utf8), name) }
}

/// What the repository has to start from.
enum Seeds {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// All model files.
  static func models() throws -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for folder in ["models", "Tests/CommandTests/Models"] {
      let names =
        FileManager.default.enumerator(atPath: "\(root)/\(folder)")?
        .compactMap { $0 as? String } ?? []
      for name in names.sorted() where name.hasSuffix(".yaml") {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(folder)/\(name)")))
        // Comments are most of some.
        let lines = bytes.split(separator: 0x0A).filter { $0.first != UInt8(ascii: "#") }
        texts.append(Array(lines.joined(separator: [0x0A])))
      }
    }
    return texts
  }
}
