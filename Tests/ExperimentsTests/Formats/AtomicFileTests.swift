import Experiments
import Foundation
import Testing

@Suite struct AtomicFileTests {
  @Test("the content is there, and nothing else")
  func writing() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("a.txt")
    try AtomicFile.write("one", to: path)
    try AtomicFile.write([UInt8]("two".utf8), to: path)
    #expect(try content(of: path) == Array("two".utf8))
    #expect(folder.names == ["a.txt"])
  }

  @Test("an existing file stays where it may not be replaced")
  func noOverwriting() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("a.txt")
    try AtomicFile.write("one", to: path, overwrite: false)
    let error = #expect(throws: OutputError.self) {
      try AtomicFile.write("two", to: path, overwrite: false)
    }
    #expect(error?.path == path)
    #expect(try content(of: path) == Array("one".utf8))
    #expect(folder.names == ["a.txt"])
  }

  @Test("a failure leaves nothing behind")
  func failure() throws {
    let folder = try ScratchFolder()
    // The name is taken by a folder that is not empty, which no file can replace.
    try FileManager.default.createDirectory(
      atPath: folder.path + "/taken/inside", withIntermediateDirectories: true)
    #expect(throws: OutputError.self) { try AtomicFile.write("x", to: folder.path + "/taken") }
    #expect(throws: OutputError.self) { try AtomicFile.write("x", to: folder.path + "/no/a") }
    #expect(throws: OutputError.self) { try AtomicFile.write("x", to: "") }
    #expect(throws: OutputError.self) { try AtomicFile.write("x", to: folder.path + "/") }
    #expect(throws: OutputError.self) {
      try AtomicFile.write("x", to: folder.path + "/" + String(repeating: "n", count: 300))
    }
    #expect(folder.names == ["taken"])
  }

  @Test("a new file has the permissions that the user's mask leaves")
  func permissions() throws {
    let folder = try ScratchFolder()
    try AtomicFile.write("x", to: folder.file("a"))
    let plain = try folder.file("b")
    #expect(FileManager.default.createFile(atPath: plain, contents: nil))
    let attributes = try ["a", "b"].map {
      try FileManager.default.attributesOfItem(atPath: folder.path + "/" + $0)[.posixPermissions]
        as? Int
    }
    #expect(attributes[0] == attributes[1])
  }
}
