import Experiments
import Foundation
import Testing

@Suite struct CSVWriterTests {
  @Test("numbers are shortest decimals, texts are quoted where they must be")
  func format() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("t.csv")
    let writer = try CSVWriter(path)
    try writer.appendRow(["plain", "a,b", "q\"q", "two\nlines", " space", ""])
    for value in [0.1, 1, -0.0, 1e16, .leastNonzeroMagnitude, .nan, -.nan, .infinity, -.infinity] {
      try writer.append(value)
    }
    try writer.append(Float(0.1))
    try writer.append(Float.nan)
    try writer.append(-3)
    try writer.endRow()
    try writer.append("")
    try writer.endRow()
    let count = writer.byteCount
    try writer.close()
    let expected = """
      plain,"a,b","q""q","two
      lines"," space",
      0.1,1.0,-0.0,1e+16,5e-324,NaN,NaN,inf,-inf,0.1,NaN,-3
      ""

      """
    #expect(try content(of: path) == Array(expected.utf8))
    #expect(count == expected.utf8.count)
  }

  @Test("rows reach the file as they come, and flush brings the rest")
  func streaming() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("t.csv")
    let writer = try CSVWriter(path)
    for row in 0..<100_000 {
      try writer.append(row)
      try writer.endRow()
    }
    // Less than the whole is missing before the end: memory is bounded.
    #expect(try content(of: path).count > writer.byteCount - 2 * 65536)
    try writer.flush()
    #expect(try content(of: path).count == writer.byteCount)
    try writer.close()
  }

  @Test("an existing file is refused, or replaced on demand")
  func overwriting() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("t.csv", "old and long\n")
    let error = #expect(throws: OutputError.self) { try CSVWriter(path) }
    #expect(error?.remedy.contains("--force") == true)
    #expect(try content(of: path) == Array("old and long\n".utf8))
    let writer = try CSVWriter(path, overwrite: true)
    try writer.appendRow(["new"])
    try writer.close()
    #expect(try content(of: path) == Array("new\n".utf8))
  }

  @Test("a resumed table goes on at its place, and refuses a shorter file")
  func resuming() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("t.csv", "a\n1\n2\n")
    let writer = try CSVWriter(resuming: path, at: 4)
    try writer.append(9)
    try writer.endRow()
    #expect(writer.byteCount == 6)
    try writer.close()
    #expect(try content(of: path) == Array("a\n1\n9\n".utf8))
    #expect(throws: OutputError.self) { try CSVWriter(resuming: path, at: 100) }
    #expect(try content(of: path) == Array("a\n1\n9\n".utf8))
  }

  @Test("a full disk is an error, and stays one", .enabled(if: access("/dev/full", W_OK) == 0))
  func fullDisk() throws {
    let writer = try CSVWriter("/dev/full", overwrite: true)
    try writer.appendRow(["a"])
    let error = #expect(throws: OutputError.self) { try writer.flush() }
    #expect(error?.description.contains("No space left on device") == true)
    #expect(throws: OutputError.self) { try writer.append(1.0) }
    #expect(throws: OutputError.self) { try writer.close() }
  }

  @Test("what fails after a table was closed may close it again")
  func closedTwice() throws {
    let folder = try ScratchFolder()
    let writer = try CSVWriter(folder.path + "/t.csv")
    try writer.appendRow(["a"])
    try writer.close()
    try writer.close()
    #expect(try content(of: folder.path + "/t.csv") == Array("a\n".utf8))
  }

  @Test("a folder that is missing is an error with its reason")
  func missingFolder() throws {
    let folder = try ScratchFolder()
    let error = #expect(throws: OutputError.self) { try CSVWriter(folder.path + "/no/t.csv") }
    #expect(error?.remedy == "create the folder first")
  }

  @Test("a reader that went away is an error of its own kind, and no crash")
  func brokenPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    let writer = try CSVWriter(
      "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)", overwrite: true)
    try writer.appendRow(["a"])
    try pipe.fileHandleForReading.close()
    let error = #expect(throws: OutputError.self) { try writer.flush() }
    #expect(error?.isBrokenPipe == true)
  }
}
