import Foundation

/// A temporary folder, the current folder of the commands that a test runs; it goes with its owner.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/settle-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: file(name), withIntermediateDirectories: true)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// Everything in the folder, relative to it, in order.
  var tree: [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
  }

  /// Every file in a folder of this one, with its content.
  func contents(of folder: String) throws -> [String: Data] {
    var all: [String: Data] = [:]
    for name in tree where name.hasPrefix(folder + "/") {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: file(name), isDirectory: &isFolder)
      if !isFolder.boolValue { all[name] = try bytes(name) }
    }
    return all
  }

  func table(_ name: String) throws -> Table { try Table(text(name)) }
  func json(_ name: String) throws -> JSON { try JSON(bytes(name)) }
  func tensors(_ name: String) throws -> Tensors { try Tensors(bytes(name)) }
}
