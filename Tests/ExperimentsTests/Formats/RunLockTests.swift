import Experiments
import Foundation
import Testing

@Suite("A folder has one writer")
struct RunLockTests {
  @Test("a second is refused, and comes in once the first is gone")
  func second() throws {
    let scratch = try ScratchFolder()
    let folder = try RunFolder(scratch.path + "/run", name: "m", overwrite: false)
    do {
      let lock = try RunLock(folder, overwrite: false)
      defer { withExtendedLifetime(lock) {} }
      for overwrite in [false, true] {
        let error = #expect(throws: OutputError.self) {
          try RunLock(folder, overwrite: overwrite)
        }
        #expect(error?.description.contains("(\(getpid())) is writing to this folder") == true)
      }
      // The lock itself is no result: it must not keep the folder from being looked at again.
      _ = try RunFolder(folder.path, name: "m", overwrite: false)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file(".lock")), "it goes with its owner")
    _ = try RunLock(folder, overwrite: false)
  }

  @Test("a run that came and went in between is noticed")
  func between() throws {
    let scratch = try ScratchFolder()
    let folder = try RunFolder(scratch.path + "/run", name: "m", overwrite: false)
    try AtomicFile.write("{}", to: folder.file("summary.json"))
    let error = #expect(throws: OutputError.self) { try RunLock(folder, overwrite: false) }
    #expect(error?.reason == "already holds results")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["summary.json"])
    _ = try RunLock(folder, overwrite: true)
  }

  @Test("what a killed writer left is removed, by whoever comes next")
  func leftovers() throws {
    let scratch = try ScratchFolder()
    let folder = try RunFolder(scratch.path + "/run", name: "m", overwrite: false)
    _ = try folder.makeFolder("figures")
    for name in [".settle-7-1.tmp", "figures/.settle-7-figure.tmp", ".lock"] {
      try AtomicFile.write("7", to: folder.file(name))
    }
    _ = try RunLock(folder, overwrite: true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["figures"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("figures")) == [])
  }

  @Test("a temporary file of a dead process with the same number is in nobody's way")
  func sameNumber() throws {
    let scratch = try ScratchFolder()
    // In a container, processes have the same numbers at every start.
    for number in 1...2000 {
      let name = "\(scratch.path)/.settle-\(getpid())-\(number).tmp"
      #expect(FileManager.default.createFile(atPath: name, contents: nil))
    }
    try AtomicFile.write("x", to: scratch.path + "/a")
    #expect(try content(of: scratch.path + "/a") == Array("x".utf8))
  }

  @Test("folders that cannot be made are named with the system's reason")
  func unmade() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.file("file", "x")
    let error = #expect(throws: OutputError.self) {
      try RunFolder(file + "/a/b", name: "m", overwrite: false)
    }
    #expect(error?.description.contains("the folder cannot be made: Not a directory") == true)
    _ = try RunFolder(scratch.path + "/a//b/c/", name: "m", overwrite: false)
    #expect(FileManager.default.fileExists(atPath: scratch.path + "/a/b/c"))
  }
}
